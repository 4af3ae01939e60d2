/// Two axes in a frame, and the curves between them, as elements of a picture.
package struct Plot: Sendable {
  package let left: Double
  package let right: Double
  package let top: Double
  package let bottom: Double
  package let horizontal: Axis
  package let vertical: Axis

  package init(
    left: Double, right: Double, top: Double, bottom: Double, horizontal: Axis, vertical: Axis
  ) {
    (self.left, self.right, self.top, self.bottom) = (left, right, top, bottom)
    (self.horizontal, self.vertical) = (horizontal, vertical)
  }

  private func x(_ value: Double) -> Double {
    left + Self.bounded(horizontal.fraction(of: value)) * (right - left)
  }

  private func y(_ value: Double) -> Double {
    bottom - Self.bounded(vertical.fraction(of: value)) * (bottom - top)
  }

  /// Far outside the frame a curve is clipped anyway; renderers dislike huge numbers.
  private static func bounded(_ fraction: Double) -> Double { min(max(fraction, -2), 3) }

  /// Lines at the ticks of the vertical axis, marks at those of the horizontal one, and their numbers.
  package var grid: [ChartElement] {
    var elements: [ChartElement] = []
    for tick in vertical.ticks {
      let place = y(tick.value)
      elements.append(
        .path(
          style: "grid", data: "M\(coordinate(left)) \(coordinate(place))H\(coordinate(right))"))
      elements.append(
        .text(tick.label, x: left - 8, y: place, anchor: "end", style: "", isCentred: true))
    }
    for tick in horizontal.ticks {
      let place = x(tick.value)
      elements.append(
        .path(style: "axis", data: "M\(coordinate(place)) \(coordinate(bottom))v5"))
      elements.append(.text(tick.label, x: place, y: bottom + 19, anchor: "middle", style: ""))
    }
    let floor = "M\(coordinate(left)) \(coordinate(bottom))H\(coordinate(right))"
    return elements + [.path(style: "axis", data: floor)]
  }

  /// What lies outside the frame is not drawn.
  ///
  /// - Parameter name: of the frame, once in a picture.
  package func framed(_ name: String, _ content: [ChartElement]) -> ChartElement {
    let frame = ChartElement.Rectangle(x: left, y: top, width: right - left, height: bottom - top)
    return .framed(name: name, frame, content)
  }

  /// Many points are drawn twice: as they are, pale, and smoothed, strong.
  package func line(_ curve: Curve, _ stroke: Stroke) -> [ChartElement] {
    let isLong = curve.points.count > 60
    return (isLong ? stroke.path(data(curve), "raw") : [])
      + stroke.path(data(isLong ? curve.smoothed : curve), "line")
  }

  /// From the least to the most of the replicates.
  package func band(_ curve: Curve, _ stroke: Stroke) -> [ChartElement] {
    let points = curve.points.filter { $0.low.isFinite && $0.high.isFinite }
    guard points.contains(where: { $0.low < $0.high }) else { return [] }
    let upper = points.map { "\(coordinate(x($0.x))) \(coordinate(y($0.high)))" }
    let lower = points.reversed().map { "\(coordinate(x($0.x))) \(coordinate(y($0.low)))" }
    let data = "M\((upper + lower).joined(separator: "L"))Z"
    return [.path(style: "\(stroke.name) band", data: data)]
  }

  private func data(_ curve: Curve) -> String {
    var data = ""
    var pen = "M"
    for point in curve.points {
      // A value that is no number leaves a gap.
      guard point.value.isFinite, point.x.isFinite else {
        pen = "M"
        continue
      }
      data += "\(pen)\(coordinate(x(point.x))) \(coordinate(y(point.value)))"
      // A line of no length is a dot, so that a point between two gaps is seen.
      if pen == "M" { data += "h0" }
      pen = "L"
    }
    return data
  }
}

/// How a curve is drawn.
package struct Stroke: Sendable, Hashable {
  /// Of a style of the picture.
  package let name: String
  package let dash: String

  package init(_ name: String, dash: String = "") { (self.name, self.dash) = (name, dash) }

  /// - Parameter kind: `line`, or `raw` for what lies behind it.
  package func path(_ data: String, _ kind: String) -> [ChartElement] {
    data.isEmpty ? [] : [.path(style: "\(name) \(kind)", data: data, dash: dash)]
  }
}

/// A hundredth of a unit is finer than any screen shows.
package func coordinate(_ x: Double) -> String {
  guard x.isFinite, abs(x) < 1e9 else { return "0" }
  let units = Int((abs(x) * 100).rounded())
  let (whole, rest) = units.quotientAndRemainder(dividingBy: 100)
  let sign = x < 0 && units > 0 ? "-" : ""
  if rest == 0 { return "\(sign)\(whole)" }
  return "\(sign)\(whole).\(rest % 10 == 0 ? "\(rest / 10)" : rest < 10 ? "0\(rest)" : "\(rest)")"
}
