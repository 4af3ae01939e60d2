import RunFormat

/// A named line over the steps of training.
package struct Curve: Sendable {
  package struct Point: Sendable, Hashable {
    package let step: Double
    package let value: Double
    /// Among replicates; both equal to `value` for a single run.
    package let low: Double
    package let high: Double
  }

  package let name: String
  package let points: [Point]

  /// The mean of several runs where at least one has a row, with what they range over.
  ///
  /// - Parameter limit: at most so many points; neighbours become their mean.
  init(_ name: String, tables: [NumberTable], column: String, limit: Int) {
    self.name = name
    var rows: [Double: (sum: Double, count: Int, low: Double, high: Double)] = [:]
    for table in tables {
      guard let steps = table["step"], let values = table[column] else { continue }
      for case (let step?, let value?) in zip(steps, values) {
        let row = rows[step] ?? (0, 0, .infinity, -.infinity)
        rows[step] = (
          row.sum + value, row.count + 1, min(row.low, value), max(row.high, value)
        )
      }
    }
    let all = rows.sorted { $0.key < $1.key }.map { step, row in
      let mean = row.sum / Double(row.count)
      // A spread of values that are no numbers is none.
      return Point(
        step: step, value: mean, low: min(row.low, mean), high: max(row.high, mean))
    }
    points = Self.thinned(all, to: limit)
  }

  init(_ name: String, points: [Point]) { (self.name, self.points) = (name, points) }

  private static func thinned(_ points: [Point], to limit: Int) -> [Point] {
    guard points.count > limit else { return points }
    return (0..<limit).map { bucket in
      let part = points[(bucket * points.count / limit)..<((bucket + 1) * points.count / limit)]
      let count = Double(part.count)
      func mean(_ key: (Point) -> Double) -> Double { part.lazy.map(key).reduce(0, +) / count }
      return Point(
        step: mean(\.step), value: mean(\.value), low: mean(\.low), high: mean(\.high))
    }
  }

  /// The mean of neighbours within 1/60 of all points to either side.
  var smoothed: Curve {
    let reach = max(1, points.count / 60)
    return Curve(
      name,
      points: points.indices.map { index in
        let side = min(reach, index, points.count - 1 - index)
        let part = points[(index - side)...(index + side)]
        let mean = part.lazy.map(\.value).reduce(0, +) / Double(part.count)
        return Point(step: points[index].step, value: mean, low: mean, high: mean)
      })
  }
}

/// Eight colours that people with any colour vision tell apart (Okabe and Ito 2008), in a dark-on-light
/// and a light-on-dark shade; further curves repeat them with dashes.
enum Palette {
  static let light = [
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b8860b", "#3a9bd0", "#6b5b95", "#555555",
  ]
  static let dark = [
    "#5aaee6", "#ff9152", "#35c99b", "#e89ac3", "#e6c04c", "#9ad4f5", "#a99ad6", "#b5b5b5",
  ]
  static let dashes = ["", "6 4", "2 3", "9 3 2 3"]

  static func dash(_ index: Int) -> String { dashes[index / light.count % dashes.count] }
}
