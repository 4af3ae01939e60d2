import Testing

@testable import Charts

struct AxisTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let values: [Double]
    var scale = Axis.Scale.linear
    var ticks = 5
    let labels: [String]
    var testDescription: String { "\(values), \(scale) → \(labels)" }
  }

  @Test(arguments: [
    Case(values: [0, 1], labels: ["0", "0.25", "0.50", "0.75", "1.00"]),
    Case(values: [0, 10_000], labels: ["0", "2500", "5000", "7500", "10k"]),
    Case(values: [0, 1e6], labels: ["0", "250k", "500k", "750k", "1M"]),
    Case(values: [-1, 1], labels: ["−1.0", "−0.5", "0", "0.5", "1.0"]),
    Case(values: [0.1, 1000], scale: .logarithmic, labels: ["0.1", "1", "10", "100", "1000"]),
    Case(values: [1, 40], scale: .logarithmic, labels: ["1", "2", "5", "10", "20"]),
    Case(
      values: [1e-7, 1e-5], scale: .logarithmic,
      labels: ["1e-7", "2e-7", "5e-7", "1e-6", "2e-6", "5e-6", "1e-5"]),
    Case(values: [], labels: ["0", "0.25", "0.50", "0.75", "1.00"]),
    Case(values: [.nan, 0, .infinity, 1], labels: ["0", "0.25", "0.50", "0.75", "1.00"]),
    Case(values: [0, 3], scale: .whole, ticks: 9, labels: ["0", "1", "2", "3"]),
    Case(
      values: [0, 200], scale: .whole, ticks: 9,
      labels: ["0", "25", "50", "75", "100", "125", "150", "175", "200"]),
    Case(
      values: [0, 0.4], scale: .whole, ticks: 9,
      labels: ["0", "0.05", "0.10", "0.15", "0.20", "0.25", "0.30", "0.35", "0.40"]),
    Case(values: [2e12, 4e12], labels: ["2e12", "2.5e12", "3e12", "3.5e12", "4e12"]),
  ])
  func ticksAreRoundNumbers(_ test: Case) {
    let margin = test.scale == .whole ? 0 : 0.001
    let axis = Axis(covering: test.values, scale: test.scale, ticks: test.ticks, margin: margin)
    #expect(axis.ticks.map(\.label) == test.labels)
  }

  @Test(arguments: [0.0, 5.0, -1e-30, 1e12, 1.00001])
  func aConstantCurveHasAScaleWithDifferentNumbers(_ value: Double) {
    let axis = Axis(covering: [value, value])
    #expect(axis.low < value && value < axis.high)
    #expect((2..<20).contains(axis.ticks.count))
    #expect(Set(axis.ticks.map(\.label)).count == axis.ticks.count)
  }

  /// What a file can hold where a number should stand.
  static let hostile: [Double] = [
    .nan, .infinity, -.infinity, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, 1.7e308,
    -1.7e308, 1e300, -1e300, 9.3e18, -9.3e18, .leastNonzeroMagnitude, -.leastNonzeroMagnitude,
    1e-300, 0, -0.0, 1, -1, 0.5,
  ]

  @Test(arguments: [Axis.Scale.linear, .whole, .logarithmic])
  func anyTwoNumbersHaveAnAxisWithAPlaceForBoth(_ scale: Axis.Scale) {
    for a in Self.hostile {
      for b in Self.hostile {
        let axis = Axis(covering: [a, b], scale: scale)
        #expect(axis.low.isFinite && axis.high.isFinite && axis.low < axis.high, "\(a), \(b)")
        #expect(axis.ticks.count < 100, "\(a), \(b)")
        for tick in axis.ticks { #expect(!tick.label.contains("nan"), "\(a), \(b)") }
        for value in [a, b] where value.isFinite { #expect(!axis.fraction(of: value).isNaN) }
      }
    }
  }

  @Test func oneWildValueDoesNotFlattenTheOthers() {
    let range = Axis.readable([1000] + (0..<99).map { 1 + 0.01 * Double($0) })
    #expect(range.count == 2 && range[0] == 1 && range[1] < 3)
    #expect(Axis.readable([]).isEmpty)
    #expect(Axis.readable([.nan, .infinity]).isEmpty)
    #expect(Axis.readable([0.5, 0.5]) == [0.5, 0.5])
  }
}
