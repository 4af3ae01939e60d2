import Images
import ModelBuilder
import RunFormat
import Spec
import TensorCore
import Testing

@testable import Runner

struct TrainTests {
  @Test func aRunLeavesItsDirectory() throws {
    let scratch = try Scratch()
    let outcome = try train(try TinyRun(labels: "{classes: 3}").setup(scratch.path))
    #expect(outcome.ending == .finished)
    #expect(outcome.exitCode == 0)
    let names = try scratch.contents(of: outcome.directory).keys.sorted()
    #expect(
      names == [
        "attempts/1/environment.json", "attempts/1/heartbeat", "attempts/1/owner.json",
        "attempts/1/resolved.yaml", "attempts/1/result.json", "checkpoints/latest",
        "checkpoints/step-00000006/discriminator.safetensors",
        "checkpoints/step-00000006/generator.safetensors",
        "checkpoints/step-00000006/optimizer.safetensors",
        "checkpoints/step-00000006/state.json",
        "checkpoints/step-00000009/discriminator.safetensors",
        "checkpoints/step-00000009/generator.safetensors",
        "checkpoints/step-00000009/optimizer.safetensors",
        "checkpoints/step-00000009/state.json",
        "environment.json", "log.txt", "losses.csv", "losses.svg", "resolved.yaml", "result.json",
        "samples/epoch-0001.png", "samples/epoch-0002.png", "samples/final.png",
        "samples/real.png", "spec.yaml", "status.json", "timing.csv",
      ])
    #expect(try text("\(outcome.directory)/checkpoints/latest") == "step-00000009\n")
    let status = try json("\(outcome.directory)/status.json")
    #expect(status["state"]?.string == "finished")
    #expect(status["step"]?.int == 9)
    let environment = try json("\(outcome.directory)/environment.json")
    #expect(environment["libraries"]?["libtest"]?.string == "1.2")
    #expect(environment["data_digest"]?.string == TinyRun(labels: "{classes: 3}").set.digest)
    #expect(try text("\(outcome.directory)/spec.yaml") == TinyRun(labels: "{classes: 3}").yaml)
  }

  @Test func lossesHaveARowEachPeriodAndALastOne() throws {
    let scratch = try Scratch()
    let outcome = try train(try TinyRun(log: "4 steps").setup(scratch.path))
    let lines = try text("\(outcome.directory)/losses.csv").split(separator: "\n")
    #expect(
      lines.first
        == "step,epoch,images,d_loss,g_loss,d_real,d_fake,d_gradient_norm,g_gradient_norm")
    let starts = lines.dropFirst().map { $0.split(separator: ",").prefix(3).joined(separator: ",") }
    #expect(starts == ["4,2,14", "8,3,28", "9,3,30"])
    for line in lines.dropFirst() {
      let numbers = line.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
      #expect(numbers.count == 9)
      #expect(numbers.allSatisfy { $0?.isFinite == true })
    }
  }

  @Test func aRowIsTheMeanOfItsRounds() throws {
    let scratch = try Scratch()
    func losses(_ log: String) throws -> [Double] {
      let outcome = try train(try TinyRun(length: "4 steps", log: log).setup(scratch.path))
      return try text("\(outcome.directory)/losses.csv").split(separator: "\n").dropFirst()
        .compactMap { Double($0.split(separator: ",")[3]) }
    }
    let each = try losses("1 steps")
    let all = try losses("4 steps")
    #expect(each.count == 4 && all.count == 1)
    #expect(abs((each.reduce(0, +) / 4) - (all.first ?? 0)) < 1e-6)
    #expect(Set(each).count == 4)
  }

  @Test(arguments: ["none", "{classes: 3}", "{classes: 3, fake: random}"])
  func theSameRunTwiceGivesTheSameBytes(labels: String) throws {
    let (first, second) = (try Scratch(), try Scratch())
    let a = try train(try TinyRun(labels: labels).setup(first.path))
    let b = try train(try TinyRun(labels: labels).setup(second.path))
    let (left, right) = (
      try first.contents(of: a.directory), try second.contents(of: b.directory)
    )
    let timed: Set = [
      "log.txt", "status.json", "timing.csv", "environment.json", "result.json",
    ]
    #expect(left.keys.sorted() == right.keys.sorted())
    for (name, bytes) in left where !timed.contains(name) && !name.hasPrefix("attempts/") {
      #expect(right[name] == bytes, "\(name) differs")
    }
  }

  @Test func twoRunsInOneMinuteHaveTwoDirectories() throws {
    let scratch = try Scratch()
    let setup = try TinyRun(length: "1 steps").setup(scratch.path)
    let directories = try (0..<3).map { _ in try train(setup).directory }
    #expect(Set(directories).count == 3)
    #expect(directories.allSatisfy { $0.hasPrefix("\(scratch.path)/tiny/2") })
  }

  @Test func theOldestCheckpointsGo() throws {
    for (keep, steps) in [(1, [12]), (2, [9, 12]), (9, [3, 6, 9, 12])] {
      let scratch = try Scratch()
      let outcome = try train(
        try TinyRun(
          length: "4 epochs", checkpoint: "{every: 1 epochs, keep: {last: \(keep)}}"
        ).setup(scratch.path))
      let store = CheckpointStore(run: outcome.directory, files: FileLayer())
      #expect(try store.steps() == steps)
    }
  }

  @Test func severalCriticStepsTakeABatchEach() throws {
    let scratch = try Scratch()
    var images: [Int] = []
    _ = try train(
      try TinyRun(length: "1 epochs", schedule: ", discriminator_steps: 2").setup(scratch.path)
    ) { event in
      if case .round(let progress) = event { images.append(progress.images) }
    }
    // Batches of 4, 4, 2: the second round begins with the last batch of the first epoch.
    #expect(images == [8, 14])
  }

  @Test func watchersHearOfEverything() throws {
    let scratch = try Scratch()
    var heard: [String] = []
    _ = try train(try TinyRun(length: "3 steps").setup(scratch.path)) { event in
      switch event {
      case .started: heard.append("started")
      case .resumed(let step): heard.append("resumed \(step)")
      case .grown(let words): heard.append(words)
      case .round(let progress): heard.append("round \(progress.step)/\(progress.steps)")
      case .row(let row): heard.append("row \(row.step)")
      case .picture(let path): heard.append(path.lastPathComponent)
      case .measured(let rows): heard.append("measured \(rows.count)")
      case .checkpoint(let path): heard.append(path.lastPathComponent)
      case .warning(let text): heard.append(text)
      case .ended(let outcome): heard.append("ended \(outcome.exitCode)")
      }
    }
    #expect(
      heard == [
        "started", "round 1/3", "round 2/3", "row 2", "round 3/3", "epoch-0001.png",
        "step-00000003", "row 3", "final.png", "ended 0",
      ])
  }

  @Test func withoutRecordsThereAreStillTheWeights() throws {
    let scratch = try Scratch()
    let outcome = try train(
      try TinyRun(samples: "none", checkpoint: "none").setup(scratch.path))
    let names = try scratch.contents(of: outcome.directory).keys
    #expect(!names.contains { $0.hasPrefix("samples/") })
    #expect(names.contains("checkpoints/step-00000009/generator.safetensors"))
  }
}

