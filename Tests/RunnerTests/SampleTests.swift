import Images
import RunFormat
import Spec
import TensorCore
import Testing

@testable import ModelBuilder
@testable import Runner

struct SampleTests {
  /// A finished run and what made it.
  private func finished(_ run: TinyRun, _ scratch: Scratch) throws -> (String, Experiment) {
    let outcome = try train(try run.setup(scratch.path))
    switch loadExperiment(
      path: "\(outcome.directory)/resolved.yaml", vocabulary: TinyRun.vocabulary)
    {
    case .success(let experiment): return (outcome.directory, experiment)
    case .failure(let diagnostics): throw TestProblem(diagnostics.rendered())
    }
  }

  @Test(arguments: ["none", "{classes: 3}"])
  func aSampleIsThePictureOfTheRun(labels: String) throws {
    let scratch = try Scratch()
    let (run, experiment) = try finished(TinyRun(labels: labels), scratch)
    let sample = try sample(
      run: run, experiment: experiment, SampleRequest(), backend: ReferenceBackend())
    #expect(sample.step == 9)
    let own = try FileLayer().read("\(run)/samples/final.png")
    #expect(try encodePNG(sample.picture) == own)
    var other = SampleRequest()
    other.seed = 8
    #expect(
      try Runner.sample(run: run, experiment: experiment, other, backend: ReferenceBackend())
        .picture != sample.picture)
    other.seed = nil
    other.checkpoint = .step(6)
    let earlier = try Runner.sample(
      run: run, experiment: experiment, other, backend: ReferenceBackend())
    #expect(try encodePNG(earlier.picture) == FileLayer().read("\(run)/samples/epoch-0002.png"))
  }

  @Test func averagedWeightsHaveGridsOfTheirOwn() throws {
    let scratch = try Scratch()
    let (run, experiment) = try finished(
      TinyRun(learningRate: "0.1", schedule: ", ema: {decay: 0.9}"), scratch)
    var request = SampleRequest()
    request.weights = .ema
    let sample = try Runner.sample(
      run: run, experiment: experiment, request, backend: ReferenceBackend())
    let files = FileLayer()
    #expect(try encodePNG(sample.picture) == files.read("\(run)/samples/ema/final.png"))
    #expect(
      try files.read("\(run)/samples/ema/final.png") != files.read("\(run)/samples/final.png"))
    #expect(files.exists("\(run)/samples/ema/epoch-0002.png"))
    // A network that PyTorch loads as it is, as the generator's own file.
    let folder = "\(run)/checkpoints/step-00000009"
    let average = try files.readSafetensors("\(folder)/ema.safetensors").byName
    let generator = try files.readSafetensors("\(folder)/generator.safetensors").byName
    #expect(Set(average.keys) == Set(generator.keys))
    #expect(average["1.running_mean"] == generator["1.running_mean"])
    #expect(average["0.weight"] != generator["0.weight"])
    #expect(average["0.weight"]?.shape == generator["0.weight"]?.shape)
  }

  @Test func averagedWeightsAreAskedForInVain() throws {
    let scratch = try Scratch()
    let (run, experiment) = try finished(TinyRun(), scratch)
    #expect(!FileLayer().exists("\(run)/samples/ema"))
    var request = SampleRequest()
    request.weights = .ema
    let error = #expect(throws: RunError.self) {
      try Runner.sample(run: run, experiment: experiment, request, backend: ReferenceBackend())
    }
    #expect(
      error == .request("\(run): no averaged weights are kept: its spec has no schedule.ema"))
  }

  @Test func rowsShowTheClassesAskedFor() throws {
    let scratch = try Scratch()
    let (_, experiment) = try finished(TinyRun(labels: "{classes: 3}"), scratch)
    var request = SampleRequest()
    request.labels = [2, 0]
    request.grid = (3, 2)
    let grid = try SampleGrid(request, experiment, TinyRun.format, classes: 3)
    #expect(grid.labels == [2, 2, 0, 0, 2, 2])
    #expect(grid.rowLabels(["ant", "bee", "cat"]) == ["cat", "ant", "cat"])
    #expect(grid.rowLabels([]) == ["2", "0", "2"])
    request.grid = nil
    #expect(try SampleGrid(request, experiment, TinyRun.format, classes: 3).rows == 2)
  }

  @Test func latentsDoNotDependOnTheGrid() throws {
    let latent = try TinyRun().experiment().twoPlayers!.latent
    let small = SampleGrid(rows: 1, columns: 2, seed: 1, rowClasses: nil).latents(latent)
    let large = SampleGrid(rows: 3, columns: 3, seed: 1, rowClasses: nil).latents(latent)
    #expect(Array(large.floats.prefix(6)) == small.floats)
    #expect(large.shape == [9, 3])
    #expect(large.floats.allSatisfy { (0..<1).contains($0) })
  }

  @Test func rowsShowTheValuesOfTheFirstCode() throws {
    let run = TinyRun(
      latent: "{size: 2, codes: {categorical: [3, 2], continuous: 1, low: 5, high: 6}}")
    let latent = try run.experiment().twoPlayers!.latent
    let tensor = SampleGrid(rows: 4, columns: 2, seed: 1, rowClasses: nil).latents(latent)
    #expect(tensor.shape == [8, 8])
    for picture in 0..<8 {
      let code = Array(tensor.floats[(picture * 8)..<((picture + 1) * 8)])
      #expect(code[2..<5].firstIndex(of: 1) == 2 + picture / 2 % 3)
      #expect(code[2..<5].reduce(0, +) == 1 && code[5..<7].reduce(0, +) == 1)
      #expect((5..<6).contains(code[7]))
    }
    let noise = try TinyRun(latent: "{size: 2}").experiment().twoPlayers!.latent
    let plain = SampleGrid(rows: 4, columns: 2, seed: 1, rowClasses: nil).latents(noise).floats
    for picture in 0..<8 {
      #expect(
        plain[(picture * 2)..<(picture * 2 + 2)] == tensor.floats[(picture * 8)..<(picture * 8 + 2)]
      )
    }
  }

  @Test func givenLatentsMakeThePicturesThatTheyWereTakenFrom() throws {
    let scratch = try Scratch()
    let (run, experiment) = try finished(TinyRun(), scratch)
    func draw(_ request: SampleRequest) throws -> Runner.Sample {
      try Runner.sample(run: run, experiment: experiment, request, backend: ReferenceBackend())
    }
    var request = SampleRequest()
    request.grid = (2, 4)
    request.seed = 9
    let drawn = try draw(request)
    let latents = try #require(drawn.latents)
    #expect(latents.count == 8 && latents.allSatisfy { $0.count == 3 })
    var given = SampleRequest()
    (given.latents, given.grid) = (latents, (2, 4))
    #expect(try draw(given).picture == drawn.picture)
    given.latents = latents.reversed()
    #expect(try draw(given).picture != drawn.picture)
    given.grid = nil
    #expect(try SampleGrid(given, experiment, TinyRun.format, classes: nil).count == 8)
    (given.latents, given.grid) = (latents, (3, 3))
    #expect(throws: RunError.self) { try draw(given) }
    (given.latents, given.grid) = ([[1, 2]], nil)
    let wrong = #expect(throws: RunError.self) { try draw(given) }
    #expect(wrong?.description == "the latents have 2 numbers each, and those of this run 3")
    given.latents = [[1, 2, .nan]]
    #expect(throws: RunError.self) { try draw(given) }

    let folder = "\(scratch.path)/single"
    var single = SampleRequest()
    single.latents = latents
    let written = try writeSamples(
      run: run, experiment: experiment, count: 8, to: folder, single, backend: ReferenceBackend())
    #expect(written == latents)
    #expect(throws: RunError.self) {
      try writeSamples(
        run: run, experiment: experiment, count: 7, to: folder + "2", single,
        backend: ReferenceBackend())
    }
  }

  @Test func whatCannotBeDrawnIsSaid() throws {
    let scratch = try Scratch()
    let (run, experiment) = try finished(TinyRun(), scratch)
    func refusal(_ change: (inout SampleRequest) -> Void) -> RunError? {
      var request = SampleRequest()
      change(&request)
      do {
        _ = try sample(
          run: run, experiment: experiment, request, backend: ReferenceBackend())
        return nil
      } catch { return error }
    }
    #expect(
      refusal { $0.checkpoint = .step(4) }
        == .request("\(run)/checkpoints: no checkpoint of step 4; there are 6, 9"))
    #expect(
      refusal { $0.checkpoint = .best }
        == .request("\(run)/checkpoints: none is marked as best; there are steps 6, 9"))
    #expect(refusal { $0.labels = [1] }?.exitCode == 2)
    #expect(refusal { $0.grid = (Int.max, 2) }?.exitCode == 2)
    #expect(refusal { $0.grid = (0, 2) }?.exitCode == 2)
  }

  @Test(arguments: ["generator.safetensors", "optimizer.safetensors", "state.json"])
  func aChangedBitIsFound(file: String) throws {
    let scratch = try Scratch()
    let (run, experiment) = try finished(TinyRun(), scratch)
    let path = "\(run)/checkpoints/step-00000009/\(file)"
    var bytes = try FileLayer().read(path)
    for place in stride(from: 0, to: bytes.count, by: 1 + bytes.count / 40) {
      bytes[place] ^= 4
      try FileLayer().replace(path, with: bytes)
      let error = #expect(throws: RunError.self, "byte \(place)") {
        try sample(
          run: run, experiment: experiment, SampleRequest(), backend: ReferenceBackend())
      }
      #expect(error?.exitCode == 8)
      #expect(error?.description.hasPrefix(path) == true)
      bytes[place] ^= 4
    }
  }

  @Test func checkpointsHaveTheNamesOfPyTorch() throws {
    let scratch = try Scratch()
    let (run, _) = try finished(TinyRun(labels: "{classes: 3}"), scratch)
    let folder = "\(run)/checkpoints/step-00000009"
    let generator = try FileLayer().readSafetensors("\(folder)/generator.safetensors").byName
    #expect(generator["1.weight"]?.shape == [4, 5])
    #expect(generator["2.running_mean"]?.shape == [4])
    #expect(generator["0.weight"]?.shape == [3, 2])
    let optimizer = try FileLayer().readSafetensors("\(folder)/optimizer.safetensors")
    #expect(optimizer.entries.allSatisfy { $0.name.hasPrefix("optimizer.") })
    #expect(!optimizer.entries.isEmpty)
  }

  @Test func realImagesStandInTheRowsOfTheirClass() throws {
    let run = TinyRun(labels: "{classes: 3}", imageCount: 30)
    let (experiment, data) = (try run.experiment(), try run.data().first)
    let grid = SampleGrid(rows: 3, columns: 4, seed: 0, rowClasses: [0, 1, 2])
    let program = try run.program()
    let picture = try SamplePicture(of: program, grid, real: data).drawReal(
      grid.realIndices(data, seed: experiment.seed), of: data, grid)
    // The class of image i is i mod 3, and its first pixel names i.
    func firstPixel(_ row: Int, _ column: Int) -> UInt8 {
      let gutter = picture.width - (2 + 4 * (4 + 2))
      return picture.pixels[(2 + row * 5) * picture.width + gutter + 2 + column * 6]
    }
    let classes = Dictionary(
      (0..<30).map { (UInt8(truncatingIfNeeded: $0 * 12 * 37), $0 % 3) },
      uniquingKeysWith: { first, _ in first })
    for row in 0..<3 {
      for column in 0..<4 { #expect(classes[firstPixel(row, column)] == row) }
    }
  }
}

