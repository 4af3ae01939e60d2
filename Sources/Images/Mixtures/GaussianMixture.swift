import TensorCore

/// Equally likely Gaussians in the plane, round and of one width: what mode collapse is counted on.
///
/// The two that the literature uses are ``ring8(radius:standardDeviation:)`` and
/// ``grid25(spacing:standardDeviation:)``. A generated point is of high quality when it is within three
/// standard deviations of the nearest centre, and a mode is hit when a point of high quality is
/// nearest to it (Srivastava et al. 2017, VEEGAN; Lin et al. 2018, PacGAN): ``coverage(of:)``.
package struct GaussianMixture: Sendable, Equatable {
  package struct Point: Sendable, Equatable {
    package let x: Double
    package let y: Double

    package init(_ x: Double, _ y: Double) { (self.x, self.y) = (x, y) }
  }

  /// The means, in the order of the data's labels.
  package let centres: [Point]
  /// σ of each coordinate.
  package let standardDeviation: Double

  package init(centres: [Point], standardDeviation: Double) {
    precondition(!centres.isEmpty && standardDeviation > 0)
    (self.centres, self.standardDeviation) = (centres, standardDeviation)
  }

  /// Eight on a circle, counted from the right against the clock. Metz et al. 2017 (unrolled GAN):
  /// radius 2, σ 0.02.
  package static func ring8(radius: Double = 2, standardDeviation: Double = 0.02) -> Self {
    let diagonal = radius * (0.5).squareRoot()
    return GaussianMixture(
      centres: [
        Point(radius, 0), Point(diagonal, diagonal), Point(0, radius), Point(-diagonal, diagonal),
        Point(-radius, 0), Point(-diagonal, -diagonal), Point(0, -radius),
        Point(diagonal, -diagonal),
      ], standardDeviation: standardDeviation)
  }

  /// Five by five around the origin, row after row from below. Lin et al. 2018: spacing 2, σ 0.05.
  package static func grid25(spacing: Double = 2, standardDeviation: Double = 0.05) -> Self {
    GaussianMixture(
      centres: (0..<25).map { index -> Point in
        let (column, row) = (index % 5 - 2, index / 5 - 2)
        return Point(Double(column) * spacing, Double(row) * spacing)
      }, standardDeviation: standardDeviation)
  }

  /// `[count, 2]`: point `i` is of mode `i mod centres.count`, so every mode is in a set as often as
  /// every other, give or take one. A point is a function of (seed, i) alone.
  package func points(count: Int, seed: UInt64) -> [Float] {
    let random = Philox(seed: seed, stream: Philox.streamID(named: "mixture"), step: 0)
    var values = random.normals(count: count * 2)
    for i in 0..<count {
      let centre = centres[i % centres.count]
      values[2 * i] = Float(centre.x + standardDeviation * Double(values[2 * i]))
      values[2 * i + 1] = Float(centre.y + standardDeviation * Double(values[2 * i + 1]))
    }
    return values
  }

  /// The mode whose centre is nearest to (x, y), and how far away that is. What is not a number is
  /// infinitely far from the first one.
  package func nearest(_ x: Float, _ y: Float) -> (mode: Int, distance: Double) {
    var found = (mode: 0, square: Double.infinity)
    for (mode, centre) in centres.enumerated() {
      let (dx, dy) = (Double(x) - centre.x, Double(y) - centre.y)
      let square = dx * dx + dy * dy
      if square < found.square { found = (mode, square) }
    }
    return (found.mode, found.square.squareRoot())
  }

  /// How well points meet a mixture.
  package struct Coverage: Sendable, Equatable {
    /// Modes that a point of high quality is nearest to.
    package let modes: Int
    /// Points within three standard deviations of a centre, of all points: 0 to 1. Of the mixture
    /// itself it is 1 − exp(−9/2) = 0.989.
    package let share: Double
  }

  /// - Parameter points: `[count, 2]`.
  package func coverage(of points: [Float]) -> Coverage {
    precondition(points.count % 2 == 0)
    var hits = [Int](repeating: 0, count: centres.count)
    for i in 0..<points.count / 2 {
      let (mode, distance) = nearest(points[2 * i], points[2 * i + 1])
      if distance <= 3 * standardDeviation { hits[mode] += 1 }
    }
    return Coverage(
      modes: hits.count { $0 > 0 },
      share: Double(hits.reduce(0, +)) / Double(max(1, points.count / 2)))
  }
}
