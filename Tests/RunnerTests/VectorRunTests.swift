import CPUBackend
import Images
import ModelBuilder
import RunFormat
import Spec
import TensorCore
import Testing

@testable import Runner

/// A game on points of a mixture, small enough for the reference interpreter.
struct VectorRun {
  var labels = "none"

  func experiment() throws -> Experiment {
    let label = labels == "none" ? "" : "concat_label: {embedding: 2}"
    let text = """
      version: 1
      name: points
      data: {source: {synthetic: {of: ring8, count: 20}}, batch: 8}
      latent: {size: 3}
      labels: \(labels)
      architecture:
        generator:
      \(label.isEmpty ? "" : "    - \(label)")
          - linear: 4
          - relu
          - linear: 2
        discriminator:
          - linear: 4
          - relu
          - linear: 1
      loss: wasserstein
      penalties: [{gradient_penalty: 1}]
      optimizer: {kind: adam, learning_rate: 1e-2}
      schedule: {length: 2 epochs}
      record: {log: 1 steps, samples: {every: 1 epochs, points: 30}, checkpoint: {every: 1 epochs}}

      """
    switch loadExperiment(text: text, name: "points.yaml", vocabulary: TinyRun.vocabulary) {
    case .success(let experiment): return experiment
    case .failure(let diagnostics): throw TestProblem(diagnostics.rendered())
    }
  }

  func data(_ experiment: Experiment) throws -> TrainingSources {
    let set = try DatasetCatalog.source(experiment.data.source).load(dataDirectory: [])
    return TrainingSources(
      try TrainingData(
        set, samples: try set.store(size: nil, range: experiment.data.range),
        labels: experiment.twoPlayers!.labels))
  }

  func setup(
    _ results: String, backend: any Backend = ReferenceBackend()
  ) throws -> RunSetup {
    let experiment = try experiment()
    let data = try data(experiment)
    var setup = RunSetup(
      program: try TrainingProgram(experiment, format: data.first.samples.format), data: data,
      backend: backend, results: results,
      context: RunContext(
        programVersion: "0.0", numericsVersion: 1, device: backend.name, threads: 1,
        libraries: [], commandLine: []))
    setup.interrupt = { 0 }
    return setup
  }
}

@Suite struct VectorRunTests {
  @Test(arguments: ["none", "{classes: 8}"])
  func aRunOnVectorsLeavesPicturesOfPointsAndSampleDrawsTheLastAgain(
    labels: String
  ) throws {
    let scratch = try Scratch()
    let setup = try VectorRun(labels: labels).setup(scratch.path)
    let outcome = try train(setup)
    #expect(outcome.ending == .finished && outcome.step == 6)
    let run = outcome.directory
    let pictures = try ["real", "epoch-0001", "final"].map { name in
      try decodePNG(try FileLayer().read("\(run)/samples/\(name).png"))
    }
    #expect(Set(pictures.map(\.pixels)).count == 3)
    #expect(pictures.allSatisfy { $0.channels == 3 && $0.width == pictures[0].width })

    let experiment = setup.program.experiment
    func drawn(_ change: (inout SampleRequest) -> Void = { _ in }) throws -> Raster {
      var request = SampleRequest()
      change(&request)
      return try sample(
        run: run, experiment: experiment, request, backend: ReferenceBackend(),
        data: setup.data
      ).picture
    }
    #expect(try drawn() == pictures[2])
    #expect(try drawn { $0.checkpoint = .step(3) } == pictures[1])
    #expect(try drawn { $0.count = 7 } != pictures[2])
    #expect(throws: RunError.request("a picture of vectors needs the data, which fix its axes")) {
      try sample(
        run: run, experiment: experiment, SampleRequest(), backend: ReferenceBackend())
    }
    #expect(
      throws: RunError.request("a grid is of images, and the samples of this run are vectors of 2")
    ) { try drawn { $0.grid = (2, 2) } }
    #expect(throws: RunError.request("0 vectors: 1 to 100000 fit a picture")) {
      try drawn { $0.count = 0 }
    }
    let state = try json("\(run)/checkpoints/step-00000006/state.json")
    #expect(state["vector"]?["length"]?.int == 2 && state["image"] == nil)
  }

  @Test func anInterruptedRunOnVectorsGoesOnToTheSameBits() throws {
    let scratch = try Scratch()
    // The reference keeps more digits than a checkpoint has.
    let backend = CPUBackend(threads: 1)
    let whole = try train(try VectorRun().setup("\(scratch.path)/whole", backend: backend))
    var setup = try VectorRun().setup("\(scratch.path)/parts", backend: backend)
    var rounds = 0
    setup.interrupt = {
      rounds += 1
      return rounds > 4 ? 2 : 0
    }
    let part = try train(setup)
    #expect(part.ending == .interrupted(signal: 2))
    setup.interrupt = { 0 }
    setup.directory = part.directory
    #expect(try train(setup).ending == .finished)
    for file in ["losses.csv", "samples/final.png"] {
      let (wanted, found) = (
        try FileLayer().read("\(whole.directory)/\(file)"),
        try FileLayer().read("\(part.directory)/\(file)")
      )
      #expect(wanted == found, "\(file)")
    }
  }

  @Test func aTraceHasRealVectorsAsTheyAre() throws {
    let scratch = try Scratch()
    let experiment = try VectorRun().experiment()
    let data = try VectorRun().data(experiment)
    let path = "\(scratch.path)/trace.safetensors"
    try trace(
      try TrainingProgram(experiment, format: .vector(length: 2)), data: data,
      backend: ReferenceBackend(), rounds: 2, to: path)
    let trace = try FileLayer().readSafetensors(path).byName
    let real = try #require(trace["round1/real"])
    #expect(real.shape == [8, 2])
    let order = BatchOrder.order(ofEpoch: 0, count: 20, seed: experiment.seed)
    #expect(try real.floats == data.first.samples.values(of: Array(order[8..<16])))
    #expect(trace["round0/discriminator0/penalty/0/mix"]?.shape == [8])
  }
}
