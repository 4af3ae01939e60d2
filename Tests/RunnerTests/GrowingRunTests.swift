import CPUBackend
import Images
import ModelBuilder
import RunFormat
import Spec
import TensorCore
import Testing

@testable import Runner

/// Runs of networks that grow, from the smallest level to the largest.
struct GrowingRunTests {
  private func played(_ scratch: Scratch, _ run: TinyRun = .growing) throws -> (String, [String]) {
    var heard: [String] = []
    let outcome = try train(try run.setup(scratch.path, backend: CPUBackend(threads: 1))) { event in
      switch event {
      case .grown(let words), .warning(let words): heard.append(words)
      case .started, .resumed, .round, .row, .picture, .measured, .checkpoint, .ended: break
      }
    }
    #expect(outcome.ending == .finished)
    return (outcome.directory, heard)
  }

  @Test func theLogAndTheWatcherHearOfEachLevel() throws {
    let scratch = try Scratch()
    let (run, heard) = try played(scratch)
    let words = [
      "level 1 of 3: 1×1", "level 2 of 3: 2×2, fading in", "level 2 of 3: 2×2",
      "level 3 of 3: 4×4, fading in", "level 3 of 3: 4×4",
    ]
    #expect(heard == words)
    let log = try text("\(run)/log.txt")
    for (step, words) in zip([0, 2, 4, 5, 7], words) {
      #expect(log.contains("step \(step): \(words)\n"))
    }
  }

