import Foundation
import Spec
import Testing

@testable import Metrics

private let vocabulary = Vocabulary([.metric: MetricCatalog.declarations])

private func metric(_ text: String) throws -> any Metric {
  MetricCatalog.metric(try loadChoice(text, .metric, vocabulary: vocabulary).get())
}

private func form(
  _ height: Int, _ width: Int, _ channels: Int = 1, mixture: Mixture? = nil
) -> SampleForm {
  SampleForm(
    height: height, width: width, channels: channels, range: ValueRange(low: -1, high: 1),
    mixture: mixture)
}

/// Numbers that look random and are the same everywhere.
private func noise(_ count: Int, _ start: Int = 1) -> [Float] {
  (start..<(start + count)).map { index in
    let digits: Int = (index * 7919 + index / 13 * 104_729) % 1000
    return Float(digits) / 500 - 1
  }
}

private func isNear(_ a: Double, _ b: Double, _ tolerance: Double = 1e-5) -> Bool {
  abs(a - b) <= tolerance * max(1, abs(b))
}

struct MetricTests {
  @Test func everyFileOfTheFolderHasItsLineInTheCatalog() throws {
    let place = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Sources/Metrics/Measures")
    let files = try FileManager.default.contentsOfDirectory(atPath: place.path)
    #expect(
      Set(files.map { $0.replacing(".swift", with: "") })
        == Set(MetricCatalog.metrics.map { "\($0)" }))
  }

  @Test(arguments: MetricCatalog.metrics.indices)
  func theExampleOfEveryWordIsUnderstood(_ index: Int) throws {
    let declaration = MetricCatalog.metrics[index].declaration
    let example = try #require(declaration.example)
    _ = try metric("{\(example)}")
    _ = try metric(declaration.name)
  }

  // MARK: Against numpy and scipy

  @Test(arguments: GoldenFile.shared.patches)
  func patchesOfAPyramidAreAsFarApartAsInNumpy(_ golden: GoldenFile.Patches) throws {
    func levels(_ values: [Float]) -> [ImageStack] {
      LaplacianPyramid(
        ImageStack(
          count: golden.count, height: golden.side, width: golden.side, channels: golden.channels,
          values: values)
      ).levels
    }
    let (real, generated) = (levels(golden.real), levels(golden.generated))
    #expect(real.map(\.height) == golden.levels.map(\.side))
    for (index, level) in golden.levels.enumerated() {
      for (own, other) in zip(real[index].values, level.realLevel) {
        #expect(abs(own - other) < 1e-5)
      }
      let clouds = zip([real[index], generated[index]], level.corners).map { stack, corners in
        SlicedWasserstein.descriptors(stack, corners.map { (y: $0[0], x: $0[1]) })
      }
      let directions = Directions(
        count: level.normals.count / clouds[0].size, size: clouds[0].size, normals: level.normals)
      let found = [1, 3].map {
        slicedWasserstein(clouds[0], clouds[1], directions, threads: $0)
      }
      #expect(isNear(found[0], level.distance), "\(found[0]) for \(level.distance)")
      // The same bits with any number of threads.
      #expect(found[0] == found[1])
    }
  }

  @Test(arguments: GoldenFile.shared.vectors)
  func vectorsAreAsFarApartAsInScipy(_ golden: GoldenFile.Vectors) {
    let directions = Directions(
      count: golden.normals.count / golden.size, size: golden.size, normals: golden.normals)
    let found = slicedWasserstein(
      PointCloud(count: golden.count, size: golden.size, values: golden.a),
      PointCloud(count: golden.count, size: golden.size, values: golden.b), directions, threads: 2)
    #expect(isNear(found, golden.distance), "\(found) for \(golden.distance)")
  }

  @Test(arguments: GoldenFile.shared.similarities)
  func imagesAreAsAlikeAsInScipy(_ golden: GoldenFile.Similarity) {
    let scales = SimilarityScales(height: golden.height, width: golden.width)
    #expect(scales.weights.count == golden.scales)
    let found = scales.similarity(
      golden.x, golden.y, channels: golden.channels, span: golden.span)
    #expect(isNear(found, golden.similarity, 1e-9), "\(found) for \(golden.similarity)")
  }

  @Test(arguments: GoldenFile.shared.modes)
  func modesAreThoseThatScipyFinds(_ golden: GoldenFile.Modes) throws {
    let form = form(
      1, 1, 2, mixture: Mixture(centres: golden.centres, deviation: golden.deviation))
    let points = SampleArray(form, values: golden.points)
    let found = try metric("modes").measure(
      MetricSamples(real: points, generated: points, seed: 0, threads: 1))
    #expect(found == [golden.modes, golden.highQuality])
  }

  // MARK: What must hold of any samples

  @Test(arguments: [(28, 28, 1), (32, 64, 3), (1, 1, 2)])
  func equalSetsAreNearerThanDifferentOnes(_ size: (Int, Int, Int)) throws {
    let form = form(size.0, size.1, size.2)
    let metric = try metric("{sliced_wasserstein: {samples: 40, projections: 40, patches: 20}}")
    let real = SampleArray(form, values: noise(40 * form.size))
    let coarse = SampleArray(form, values: real.values.indices.map { real.values[$0 / 8 * 8] })
    func distance(_ other: SampleArray, seed: UInt64 = 3) -> [Double] {
      metric.measure(MetricSamples(real: real, generated: other, seed: seed, threads: 2))
    }
    let (same, different) = (distance(real), distance(coarse))
    #expect(same.count == (try metric.numbers(of: form)).count)
    #expect(zip(same, different).allSatisfy { $0 < $1 })
    if form.isVector { #expect(same == [0]) }
    // A function of the samples and the seed.
    #expect(distance(coarse) == different && distance(coarse, seed: 4) != different)
  }

  @Test func whatIsNoNumberMakesTheDistanceNone() throws {
    let form = form(1, 1, 2)
    let real = SampleArray(form, values: noise(20))
    let broken = SampleArray(form, values: [.nan] + real.values.dropFirst())
    let found = try metric("sliced_wasserstein").measure(
      MetricSamples(real: real, generated: broken, seed: 0, threads: 1))
    #expect(found[0].isNaN)
  }

  @Test func floatsAreSortedByTheirBits() {
    let values: [Float] = [
      3, -1, 0, -0.0, 1e-30, -1e-30, .greatestFiniteMagnitude, -3, 1e-3, -1e20,
    ]
    #expect(radixSorted(values) == values.sorted())
    #expect(radixSorted(noise(5000)) == noise(5000).sorted())
    #expect(radixSorted([]) == [])
  }

  @Test func pairsAreOfOneClass() {
    let form = form(1, 1, 1)
    let set = SampleArray(form, values: noise(7), labels: [0, 1, 2, 1, 0, 2, 2])
    #expect(
      MultiScaleSimilarity.pairs(of: set).map { [$0.0, $0.1] } == [[1, 3], [0, 4], [2, 5]])
    let plain = SampleArray(form, values: noise(5))
    #expect(MultiScaleSimilarity.pairs(of: plain).map { [$0.0, $0.1] } == [[0, 1], [2, 3]])
  }

  @Test func alwaysTheSamePictureIsLikenessOne() throws {
    let form = form(28, 28)
    let picture = noise(28 * 28)
    let same = SampleArray(form, values: (0..<6).flatMap { _ in picture })
    let other = SampleArray(form, values: noise(6 * 28 * 28))
    let found = try metric("ms_ssim: 3").measure(
      MetricSamples(real: other, generated: same, seed: 0, threads: 1))
    #expect(isNear(found[0], 1, 1e-12) && found[1] < 0.5)
  }

  // MARK: What cannot be measured

  struct Refusal: CustomTestStringConvertible {
    let word: String
    let form: SampleForm
    let says: String
    var testDescription: String { "\(word) of \(form.height)×\(form.width)" }
  }
  static let refusals = [
    Refusal(word: "sliced_wasserstein", form: form(6, 28), says: "patches of 7×7 do not fit"),
    .init(word: "ms_ssim", form: form(10, 10), says: "windows of 11×11 do not fit"),
    .init(word: "ms_ssim", form: form(1, 1, 2), says: "the samples are vectors"),
    .init(word: "modes", form: form(28, 28), says: "where the centres are known"),
  ]

  @Test(arguments: refusals)
  func aMetricSaysWhyItCannotBeTaken(_ refusal: Refusal) throws {
    let metric = try metric(refusal.word)
    let error = #expect(throws: MetricMisfit.self) { try metric.numbers(of: refusal.form) }
    #expect(error?.message.contains(refusal.says) == true)
  }

  @Test func levelsEndWhereAHalfIsTooSmallOrOdd() {
    func heights(_ side: Int) -> [Int] {
      LaplacianPyramid.sizes(height: side, width: side).map(\.height)
    }
    #expect(heights(28) == [28] && heights(32) == [32, 16] && heights(50) == [50, 25])
    #expect(heights(128) == [128, 64, 32, 16] && heights(33) == [33] && heights(8) == [8])
  }
}