struct RefusalTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let run: TinyRun
    let words: String
  }

  static let cases = [
    Case(
      testDescription: "drop_last leaves nothing", run: TinyRun(imageCount: 3, dropLast: true),
      words: "no batch is left"),
    Case(
      testDescription: "the disk is too full at the start",
      run: TinyRun(guards: "{min_free_disk: 9000000GB}"), words: "guards.min_free_disk"),
    Case(
      testDescription: "the name is too long",
      run: TinyRun(name: String(repeating: "n", count: 300)),
      words: "File name too long"),
  ]

  @Test(arguments: cases)
  func nothingIsCreated(_ refusal: Case) throws {
    let scratch = try Scratch()
    let error = #expect(throws: RunError.self) { try train(try refusal.run.setup(scratch.path)) }
    #expect(error?.exitCode == 4)
    #expect(error?.description.contains(refusal.words) == true, "\(error?.description ?? "none")")
    #expect(try scratch.contents().isEmpty)
  }

  @Test func labelsMustFitTheGame() throws {
    let error = #expect(throws: RunError.self) { try TinyRun(labels: "{classes: 2}").data() }
    #expect(
      error?.description.hasPrefix("tiny: image 2 is of class 2, and labels.classes is 2 (") == true
    )
    #expect(error?.description.hasSuffix("): write labels: {classes: 3}") == true)
  }

  struct Classes: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let labels: [Int32]
    let warning: String?
  }

  static let classes = [
    Classes(testDescription: "every class is there", labels: [0, 1, 2, 3, 4], warning: nil),
    Classes(
      testDescription: "more classes than the data have", labels: [0, 1, 2, 1, 0],
      warning: "no image of 2 of these classes (3, 4): write labels: {classes: 3}"),
    Classes(
      testDescription: "a class between others has no picture", labels: [0, 1, 3, 4, 4],
      warning: "no image of 1 of these classes (2): their pictures are made by chance"),
  ]

  @Test(arguments: classes)
  func classesThatNothingShowsAreNamed(_ known: Classes) throws {
    let experiment = try TinyRun(labels: "{classes: 5}").experiment()
    let set = ImageSet(
      name: "tiny", count: 5, height: 3, width: 4, channels: 1,
      pixels: [UInt8](repeating: 7, count: 60), labels: known.labels,
      classNames: ["a", "b", "c", "d", "e"])
    let data = try TrainingData(
      set, samples: try set.store(size: nil, range: experiment.data.range),
      labels: experiment.twoPlayers!.labels)
    #expect(data.remarks.warnings.count == (known.warning == nil ? 0 : 1))
    if let warning = known.warning {
      #expect(data.remarks.warnings[0].hasPrefix("labels.classes is 5 (tiny.yaml:"))
      #expect(data.remarks.warnings[0].hasSuffix(warning), "\(data.remarks.warnings[0])")
    }
  }

  @Test func aFileInTheWayIsNamed() throws {
    let scratch = try Scratch()
    try FileLayer().create("\(scratch.path)/results", [])
    let error = #expect(throws: RunError.self) {
      try train(try TinyRun().setup("\(scratch.path)/results"))
    }
    #expect(error?.exitCode == 4)
    #expect(error?.description.contains("\(scratch.path)/results") == true)
  }

  @Test func aReadOnlyPlaceIsNamedInTheSystemsWords() throws {
    let scratch = try Scratch()
    var setup = try TinyRun().setup("\(scratch.path)/results")
    // Permissions do not stop a superuser, so the system's answer is put in its mouth.
    setup.files.fault = { operation, _ in operation == .makeDirectory ? 30 : 0 }
    let error = #expect(throws: RunError.self) { try train(setup) }
    #expect(
      error?.description
        == "\(scratch.path)/results: cannot create the folder: Read-only file system")
    #expect(error?.exitCode == 4)
    #expect(try scratch.contents().isEmpty)
  }
}
