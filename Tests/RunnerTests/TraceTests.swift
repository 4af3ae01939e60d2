import ModelBuilder
import RunFormat
import Spec
import TensorCore
import Testing

@testable import Runner

struct TraceTests {
  private func traced(_ run: TinyRun, rounds: Int = 2) throws -> Safetensors {
    let scratch = try Scratch()
    let path = "\(scratch.path)/deep/trace.safetensors"
    try trace(
      try run.program(), data: try run.data(), backend: ReferenceBackend(), rounds: rounds,
      to: path)
    return try FileLayer().readSafetensors(path)
  }

  @Test func aKinkHasTheSignOfWhatIsNearZero() {
    let values = HostTensor([2, 3], [Float(3), 1e-4, -3, 0, -1e-4, -0.0])
    #expect(signsNearZero(values) == HostTensor([4, 2], [1, 1, 3, 0, 4, -1, 5, 0] as [Int32]))
    #expect(signsNearZero(HostTensor([2], [Float(3), -2])) == nil)
  }

  @Test func everythingOfARoundIsThere() throws {
    let file = try traced(
      TinyRun(labels: "{classes: 3}", generatorLayer: "dropout: 0.5"), rounds: 1)
    let names = file.entries.map(\.name).filter {
      !$0.hasPrefix("init/") && !$0.contains("/after/")
    }
    #expect(
      Set(names) == [
        "round0/real", "round0/labels",
        "round0/discriminator0/latents", "round0/discriminator0/labels",
        "round0/discriminator0/dropout/generator.2",
        "round0/discriminator0/loss", "round0/discriminator0/gradient_norm",
        "round0/discriminator0/real_score", "round0/discriminator0/fake_score",
        "round0/discriminator0/gradient/discriminator.1.weight",
        "round0/discriminator0/gradient/discriminator.2.weight",
        "round0/discriminator0/gradient/discriminator.2.bias",
        "round0/discriminator0/gradient/discriminator.4.weight",
        "round0/discriminator0/gradient/discriminator.4.bias",
        "round0/generator0/latents", "round0/generator0/labels",
        "round0/generator0/loss", "round0/generator0/gradient_norm",
        "round0/generator0/gradient/generator.0.weight",
        "round0/generator0/gradient/generator.1.weight",
        "round0/generator0/gradient/generator.1.bias",
        "round0/generator0/gradient/generator.3.weight",
        "round0/generator0/gradient/generator.3.bias",
      ])
    let states = try TinyRun(labels: "{classes: 3}", generatorLayer: "dropout: 0.5").program()
      .states.filter { $0.role != .optimizer }.map(\.name)
    for state in states {
      #expect(file["init/\(state)"] != nil)
      #expect(file["round0/after/\(state)"] != nil)
    }
    #expect(names.count == Set(names).count)
  }

  @Test func inputsOfAReluThatLieAtZeroAreToldOf() throws {
    let file = try traced(TinyRun(generatorLayer: "dropout: 1\n    - relu"), rounds: 1)
    let rows = try #require(file["round0/discriminator0/kink/generator.2"])
    #expect(rows.shape == [16, 2])
    #expect(rows.elements == .int32((0..<16).flatMap { [Int32($0), 0] }))
  }

  @Test func imagesAreChannelsFirstAndWeightsAsInPyTorch() throws {
    let run = TinyRun()
    let file = try traced(run, rounds: 1)
    #expect(file["round0/real"]?.shape == [4, 1, 3, 4])
    #expect(file["init/generator.0.weight"]?.shape == [4, 3])
    #expect(file["round0/generator0/gradient/generator.2.weight"]?.shape == [12, 4])
    #expect(file["round0/after/discriminator.1.weight"]?.shape == [4, 12])
    #expect(file["round0/discriminator0/loss"]?.shape == .scalar)
    // The first batch, as `prepare` scales it.
    let order = BatchOrder.order(ofEpoch: 0, count: 10, seed: 5)
    let data = try run.data()
    let values = try data.first.samples.values(of: Array(order.prefix(4)))
    #expect(file["round0/real"]?.floats == values)
  }

  @Test func theSpecTravelsWithIt() throws {
    let file = try traced(TinyRun(), rounds: 1)
    let experiment = try TinyRun().experiment()
    #expect(file.metadata["resolved_spec"] == experiment.resolvedYAML(comments: false))
    #expect(file.metadata["resolved_json"] == experiment.resolvedJSON)
    let spec = try JSON(parsing: Array((file.metadata["resolved_json"] ?? "").utf8))
    #expect(spec["name"]?.string == "tiny")
  }

  @Test func aTraceIsWhatARunDoes() throws {
    let scratch = try Scratch()
    let run = TinyRun(length: "4 steps", log: "1 steps")
    let outcome = try train(try run.setup(scratch.path))
    let file = try traced(run, rounds: 4)
    let rows = try text("\(outcome.directory)/losses.csv").split(separator: "\n").dropFirst()
    for (round, row) in rows.enumerated() {
      let cells = row.split(separator: ",")
      #expect(file["round\(round)/discriminator0/loss"]?.floats.first == Float(cells[3]))
      #expect(file["round\(round)/generator0/loss"]?.floats.first == Float(cells[4]))
    }
    // Round 2 is the last of the epoch, with the two images that are left.
    #expect(file["round2/real"]?.shape == [2, 1, 3, 4])
    let saved = try FileLayer().readSafetensors(
      "\(outcome.directory)/checkpoints/step-00000004/generator.safetensors")
    for entry in saved.entries {
      #expect(file["round3/after/generator.\(entry.name)"] == entry.tensor)
    }
  }

  @Test func eachCriticStepHasItsBatch() throws {
    let run = TinyRun(labels: "{classes: 3}", schedule: ", discriminator_steps: 2")
    let file = try traced(run, rounds: 1)
    #expect(file["round0/discriminator0/real"] == file["round0/real"])
    #expect(file["round0/discriminator1/real"] != nil)
    #expect(file["round0/discriminator1/real"] != file["round0/real"])
    #expect(file["round0/discriminator1/real_labels"]?.type == TensorType([4], .int32))
  }
}
