/// A curve that points are added to at its end, in bounded memory: once there are more than it keeps,
/// neighbours become their mean, two and two.
struct GrowingCurve: Sendable {
  private(set) var x: [Double] = []
  private(set) var y: [Double] = []
  /// How often neighbours have become one. While this stays, only the last point may change, and new ones
  /// come behind it.
  private(set) var generation = 0
  /// Added so far.
  private(set) var rows = 0
  private let limit: Int
  /// How many rows a full point is the mean of.
  private var rowsAPoint = 1
  /// How many the last point is the mean of so far.
  private var rowsInLast = 0

  /// - Parameter limit: at most twice so many points.
  init(limit: Int = 600) { self.limit = max(2, limit) }

  mutating func add(x newX: Double, y newY: Double) {
    rows += 1
    if x.isEmpty || rowsInLast == rowsAPoint {
      if x.count == 2 * limit { halve() }
      x.append(newX)
      y.append(newY)
      rowsInLast = 1
    } else {
      let last = x.count - 1
      rowsInLast += 1
      let share = 1 / Double(rowsInLast)
      x[last] += (newX - x[last]) * share
      y[last] += (newY - y[last]) * share
    }
  }

  private mutating func halve() {
    x = Self.pairs(x)
    y = Self.pairs(y)
    rowsAPoint *= 2
    rowsInLast = rowsAPoint
    generation += 1
  }

  private static func pairs(_ values: [Double]) -> [Double] {
    stride(from: 0, to: values.count, by: 2).map { first -> Double in
      values[first] / 2 + values[first + 1] / 2
    }
  }
}
