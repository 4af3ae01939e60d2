import CLibrary

/// The square of the plane that a picture shows: the same scale in both directions, round ends.
package struct PlotAxes: Sendable, Equatable {
  package let x: ClosedRange<Double>
  package let y: ClosedRange<Double>
  /// From one tick to the next.
  package let step: Double

  /// - Parameter points: `[count, 2]`. All of them are shown, with a quarter of their extent around
  ///   them for what goes astray; what is not a number does not count.
  package init(around points: [Float]) {
    var (low, high) = (
      SIMD2<Double>(repeating: .infinity), SIMD2<Double>(repeating: -.infinity)
    )
    for i in 0..<points.count / 2 {
      let point = SIMD2(Double(points[2 * i]), Double(points[2 * i + 1]))
      guard point.x.isFinite, point.y.isFinite else { continue }
      low = pointwiseMin(low, point)
      high = pointwiseMax(high, point)
    }
    if !(low.x <= high.x) { (low, high) = (.zero, .zero) }
    let extent = (high - low).max()
    let half = extent > 0 ? extent * 0.625 : 1
    step = Self.step(over: 2 * half)
    let centre = (low + high) / 2
    // Half a step keeps both ends on ticks or midway between two.
    let ends = (half / step * 2).rounded(.up) * step / 2
    let middle = (centre / step * 2).rounded(.toNearestOrEven) * step / 2
    x = middle.x - ends...middle.x + ends
    y = middle.y - ends...middle.y + ends
  }

  /// 1, 2 or 5 times a power of ten, so that there are about six.
  private static func step(over extent: Double) -> Double {
    let rough = extent / 6
    let power = pow(10, log10(rough).rounded(.down))
    let multiple = [1, 2, 5, 10].first { $0 * power >= rough * 0.999 } ?? 10
    return multiple * power
  }

  /// The ticks within an axis, as multiples of `step`.
  package func ticks(_ axis: ClosedRange<Double>) -> [Double] {
    let first = Int((axis.lowerBound / step - 1e-9).rounded(.up))
    let last = Int((axis.upperBound / step + 1e-9).rounded(.down))
    return first <= last ? (first...last).map { Double($0) * step } : []
  }
}
