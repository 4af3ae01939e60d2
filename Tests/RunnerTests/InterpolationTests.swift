import Images
import RunFormat
import Spec
import TensorCore
import Testing

@testable import ModelBuilder
@testable import Runner

@Suite struct InterpolationTests {
  struct Way: Sendable, CustomTestStringConvertible {
    let way: Interpolation
    let start: [Float]
    let end: [Float]
    let share: Double
    let expected: [Float]
    var testDescription: String { "\(way) \(start) to \(end) at \(share)" }
  }

  static let ways = [
    Way(way: .linear, start: [0, 4], end: [2, 0], share: 0.25, expected: [0.5, 3]),
    Way(way: .linear, start: [1, 2], end: [3, 5], share: 1, expected: [3, 5]),
    Way(way: .spherical, start: [1, 2], end: [3, -5], share: 0, expected: [1, 2]),
    Way(way: .spherical, start: [1, 2], end: [3, -5], share: 1, expected: [3, -5]),
    // Half-way round a right angle, and a third of the way: sin 60° and sin 30°.
    Way(
      way: .spherical, start: [1, 0], end: [0, 1], share: 0.5, expected: [0.70710678, 0.70710678]),
    Way(way: .spherical, start: [2, 0], end: [0, 2], share: 1.0 / 3, expected: [1.7320508, 1]),
    // No one arc: straight.
    Way(way: .spherical, start: [1, 1], end: [3, 3], share: 0.5, expected: [2, 2]),
    Way(way: .spherical, start: [1, 0], end: [-1, 0], share: 0.25, expected: [0.5, 0]),
    Way(way: .spherical, start: [0, 0], end: [2, 0], share: 0.5, expected: [1, 0]),
  ]

