/// A named line: values over the steps or epochs of training.
package struct Curve: Sendable, Hashable {
  package struct Point: Sendable, Hashable {
    package let x: Double
    package let value: Double
    /// Among replicates; both equal to `value` for a single run.
    package let low: Double
    package let high: Double

    package init(x: Double, value: Double, low: Double, high: Double) {
      (self.x, self.value, self.low, self.high) = (x, value, low, high)
    }

    package init(x: Double, value: Double) {
      self.init(x: x, value: value, low: value, high: value)
    }
  }

  package let name: String
  package let points: [Point]

  package init(_ name: String, points: [Point]) { (self.name, self.points) = (name, points) }

  /// No more points than a picture has columns to show them: neighbours become their mean.
  package func thinned(to limit: Int) -> Curve {
    guard points.count > limit else { return self }
    return Curve(
      name,
      points: (0..<limit).map { bucket in
        let part = points[(bucket * points.count / limit)..<((bucket + 1) * points.count / limit)]
        return Point(
          x: part.map(\.x).mean, value: part.map(\.value).mean, low: part.map(\.low).mean,
          high: part.map(\.high).mean)
      })
  }

  /// The mean of the middle half of the neighbours within 1/60 of all points to either side: a few
  /// wild values do not bend the line. What is no number stays a gap.
  package var smoothed: Curve {
    let reach = max(2, points.count / 60)
    return Curve(
      name,
      points: points.indices.map { index in
        let point = points[index]
        guard point.value.isFinite else { return point }
        let near = max(0, index - reach)...min(points.count - 1, index + reach)
        let sorted = points[near].map(\.value).filter(\.isFinite).sorted()
        let quarter = sorted.count / 4
        return Point(x: point.x, value: sorted[quarter..<(sorted.count - quarter)].mean)
      })
  }
}

extension Collection<Double> {
  /// Of finite values always finite, however large they are.
  package var mean: Double {
    let (sum, count) = (reduce(0, +), Double(self.count))
    return sum.isFinite ? sum / count : reduce(0) { $0 + $1 / count }
  }
}

/// Eight colours that people with any colour vision tell apart (Okabe and Ito 2008), in a dark-on-light
/// and a light-on-dark shade; further curves repeat them with dashes.
package enum Palette {
  package static let light = [
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b8860b", "#3a9bd0", "#6b5b95", "#555555",
  ]
  package static let dark = [
    "#5aaee6", "#ff9152", "#35c99b", "#e89ac3", "#e6c04c", "#9ad4f5", "#a99ad6", "#b5b5b5",
  ]
  package static let dashes = ["", "6 4", "2 3", "9 3 2 3"]

  package static func dash(_ index: Int) -> String {
    dashes[index / light.count % dashes.count]
  }
}
