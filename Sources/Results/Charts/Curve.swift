import Charts
import RunFormat

extension Curve {
  /// The mean of several runs where at least one has a row, with what they range over.
  ///
  /// - Parameter limit: at most so many points; neighbours become their mean.
  init(_ name: String, tables: [NumberTable], column: String, limit: Int) {
    var rows: [Double: [Double]] = [:]
    for table in tables {
      guard let steps = table["step"], let values = table[column] else { continue }
      for case (let step?, let value?) in zip(steps, values) where step.isFinite {
        rows[step, default: []].append(value)
      }
    }
    let points = rows.sorted { $0.key < $1.key }.map { step, values in
      // A spread of values that are no numbers is none.
      let mean = values.mean
      return Point(
        x: step, value: mean, low: values.reduce(mean) { min($0, $1) },
        high: values.reduce(mean) { max($0, $1) })
    }
    self = Curve(name, points: points).thinned(to: limit)
  }
}