  @Test(arguments: ways)
  func aWayBetweenLatents(_ step: Way) {
    let found = step.way.between(step.start, step.end, share: step.share)
    for (value, wanted) in zip(found, step.expected) { #expect(abs(value - wanted) < 1e-6) }
    #expect(found.count == step.expected.count)
  }

  @Test(arguments: Interpolation.allCases)
  func rowsBeginAndEndAtLatentsOfTheirOwnAndKeepTheirCodes(_ way: Interpolation)
    throws
  {
    let latent = try TinyRun(latent: "{size: 2, codes: {categorical: [3], continuous: 1}}")
      .experiment().twoPlayers!.latent
    var grid = SampleGrid(rows: 3, columns: 4, seed: 1, rowClasses: nil)
    grid.interpolation = way
    let ends = SampleGrid(rows: 3, columns: 2, seed: 1, rowClasses: nil).latents(latent).floats
    let tensor = grid.latents(latent)
    #expect(tensor.shape == [12, 6])
    func picture(_ index: Int) -> [Float] { Array(tensor.floats[(index * 6)..<((index + 1) * 6)]) }
    for row in 0..<3 {
      #expect(picture(4 * row) == Array(ends[(12 * row)..<(12 * row + 6)]))
      let last = picture(4 * row + 3)
      for place in 0..<2 { #expect(abs(last[place] - ends[12 * row + 6 + place]) < 1e-6) }
      for column in 1..<4 {
        #expect(picture(4 * row + column).dropFirst(2) == picture(4 * row).dropFirst(2))
        #expect(picture(4 * row + column).prefix(2) != picture(4 * row).prefix(2))
      }
    }
  }
}

@Suite struct SampleSetTests {
  private let backend = ReferenceBackend()

  private func finished(_ run: TinyRun, _ scratch: Scratch) throws -> (String, Experiment) {
    (try train(try run.setup(scratch.path)).directory, try run.experiment())
  }

  private func pixels(_ path: String) throws -> [UInt8] {
    try decodePNG(FileLayer().read(path)).pixels
  }

  @Test func singlePicturesAreThoseOfAGridInFoldersByClass() throws {
    let scratch = try Scratch()
    let (run, experiment) = try finished(TinyRun(labels: "{classes: 3}"), scratch)
    var request = SampleRequest()
    request.labels = [2, 0]
    let folder = scratch.path + "/many"
    try writeSamples(
      run: run, experiment: experiment, count: 103, to: folder, request, backend: backend)
    let files = FileLayer()
    #expect(try files.list(folder).sorted() == ["ant", "cat"])
    #expect(try files.list(folder + "/cat").count == 52)
    #expect(try files.list(folder + "/ant").sorted().prefix(2) == ["00001.png", "00003.png"])
    request.grid = (103, 1)
    let grid = try sample(run: run, experiment: experiment, request, backend: backend).picture
    for index in [0, 1, 99, 100, 102] {
      let name = "0000\(index)".suffix(5)
      let own = try pixels("\(folder)/\(index % 2 == 0 ? "cat" : "ant")/\(name).png")
      let left = grid.width - 4 - 2
      let cut = (0..<3).flatMap { row in
        (0..<4).map { grid.pixels[(2 + index * 5 + row) * grid.width + left + $0] }
      }
      #expect(own == cut)
    }
    // As data of another experiment.
    let set = try DatasetCatalog.source(
      loadChoice("{folder: \(folder)}", .source, vocabulary: TinyRun.vocabulary).get()
    ).load(dataDirectory: [])
    #expect(set.count == 103 && set.classNames == ["ant", "cat"])
  }

  @Test func anAverageIsTheMeanOfTheSinglePicturesBesideThatOfTheMeanLatent()
    throws
  {
    let scratch = try Scratch()
    let (run, experiment) = try finished(TinyRun(), scratch)
    let request = SampleRequest()
    let folder = scratch.path + "/five"
    try writeSamples(
      run: run, experiment: experiment, count: 5, to: folder, request, backend: backend)
    let singles = try (0..<5).map { try pixels("\(folder)/0000\($0).png").map(Double.init) }
    let average = try averageSample(
      run: run, experiment: experiment, of: 5, request, backend: backend)
    #expect(average.step == 9 && average.picture.width == 14 && average.picture.height == 7)
    func part(_ column: Int, of picture: Raster) -> [UInt8] {
      (0..<12).map { picture.pixels[(2 + $0 / 4) * picture.width + 2 + 6 * column + $0 % 4] }
    }
    for (place, value) in part(0, of: average.picture).enumerated() {
      let mean = singles.reduce(0) { $0 + $1[place] } / 5
      #expect(abs(Double(value) - mean) <= 1)
    }
    #expect(part(1, of: average.picture) != part(0, of: average.picture))
    let one = try averageSample(run: run, experiment: experiment, of: 1, request, backend: backend)
    #expect(part(0, of: one.picture) == part(1, of: one.picture))
    #expect(try part(0, of: one.picture) == pixels("\(folder)/00000.png"))
  }

  @Test func eachClassHasAnAverageOfItsOwn() throws {
    let scratch = try Scratch()
    let (run, experiment) = try finished(TinyRun(labels: "{classes: 3}"), scratch)
    let average = try averageSample(
      run: run, experiment: experiment, of: 4, SampleRequest(), backend: backend)
    #expect(average.picture.height == 2 + 3 * 5)
  }

  @Test func whatCannotBeAveragedOrCountedOutIsSaid() throws {
    let scratch = try Scratch()
    let (run, experiment) = try finished(TinyRun(), scratch)
    func refusal(_ body: () throws -> Void) -> String {
      do { try body() } catch { return "\(error)" }
      return "nothing"
    }
    func average(_ count: Int, _ request: SampleRequest = SampleRequest()) throws {
      _ = try averageSample(
        run: run, experiment: experiment, of: count, request, backend: backend)
    }
    #expect(refusal { try average(0) }.contains("0 samples: 1 to 100,000 are possible"))
    var labelled = SampleRequest()
    labelled.labels = [1]
    #expect(refusal { try average(3, labelled) }.contains("no labels to choose from"))
    var way = SampleRequest()
    way.interpolation = .linear
    #expect(refusal { try average(3, way) }.contains("leave out --grid and --interpolate"))
    #expect(
      refusal {
        try writeSamples(
          run: run, experiment: experiment, count: 2, to: run, SampleRequest(), backend: backend)
      }.contains("not an empty folder"))
  }

  @Test func vectorsHaveNoPicturesOfTheirOwn() throws {
    let scratch = try Scratch()
    let points = VectorRun()
    let run = try train(try points.setup(scratch.path)).directory
    let experiment = try points.experiment()
    #expect {
      try averageSample(
        run: run, experiment: experiment, of: 2, SampleRequest(), backend: backend)
    } throws: {
      "\($0)".contains("an average is of images, and the samples of this run are vectors of 2")
    }
    #expect {
      try writeSamples(
        run: run, experiment: experiment, count: 2, to: scratch.path + "/x", SampleRequest(),
        backend: backend)
    } throws: { "\($0)".contains("is for images") }
  }
}