  @Test func aRunThatIsTooShortSaysSo() throws {
    let scratch = try Scratch()
    var run = TinyRun.growing
    run.length = "4 steps"
    let (_, heard) = try played(scratch, run)
    #expect(
      heard.first
        == "the run ends after 14 images, in level 2 of 3: 2×2, fading in; the last level "
        + "plays alone from image 22 on (schedule.growing)")
  }

  /// After one epoch the second level is fading in, after two the third, after three all is there.
  @Test(arguments: [Weights.raw, .ema], [3, 6, 9])
  func aSampleIsThePictureOfTheRunAtEveryLevel(weights: Weights, step: Int) throws {
    let scratch = try Scratch()
    var tiny = TinyRun.growing
    tiny.samples = "{every: 1 epochs, grid: 2x3, seed: 7}"
    tiny.checkpoint = "{every: 1 epochs, keep: {last: 3}}"
    tiny.learningRate = "0.1"
    let (run, _) = try played(scratch, tiny)
    var request = SampleRequest()
    request.checkpoint = .step(step)
    request.weights = weights
    let sample = try Runner.sample(
      run: run, experiment: try tiny.experiment(), request, backend: CPUBackend(threads: 1))
    let folder = weights == .raw ? "" : "ema/"
    let own = try FileLayer().read("\(run)/samples/\(folder)epoch-000\(step / 3).png")
    #expect(try encodePNG(sample.picture) == own)
    let state = try json("\(run)/checkpoints/step-0000000\(step)/state.json")
    #expect(state["growing"]?["level"]?.int == step / 3 + (step < 9 ? 1 : 0))
    let alpha: Float = [3: 5.0 / 6, 6: 4.0 / 6][step] ?? 1
    #expect(state["growing"]?["alpha"]?.double == Double(alpha))
  }

  /// Cells of the grid: in a picture of one level below each 2×2 block is one grey.
  @Test func picturesOfEveryLevelAreAsLargeAsTheData() throws {
    let program = try TinyRun.growing.program()
    for stage in try #require(program.growth).stages {
      let graph = program.sampler(count: 2, at: stage)
      #expect(graph.outputs.map { graph.nodes[$0.node].type.shape } == [[2, 4, 4, 1]])
    }
  }

  @Test func everyCheckpointHasEveryLevelAndWhatDoesNotPlayStays() throws {
    let scratch = try Scratch()
    var tiny = TinyRun.growing
    tiny.checkpoint = "{every: 1 steps, keep: {last: 20}}"
    let (run, _) = try played(scratch, tiny)
    func generator(_ step: Int) throws -> [String: HostTensor] {
      try FileLayer().readSafetensors(
        "\(run)/checkpoints/step-0000000\(step)/generator.safetensors"
      ).byName
    }
    let names = try tiny.program().states.filter {
      $0.network == "generator" && [.parameter, .statistic].contains($0.role)
    }.map { String($0.name.dropFirst("generator.".count)) }
    let (first, fifth, last) = (try generator(1), try generator(5), try generator(9))
    #expect(Set(first.keys) == Set(names) && Set(last.keys) == Set(names))
    // Played: rounds 1 to 2, 3 to 5, 6 to 9.
    #expect(first["4.1.weight"] == (try generator(2))["4.1.weight"])
    #expect(fifth["4.1.weight"] != first["4.1.weight"])
    #expect(fifth["5.1.weight"] == first["5.1.weight"])
    #expect(last["5.1.weight"] != fifth["5.1.weight"])
    #expect(fifth["3.to_image.0.weight"] != first["3.to_image.0.weight"])
    #expect(last["3.to_image.0.weight"] == fifth["3.to_image.0.weight"], "it has been outgrown")
    #expect(last["0.weight"] != fifth["0.weight"])
  }

  @Test func optimizersBeginAnewAndTheAverageDoesNot() throws {
    let scratch = try Scratch()
    var tiny = TinyRun.growing
    tiny.checkpoint = "{every: 1 steps, keep: {last: 20}}"
    let (run, _) = try played(scratch, tiny)
    func count(_ step: Int, _ name: String) throws -> Float? {
      try FileLayer().readSafetensors(
        "\(run)/checkpoints/step-0000000\(step)/optimizer.safetensors"
      )["optimizer.\(name)"]?.floats.first
    }
    for name in ["generator.step", "discriminator.step"] {
      #expect(try (1...9).map { try count($0, name) } == [1, 2, 1, 2, 1, 1, 2, 1, 2])
    }
    #expect(try (1...9).map { try count($0, "generator.average_step") } == (1...9).map(Float.init))
  }

  /// After the second epoch the last level is fading in; two rounds later it plays alone.
  @Test func theLastFinitePictureIsOfTheLevelOfItsWeights() throws {
    let scratch = try Scratch()
    var run = TinyRun.growing
    run.samples = "{every: 1 epochs, grid: 2x3, seed: 7}"
    let spoilt = SpoiltBackend(fault: .output("0/loss", .nan), at: 8)
    let outcome = try train(try run.setup(scratch.path, backend: spoilt))
    guard case .diverged = outcome.ending else {
      Issue.record("\(outcome.ending)")
      return
    }
    for folder in ["", "ema/"] {
      #expect(
        try FileLayer().read("\(outcome.directory)/samples/\(folder)last-finite.png")
          == FileLayer().read("\(outcome.directory)/samples/\(folder)epoch-0002.png"))
    }
  }

  @Test func theProcessorDoesAsTheReferenceAtEveryStage() throws {
    var run = TinyRun.growing
    run.schedule += ", accumulate: 2"
    func losses(_ backend: any Backend) throws -> [Float] {
      let data = try run.data()
      let player = try RoundPlayer(
        try run.program(), data: data,
        timetable: try Timetable(try run.program(), imageCount: data.sampleCount),
        backend: backend)
      return try (0..<9).flatMap { try player.play(round: $0).map(\.loss) }
    }
    let (seen, expected) = (try losses(CPUBackend(threads: 1)), try losses(ReferenceBackend()))
    #expect(seen.count == 18)
    for (a, b) in zip(seen, expected) { #expect(abs(a - b) <= 1e-5 * max(1, abs(b))) }
  }

  @Test func aTraceTellsOfLevelsAndAlpha() throws {
    let scratch = try Scratch()
    let path = "\(scratch.path)/trace.safetensors"
    let run = TinyRun.growing
    try trace(
      try run.program(), data: try run.data(), backend: ReferenceBackend(), rounds: 4, to: path)
    let file = try FileLayer().readSafetensors(path)
    #expect(
      (0..<4).map { file["round\($0)/level"]?.elements } == [1, 1, 2, 2].map { .int32([$0]) })
    #expect(
      (0..<4).map { file["round\($0)/alpha"]?.floats } == [[1], [1], [0.5], [Float(5.0 / 6)]])
    #expect(file["round0/real"]?.shape == [4, 1, 4, 4])
    #expect(file["round1/generator0/gradient/generator.4.1.weight"] == nil)
    #expect(file["round2/generator0/gradient/generator.4.1.weight"] != nil)
  }

  @Test func aCheckpointOfALevelThatIsNotThereIsDamaged() throws {
    let scratch = try Scratch()
    let (run, _) = try played(scratch)
    var plain = TinyRun.growing
    plain.architecture = """
        generator: [{linear: 16}, {image: {channels: 1, size: 4}}]
        discriminator: [flatten, {linear: 1}]
      """
    plain.schedule = ""
    let experiment = try plain.experiment()
    let error = #expect(throws: RunError.self) {
      try Runner.sample(
        run: run, experiment: experiment, SampleRequest(), backend: ReferenceBackend())
    }
    #expect(
      error
        == .damaged(
          path: "\(run)/checkpoints/step-00000009",
          reason: "its level is none of those that the spec has"))
  }
}
