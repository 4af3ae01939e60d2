import Foundation
import Testing

@Suite
struct SampleAndTraceTests {
  private func finishedRun() throws -> (place: Place, directory: String) {
    let place = try Place()
    try place.write("tiny.yaml", TinySpec().yaml)
    let result = try place.run("run", "tiny.yaml", "-q", "--threads", "1")
    guard result.end == .exit(0) else { throw TestProblem(result.errors) }
    return (place, try place.resultDirectory())
  }

  @Test
  func sampleDrawsTheRunsOwnLastGridAgainAndOthersWhenAsked() throws {
    let (place, directory) = try finishedRun()
    let before = try place.names(in: directory)
    let own = try place.run("sample", directory)
    #expect(own.end == .exit(0))
    let name = "tiny-\(id(directory))-step"
    #expect(own.output == "\(name)-12.png\n")
    #expect(own.errors == "")
    let last = try place.bytes("\(name)-12.png")
    #expect(try last == place.bytes("\(directory)/samples/final.png"))

    #expect(try place.run("sample", directory, "--checkpoint", "8").lines == ["\(name)-8.png"])
    #expect(
      try place.bytes("\(name)-8.png") == place.bytes("\(directory)/samples/epoch-0002.png"))
    let other = try place.run(
      "sample", directory, "--seed", "9", "--grid", "3x4", "--to", "new/folder/other.png")
    #expect(other.lines == ["new/folder/other.png"])
    #expect(pictureSize(try place.bytes("new/folder/other.png")) == [122, 92])
    #expect(try place.names(in: directory) == before, "a run is only read")
  }

  @Test func picturesAreTranslatedAndAnEmptyPathIsRefused() throws {
    let place = try Place()
    try place.write(
      "game.yaml",
      """
      version: 1
      name: game
      data: {size: 8, batch: 4, sources: {digits: {source: {synthetic: {of: digits, count: 8}}, classes: 10}}}
      networks: {painter: [{conv: {channels: 1, kernel: 3, padding: 1}}, tanh]}
      terms: {same: {distance: {of: painter(digits), from: digits}}}
      moves: [{networks: [painter]}]
      optimizer: {kind: sgd, learning_rate: 0.1}
      schedule: {length: 2 steps}
      record: {samples: {every: 2 steps, grid: 1x1, show: [digits]}}

      """)
    let result = try place.run("run", "game.yaml", "-q", "--threads", "1")
    try #require(result.end == .exit(0), "\(result.errors)")
    let run = try place.resultDirectory(of: "game")
    let grid = try place.run("sample", run, "--to", "in/one.png")
    try #require(grid.end == .exit(0), "\(grid.errors)")
    let made = try place.run("sample", run, "--of", "painter", "--from", "in", "--to", "out")
    #expect(made.end == .exit(0) && made.output == "out\n" && made.errors == "1 picture\n")
    #expect(pictureSize(try place.bytes("out/one.png")) == [8, 8])
    for (words, said) in [
      (["--of", "painter", "--from", "in", "--to", ""], "--to is empty"),
      (["--count", "2", "--to", ""], "--to is empty"),
      (["--to", ""], "--to is empty"),
      (["--of", "painter", "--from", "in"], "name a folder with --to DIR"),
      (["--of", "paniter", "--from", "in", "--to", "new"], "did you mean `painter`?"),
      (["--of", "painter", "--from", "in", "--to", run + "/new"], "would be inside the run"),
    ] {
      let refused = try place.start(["sample", run] + words).finish()
      #expect(refused.end == .exit(2) && refused.errors.contains(said), "\(refused.errors)")
    }
  }

  private func id(_ directory: String) -> String {
    directory.split(separator: "/").last.map(String.init) ?? directory
  }

  @Test func noPictureTakesThePlaceOfAnother() throws {
    let place = try Place()
    try place.write(
      "tiny.yaml",
      TinySpec(labels: "{classes: 10}", more: "sweep: {axes: {latent.size: [2, 3]}}").yaml)
    let sweep = try place.run("run", "tiny.yaml", "-q", "--threads", "1")
    try #require(sweep.end == .exit(0), "\(sweep.errors)")
    let folder = try place.resultDirectory()
    var names: [String] = []
    for trial in try FileManager.default.contentsOfDirectory(
      atPath: "\(place.path)/\(folder)/trials")
    {
      for more in [
        [], ["--seed", "1"], ["--seed", "2"], ["--labels", "0..2"], ["--labels", "0,2"],
        ["--grid", "2x2"], ["--average", "3"], ["--average", "4"], ["--interpolate", "linear"],
      ] {
        let one = try place.start(["sample", "\(folder)/trials/\(trial)"] + more).finish()
        #expect(one.end == .exit(0), "\(one.errors)")
        names += one.lines
      }
      names += try place.run("animate", "\(folder)/trials/\(trial)").lines
    }
    #expect(names.count == 20)
    #expect(Set(names).count == names.count, "\(names)")
    #expect(names.allSatisfy { $0.hasPrefix("tiny-\(id(folder))-") && place.exists($0) })
    let many = (0..<300).map { _ in "1" }.joined(separator: ",")
    let refused = try place.run("sample", "@last", "--labels", many)
    #expect(refused.end == .exit(2))
    #expect(refused.errors.contains("name it with --to FILE"), "\(refused.errors)")
  }

  @Test
  func sampleDrawsWaysBetweenLatentsAveragesAndSinglePicturesAnimateMovesTheGrids() throws {
    let (place, directory) = try finishedRun()
    let before = try place.names(in: directory)
    let name = "tiny-\(id(directory))"
    #expect(
      try place.run("sample", directory, "--interpolate", "spherical", "--grid", "2x7").lines
        == ["\(name)-step-12-grid-2x7-spherical.png"])
    #expect(pictureSize(try place.bytes("\(name)-step-12-grid-2x7-spherical.png")) == [212, 62])
    #expect(
      try place.run("sample", directory, "--average", "20").lines
        == ["\(name)-step-12-average-20.png"])
    #expect(pictureSize(try place.bytes("\(name)-step-12-average-20.png")) == [62, 32])
    #expect(try place.run("sample", directory, "--count", "3", "--to", "many").lines == ["many"])
    #expect(try place.names(in: "many") == ["00000.png", "00001.png", "00002.png"])
    #expect(pictureSize(try place.bytes("many/00002.png")) == [28, 28])
    #expect(try place.run("animate", directory).lines == ["\(name)-training.png"])
    let moving = try place.bytes("\(name)-training.png")
    #expect(pictureSize(moving) == pictureSize(try place.bytes("\(directory)/samples/final.png")))
    #expect(try place.names(in: directory) == before, "a run is only read")
  }

  @Test(arguments: [
    (["sample", "RUN", "--interpolate", "cubic"], 2, "linear or spherical, not `cubic`"),
    (["sample", "RUN", "--average", "3", "--count", "2"], 2, "--average and --count"),
    (["sample", "RUN", "--average", "3", "--grid", "2x2"], 2, "--grid and --average"),
    (["sample", "RUN", "--count", "3"], 2, "name a folder with --to DIR"),
    (["sample", "RUN", "--count", "3", "--to", "RUN"], 2, "where only its own files belong"),
    (["sample", "RUN", "--average", "0"], 2, "1 to 100,000"),
    (["animate", "RUN", "--rate", "0"], 2, "--rate takes a number from 1 to 50"),
    (["animate", "RUN", "--weights", "ema"], 4, "samples/ema: no grids of samples are there"),
  ])
  func whatDoesNotGoTogetherIsRefused(_ words: [String], _ exit: Int32, _ says: String) throws {
    let (place, directory) = try finishedRun()
    let result = try place.start(words.map { $0 == "RUN" ? directory : $0 }).finish()
    #expect(result.end == .exit(exit))
    #expect(result.errors.contains(says), "\(result.errors)")
  }

  struct Damage: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let file: String
    let change: @Sendable ([UInt8]) -> [UInt8]
    let reason: String
  }

  @Test(arguments: [
    Damage(
      testDescription: "a bit of a weight", file: "step-00000012/generator.safetensors",
      change: { bytes in bytes.dropLast(9) + [bytes[bytes.count - 9] ^ 1] + bytes.suffix(8) },
      reason: "its SHA-256 is not the one in state.json"),
    Damage(
      testDescription: "half a file", file: "step-00000012/generator.safetensors",
      change: { Array($0.prefix($0.count / 2)) },
      reason: "its SHA-256 is not the one in state.json"),
    Damage(
      testDescription: "an edited state", file: "step-00000012/state.json",
      change: { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        return Array(text.replacingOccurrences(of: "\"step\": 12", with: "\"step\": 13").utf8)
      }, reason: "its digest is not that of its content"),
    Damage(
      testDescription: "a pointer to nowhere", file: "latest",
      change: { _ in Array("step-00000099\n".utf8) },
      reason: "it names `step-00000099`, which is not there"),
  ])
  func aDamagedCheckpointExit8WithTheFileAndWhatIsWrongAndNoPicture(_ damage: Damage) throws {
    let (place, directory) = try finishedRun()
    let path = "\(directory)/checkpoints/\(damage.file)"
    try place.write(path, damage.change(place.bytes(path)))
    let result = try place.run("sample", directory, "--to", "no.png")
    #expect(result.end == .exit(8))
    #expect(result.errors == "error: \(path): damaged: \(damage.reason)\n")
    #expect(result.output == "")
    #expect(!place.exists("no.png"))
    // The older checkpoint is as good as ever.
    #expect(
      try place.run("sample", directory, "--checkpoint", "8", "--to", "old.png").end == .exit(0))
  }

  @Test
  func aRunIsAFolderTheOnlyOneInAFolderTheBeginningOfAnIdOrLast() throws {
    let (place, directory) = try finishedRun()
    let id = try #require(directory.split(separator: "/").last)
    for reference in [directory, "results/tiny", "results", String(id.dropLast(2)), "@last"] {
      let result = try place.run("sample", reference, "--to", "\(reference.count).png")
      #expect(result.end == .exit(0), "\(reference): \(result.errors)")
      let picture = try place.bytes("\(reference.count).png")
      #expect(try picture == place.bytes("\(directory)/samples/final.png"))
    }
    let absent = try place.run("sample", "results/nope")
    #expect(absent.end == .exit(2))
    #expect(
      absent.errors.hasPrefix(
        "error: no folder, no run and no sweep of results is named `results/nope`\n  = "))
    let step = try place.run("sample", directory, "--checkpoint", "7")
    #expect(step.end == .exit(2))
    #expect(
      step.errors
        == "error: \(directory)/checkpoints: no checkpoint of step 7; there are 8, 12\n")
    let inside = try place.run("sample", directory, "--to", "\(directory)/samples/mine.png")
    #expect(inside.end == .exit(2))
    #expect(inside.errors.contains("\(directory), where only its own files belong\n"))
    #expect(!place.exists("\(directory)/samples/mine.png"))
  }

  @Test
  func traceHoldsEveryKeyOfTheFirstRoundsAndTheResolvedSpec() throws {
    let place = try Place()
    var spec = TinySpec()
    spec.labels = "{classes: 10}"
    spec.more = "penalties: []"
    try place.write("tiny.yaml", spec.yaml)
    let result = try place.run(
      "trace", "tiny.yaml", "--steps", "2", "-o", "out/trace.safetensors", "--threads", "1",
      "--set", "schedule.discriminator_steps=2")
    #expect(result.end == .exit(0))
    #expect(result.output == "out/trace.safetensors\n")
    #expect(try place.names() == ["out/", "out/trace.safetensors", "tiny.yaml"])
    let trace = try Tensors(place.bytes("out/trace.safetensors"))

    let generator = [
      "0.weight", "1.bias", "1.weight", "2.bias", "2.weight", "4.bias", "4.weight",
    ].map { "generator.\($0)" }
    let critic = ["1.weight", "2.bias", "2.weight", "5.bias", "5.weight"]
      .map { "discriminator.\($0)" }
    let statistics = ["running_mean", "running_var"]
      .map { "generator.2.\($0)" }
    var expected = (generator + critic + statistics).map { "init/\($0)" }
    for round in ["round0", "round1"] {
      expected += ["\(round)/real", "\(round)/labels"]
      for step in ["discriminator0", "discriminator1"] {
        expected += ["latents", "labels", "loss", "real", "real_labels"].map {
          "\(round)/\(step)/\($0)"
        }
        expected += critic.map { "\(round)/\(step)/gradient/\($0)" }
      }
      expected += ["latents", "labels", "loss"].map { "\(round)/generator0/\($0)" }
      expected += generator.map { "\(round)/generator0/gradient/\($0)" }
      expected += (generator + critic + statistics).map { "\(round)/after/\($0)" }
    }
    #expect(Set(expected).subtracting(trace.names) == [])
    let others = Set(trace.names).subtracting(expected)
    #expect(
      others.allSatisfy {
        $0.contains("/dropout/") || $0.contains("/kink/")
          || $0.hasSuffix("/gradient_norm") || $0.hasSuffix("_score")
      }, "\(others)")
    #expect(others.contains { $0.contains("/discriminator0/dropout/") })

    #expect(trace["round0/real"]?.shape == [16, 1, 28, 28])
    #expect(trace["round0/real"]?.floats.allSatisfy { (-1...1).contains($0) } == true)
    #expect(trace["init/generator.4.weight"]?.shape == [784, 16])
    #expect(trace["round0/generator0/loss"]?.count == 1)
    #expect(
      trace["round0/after/generator.4.weight"]?.bytes != trace["init/generator.4.weight"]?.bytes)

    let resolved = try #require(trace.metadata["resolved_spec"])
    try place.write("again.yaml", resolved)
    #expect(try place.run("validate", "again.yaml").end == .exit(0))
    #expect(resolved.contains("discriminator_steps: 2"))
  }
}
