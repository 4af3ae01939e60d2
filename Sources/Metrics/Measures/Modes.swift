import Spec

/// How much of a mixture with known centres is found.
///
/// Srivastava et al. 2017 (VEEGAN), section 4.1: a sample is of high quality when it lies within three
/// standard deviations of the nearest centre; a mode is captured when at least one high-quality sample
/// is nearest to it. Real samples are not looked at.
package struct Modes: Metric {
  static let samples = Field.integer(
    "samples", default: 2500, in: .within(1...1_000_000), "Generated samples")
  static let within = Field.number(
    "within", default: 3, in: .above(0), "Standard deviations that count as near")
  static let atLeast = Field.integer(
    "at_least", default: 1, in: .atLeast(1), "Near samples that make a mode captured")
  package static let declaration = Declaration(
    "modes", "Modes of a mixture that are hit, and the share of samples near one",
    details: """
      For data with known centres (`{synthetic: ring8}`, `{synthetic: grid25}`). Gives `modes`, the \
      number of centres with at least `at_least` samples of high quality nearest to them, and \
      `high_quality`, the share of samples within `within` standard deviations of the nearest centre: \
      Srivastava et al. 2017, section 4.1.
      """,
    fields: [samples.declaration, within.declaration, atLeast.declaration],
    example: "modes: {samples: 2500}")

  package let sampleCount: Int
  let within: Double
  let atLeast: Int

  package init(_ record: Record) {
    sampleCount = record[Self.samples]
    within = record[Self.within]
    atLeast = record[Self.atLeast]
  }

  package var settings: String { "within=\(within) at_least=\(atLeast)" }

  package func numbers(of form: SampleForm) throws(MetricMisfit) -> [String] {
    guard form.mixture != nil else {
      throw MetricMisfit(
        "modes are counted where the centres are known",
        label: "only for {synthetic: ring8} and {synthetic: grid25}")
    }
    return ["modes", "high_quality"]
  }

  package func measure(_ samples: MetricSamples) -> [Double] {
    let form = samples.real.form
    guard let mixture = form.mixture, samples.generated.count > 0 else { return [.nan, .nan] }
    var hits = [Int](repeating: 0, count: mixture.centres.count)
    let limit = within * mixture.deviation
    for sample in 0..<samples.generated.count {
      let values = samples.generated.values[(sample * form.size)..<((sample + 1) * form.size)]
      var nearest = (mode: 0, square: Double.infinity)
      for (mode, centre) in mixture.centres.enumerated() {
        var square = 0.0
        for (value, place) in zip(values, centre) {
          square += (Double(value) - place) * (Double(value) - place)
        }
        if square < nearest.square { nearest = (mode, square) }
      }
      if nearest.square.squareRoot() <= limit { hits[nearest.mode] += 1 }
    }
    return [
      Double(hits.count { $0 >= atLeast }),
      Double(hits.reduce(0, +)) / Double(samples.generated.count),
    ]
  }
}
