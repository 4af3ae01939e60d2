import Spec
import Testing

@testable import Images

@Suite struct MixtureTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let mixture: GaussianMixture
    let modes: Int
    let standardDeviation: Double
    /// A few of its centres, by their label.
    let centres: [Int: GaussianMixture.Point]
  }

  static let cases = [
    Case(
      testDescription: "ring8", mixture: .ring8(), modes: 8, standardDeviation: 0.02,
      centres: [
        0: .init(2, 0), 2: .init(0, 2), 4: .init(-2, 0), 6: .init(0, -2),
        3: .init(-1.414_213_562_373_095, 1.414_213_562_373_095),
      ]),
    Case(
      testDescription: "grid25", mixture: .grid25(), modes: 25, standardDeviation: 0.05,
      centres: [0: .init(-4, -4), 4: .init(4, -4), 12: .init(0, 0), 24: .init(4, 4)]),
    Case(
      testDescription: "another grid", mixture: .grid25(spacing: 0.5, standardDeviation: 0.01),
      modes: 25, standardDeviation: 0.01, centres: [0: .init(-1, -1), 23: .init(0.5, 1)]),
  ]

  @Test(arguments: cases)
  func theConstantsAreThoseOfTheLiterature(_ example: Case) {
    #expect(example.mixture.centres.count == example.modes)
    #expect(example.mixture.standardDeviation == example.standardDeviation)
    for (label, wanted) in example.centres {
      let centre = example.mixture.centres[label]
      #expect(abs(centre.x - wanted.x) < 1e-12 && abs(centre.y - wanted.y) < 1e-12)
    }
  }

  @Test(arguments: cases)
  func eachModesPointsHaveItsMeanAndItsStandardDeviation(_ example: Case) {
    let (modes, perMode) = (example.modes, 2_000)
    let points = example.mixture.points(count: modes * perMode, seed: 4)
    for mode in 0..<modes {
      for axis in 0..<2 {
        let centre = example.mixture.centres[mode]
        let offsets = (0..<perMode).map {
          Double(points[2 * (mode + $0 * modes) + axis]) - (axis == 0 ? centre.x : centre.y)
        }
        let mean = offsets.reduce(0, +) / Double(perMode)
        let variance = offsets.map { $0 * $0 }.reduce(0, +) / Double(perMode)
        let sigma = example.standardDeviation
        // Five standard errors.
        #expect(abs(mean) < 5 * sigma / Double(perMode).squareRoot())
        #expect(abs(variance.squareRoot() / sigma - 1) < 5 / (2 * Double(perMode)).squareRoot())
      }
    }
  }

  @Test
  func aSetIsTheBeginningOfALargerOneAndAnotherSeedMakesOthers() {
    let mixture = GaussianMixture.ring8()
    let small = mixture.points(count: 101, seed: 1)
    #expect(small == Array(mixture.points(count: 500, seed: 1).prefix(202)))
    let other = mixture.points(count: 101, seed: 2)
    #expect(zip(small, other).allSatisfy { $0 != $1 })
  }

  @Test(arguments: cases)
  func pointsOfTheMixtureHitEveryMode989OfThemWithin3(_ example: Case) {
    let coverage = example.mixture.coverage(of: example.mixture.points(count: 20_000, seed: 9))
    #expect(coverage.modes == example.modes)
    #expect(abs(coverage.share - 0.988_9) < 0.004)
  }

  @Test(
    arguments: [
      ([2, 0], 1, 1), ([2, 0.059], 1, 1), ([2, 0.061], 0, 0), ([2, 0, 2, 0, 0, -2, 1, 1], 2, 0.75),
      ([.nan, 0, .infinity, 0, 0, 2], 1, 1.0 / 3), ([], 0, 0),
    ] as [([Float], Int, Double)])
  func aModeCountsWhenAPointWithin3IsNearestToIt(_ points: [Float], _ modes: Int, _ share: Double) {
    let coverage = GaussianMixture.ring8().coverage(of: points)
    #expect(coverage == GaussianMixture.Coverage(modes: modes, share: share))
  }

  @Test
  func aSourceMakesVectorsWithTheModesAsClassesAndGivesOutItsMixture() throws {
    let vocabulary = Vocabulary([.source: DatasetCatalog.declarations])
    func mixture(_ text: String) throws -> GaussianMixture? {
      DatasetCatalog.mixture(of: try loadChoice(text, .source, vocabulary: vocabulary).get())
    }
    #expect(try mixture("{synthetic: {of: ring8, radius: 1}}") == .ring8(radius: 1))
    #expect(try mixture("{synthetic: grid25}") == .grid25())
    #expect(try mixture("{synthetic: digits}") == nil)
    #expect(try mixture("mnist") == nil)
    let set = try MixtureSource("ring8", .ring8(), count: 20, seed: 3).load(dataDirectory: [])
    #expect(set.format == .vector(length: 2))
    #expect(set.classCounts == [3, 3, 3, 3, 2, 2, 2, 2])
    #expect(set.labels?.prefix(3) == [0, 1, 2])
    #expect(set.values(of: [7, 0]) == Array(set.values[14..<16] + set.values[0..<2]))
    let other = try MixtureSource("ring8", .ring8(), count: 20, seed: 4).load(dataDirectory: [])
    #expect(set.digest != other.digest && set.digest.count == 64)
  }
}