struct InitialStateTests {
  @Test func anAverageBeginsAsTheWeightsDo() throws {
    let program = try TinyRun(schedule: ", ema: 0.9").program()
    let first = Dictionary(
      uniqueKeysWithValues: program.states.map { ($0.name, $0.initialTensor(seed: 4)) })
    let averages = program.states.filter { $0.role == .average }
    #expect(averages.count == 6)
    for state in averages { #expect(first[state.name] == first[state.nameOfFirstValue]) }
  }

  private func state(
    _ initial: InitialValue, _ shape: Shape, _ layout: TensorLayout,
    _ name: String = "generator.0.weight"
  ) -> StateDeclaration {
    StateDeclaration(
      name: name, network: "generator", role: .parameter, type: TensorType(shape), layout: layout,
      initial: initial)
  }

  @Test func numbersAreDrawnInTheOrderOfPyTorch() {
    let ours = state(.uniform(low: -2, high: 2), [3, 5], .linear).initialTensor(seed: 9)
    let theirs = TensorLayout.linear.toTorch(ours)
    let drawn = Philox(seed: 9, stream: Philox.streamID(named: "generator.0.weight"), step: 0)
      .uniforms(count: 15).map { -2 + 4 * $0 }
    #expect(theirs == HostTensor([5, 3], drawn))
  }

  @Test func eachStateHasNumbersOfItsOwn() {
    let normal = InitialValue.normal(mean: 1, standardDeviation: 0.5)
    let a = state(normal, [1000], .plain).initialTensor(seed: 1).floats
    let b = state(normal, [1000], .plain, "generator.1.weight").initialTensor(seed: 1).floats
    #expect(a != b)
    let mean = a.reduce(0, +) / 1000
    let deviation = (a.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 1000).squareRoot()
    #expect(abs(mean - 1) < 0.06 && abs(deviation - 0.5) < 0.04)
    #expect(state(.constant(0.25), [], .plain).initialTensor(seed: 1).floats == [0.25])
  }

  @Test(arguments: [(4, 4), (3, 7), (9, 2), (1, 5), (20, 33)])
  func orthogonalMatricesAreOrthonormal(rows: Int, columns: Int) {
    let drawn = Philox(seed: 3, stream: 1, step: 0).normals(count: rows * columns)
    let q = orthonormal(drawn, rows: rows, columns: columns)
    func vector(_ index: Int) -> [Double] {
      rows <= columns
        ? Array(q[(index * columns)..<((index + 1) * columns)])
        : (0..<rows).map { q[$0 * columns + index] }
    }
    let count = min(rows, columns)
    for i in 0..<count {
      for j in 0..<count {
        let product = zip(vector(i), vector(j)).map { $0 * $1 }.reduce(0, +)
        #expect(abs(product - (i == j ? 1 : 0)) < 1e-12)
      }
    }
    // The first vector only shrinks: R has a positive diagonal.
    #expect(q[0].sign == Double(drawn[0]).sign)
  }
}
