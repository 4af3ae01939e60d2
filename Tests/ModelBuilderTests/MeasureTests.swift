import Spec
import TensorCore
import Testing

@testable import ModelBuilder

/// Numbers of values, on 2×2 images.
@Suite struct MeasureTests {
  private func program(
    _ metrics: String,
    layers: String = "[flatten, {dropout: 0.5}, {linear: {units: 3, bias: false}}]",
    classes: Int = 3, network: String = ""
  ) throws -> TrainingProgram {
    let experiment = try loadExperiment(
      text: """
        version: 1
        name: test
        data:
          batch: 4
          range: [-1, 1]
          sources:
            images: {source: nothing, classes: \(classes)}
            test: {source: nothing, classes: \(classes)}
            dark: {of: test, invert: true}
        latents: {z: {size: 2}, y: {classes: \(classes)}}
        networks:
          net: {layers: \(layers)\(network)}
        terms: {names: {class: {of: net(images), label: images.label}}}
        moves: [{networks: [net]}]
        optimizer: {kind: sgd, learning_rate: 1}
        schedule: {length: 1 steps}
        record: {samples: none}
        metrics: \(metrics)
        """, vocabulary: vocabulary
    ).get()
    return try TrainingProgram(experiment, images: smallImages)
  }

  /// Logits are the first three pixels of a sample.
  private static let pixels: [String: [Double]] = [
    "net.2.weight": [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0]
  ]
  private static let images: [Double] = [
    5, 1, 2, 9,  // class 0
    1, 3, 3, 0,  // of equal ones the first: class 1
    1, 3, 3, 0, -3, -2, -1, 0,  // class 2
  ]

  private func number(
    _ program: TrainingProgram, _ feeds: [String: [Double]], count: Int = 4
  ) throws -> Double {
    let graph = program.graph(of: program.measures[0], count: count, weights: .raw)
    #expect(graph.problems() == [])
    let result = try Reference.evaluate(graph, feeds: feeds, states: Self.pixels)
    return try #require(result.outputs["number"]?.first)
  }

  @Test(
    arguments: [
      ([0, 1, 1, 2], 1.0), ([0, 1, 2, 2], 0.75), ([1, 2, 2, 0], 0), ([1, 1, 2, 2], 0.5),
    ] as [([Double], Double)])
  func accuracyIsTheShareOfSamplesThatAreNamedRight(_ labels: [Double], _ share: Double) throws {
    let program = try program("{of: [{accuracy: {of: net(test), label: test.label}}]}")
    let feeds = ["real/test": Self.images, "labels/test": labels]
    #expect(try number(program, feeds) == share)
  }

  @Test(arguments: [("l1", 2 * 37.0 / 16), ("l2", 4 * 163.0 / 16)])
  func aDifferenceIsTheMeanOverAllNumbers(_ norm: String, _ value: Double) throws {
    // The negative of x is −x.
    let program = try program("{of: [{difference: {of: test, from: dark, norm: \(norm)}}]}")
    #expect(try abs(number(program, ["real/test": Self.images]) - value) < 1e-12)
  }

  @Test func nothingIsDroppedWhereNetworksDoNotLearn() throws {
    let program = try program("{of: [{difference: {of: net(test), from: net(images)}}]}")
    let feeds = ["real/test": Self.images, "real/images": Self.images.map { $0 + 1 }]
    #expect(try number(program, feeds) == 1)
  }

  @Test func averagesAreMeasuredWhereTheyAreAskedFor() throws {
    let program = try program(
      "{weights: ema, of: [{accuracy: {of: net(test), label: test.label}}]}", network: ", ema: 0.9")
    func states(_ weights: Weights) -> [String] {
      program.graph(of: program.measures[0], count: 2, weights: weights).inputs(.state).map(\.name)
    }
    #expect(states(.raw) == ["net.2.weight"])
    #expect(states(.ema).count == 1 && states(.ema) != states(.raw))
  }

  @Test func roundsAreFedWithWhatMovesLookAt() throws {
    let metrics = "{of: [{accuracy: {of: net(test), label: test.label}}]}"
    let program = try program(metrics)
    #expect(program.sources.map(\.name) == ["images", "test"])
    #expect(program.playedSources == ["images"])
    let feeds = program.round(batch: 4, observing: true).graphs.flatMap { $0.inputs(.feed) }
    #expect(!feeds.contains { $0.name.hasSuffix("/test") })
  }

  struct Misfit: Sendable, CustomTestStringConvertible {
    let measure: String
    let said: String
    var testDescription: String { measure }
  }

  static let misfits = [
    Misfit(
      measure: "{accuracy: {of: test, label: test.label}}",
      said: "accuracy takes vectors, but 1×2×2 images come in | put `flatten` before it"),
    Misfit(
      measure: "{accuracy: {of: z, label: y, samples: 10}}",
      said: "2 logits for 3 classes | end the network with `linear: 3`"),
    Misfit(
      measure: "{difference: {of: net(test), from: test}}",
      said: "values of 3 and of 1×2×2 have no difference | both have to be of one size"),
    Misfit(
      measure: "{difference: {of: test.label, from: test.label}}",
      said:
        "test.label are classes, and numbers are wanted | write test.label.one_hot, or `label: test.label` "
        + "in the call of a network"),
    Misfit(
      measure: "{difference: {of: z, from: z, name: nothing}}",
      said: "`nothing` is of latents alone, which have no end | say of how many: `samples: 1000`"),
    Misfit(
      measure: "{difference: {of: 'net([test, test])', from: net(test)}}",
      said:
        "`difference` gives networks values of another kind than moves do, for which there are no "
        + "weights (net.2.weight) | give them values of the same size, with classes where moves have them"
    ),
  ]

  @Test(arguments: misfits)
  func whatCannotBeMeasuredIsSaidAtItsPlace(_ misfit: Misfit) throws {
    let error = try #require(
      #expect(throws: Diagnostics.self) { try program("{of: [\(misfit.measure)]}") })
    #expect(
      error.entries.map { "\($0.message) | \($0.notes.joined(separator: "; "))" } == [misfit.said])
    #expect(error.entries.first?.origin.mark.line == 18)
  }
}
