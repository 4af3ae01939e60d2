import TensorCore

/// One dimension of a convolution as products of sums: of two outputs beside each other, r taps take r + 1
/// products instead of 2r (Winograd, "Arithmetic Complexity of Computations", 1980; in two dimensions Lavin and Gray,
/// "Fast Algorithms for Convolutional Neural Networks", 2015).
///
/// Of a stride s the taps that meet pixels of one phase (place modulo s) are a filter of stride 1 of their own, and
/// the filters' products are added up point by point. Factors are 1, −1 and ½. Errors are relative to the largest number of a
/// tile, where those of the direct form are relative to each product; and one that is not finite spreads over its tile.
struct MinimalFilter: Hashable {
  struct Term: Hashable {
    /// A pixel, counted from the tile's corner, or a tap.
    var at: Int
    var factor = 1.0
  }
  /// The product of a sum of pixels and a sum of taps.
  struct Part: Hashable {
    var source: [Term]
    var kernel: [Term]
  }
  /// Products that are added to the same pixels of the target.
  struct Point: Hashable {
    var parts: [Part]
    var target: [Term]
  }

  private(set) var points: [Point] = []
  /// Pixels from a tile to the next.
  let sourceStep: Int
  let targetStep: Int
  let tiles: Int

  /// Whether it is the formula of three taps at stride 1.
  var isOfThreeTaps: Bool {
    sourceStep == 2 && targetStep == 2 && points.count == 4
      && points.allSatisfy { $0.parts.count == 1 }
  }
  /// Products for each tile.
  var products: Int { points.reduce(0) { $0 + $1.parts.count } }

  /// From an image to `outputs` places; nil if a phase has more taps than there are formulas for.
  static func forward(kernel: Int, stride: Int, padding: Int, outputs: Int) -> MinimalFilter? {
    var filter = MinimalFilter(
      sourceStep: 2 * stride, targetStep: 2, tiles: (outputs + 1) / 2)
    for phase in phases(kernel: kernel, stride: stride, padding: padding) {
      // y[i] = Σ w[taps[k]] · x[s·i + taps[0] − padding + s·k]
      let origin = phase.taps[0] - padding
      guard
        let formula = Formula(
          taps: phase.taps, pixels: { origin + stride * $0 }, outputs: { $0 })
      else { return nil }
      filter.add(formula)
    }
    return filter
  }

  /// From the places of an output back to an image of `extent` pixels; nil if a phase has more taps than there are
  /// formulas for, or none.
  static func inputGradient(
    kernel: Int, stride: Int, padding: Int, extent: Int
  ) -> MinimalFilter? {
    var filter = MinimalFilter(
      sourceStep: 2, targetStep: 2 * stride,
      tiles: ((extent + stride - 1) / stride + 1) / 2)
    let phases = phases(kernel: kernel, stride: stride, padding: padding)
    guard phases.count == stride else { return nil }
    for phase in phases {
      // x[s·i + phase] = Σ w[taps[k]] · y[i − shift − k]: a filter with its taps in the opposite order.
      let last = phase.shift + phase.taps.count - 1
      guard
        let formula = Formula(
          taps: phase.taps.reversed(), pixels: { $0 - last },
          outputs: { phase.place + stride * $0 })
      else { return nil }
      filter.points += formula.points
    }
    return filter
  }

  private init(sourceStep: Int, targetStep: Int, tiles: Int) {
    (self.sourceStep, self.targetStep, self.tiles) = (sourceStep, targetStep, tiles)
  }

  private mutating func add(_ formula: Formula) {
    for point in formula.points {
      if let same = points.firstIndex(where: { $0.target == point.target }) {
        points[same].parts += point.parts
      } else {
        points.append(point)
      }
    }
  }

  /// The taps, `stride` apart, that meet pixels whose place modulo the stride is `place`: tap `taps[0]` of output i
  /// meets pixel `stride · (i + shift) + place`.
  private struct Phase {
    var place: Int
    var shift: Int
    var taps: [Int]
  }

  private static func phases(kernel: Int, stride: Int, padding: Int) -> [Phase] {
    (0..<stride).compactMap { place in
      let taps = (0..<kernel).filter { ($0 - padding - place) % stride == 0 }
      guard let first = taps.first else { return nil }
      return Phase(place: place, shift: (first - padding - place) / stride, taps: taps)
    }
  }

  /// Two outputs of a filter of stride 1: y₀ = Σ w[k]·e[k], y₁ = Σ w[k]·e[k + 1].
  private struct Formula {
    private(set) var points: [Point] = []

    init?(taps: [Int], pixels: (Int) -> Int, outputs: (Int) -> Int) {
      func add(
        _ source: [(Int, Double)], _ kernel: [(Int, Double)], to target: [(Int, Double)]
      ) {
        points.append(
          Point(
            parts: [
              Part(
                source: source.map { Term(at: pixels($0.0), factor: $0.1) },
                kernel: kernel.map { Term(at: taps[$0.0], factor: $0.1) })
            ],
            target: target.map { Term(at: outputs($0.0), factor: $0.1) }))
      }
      let (first, second, both, difference) = (
        [(0, 1.0)], [(1, 1.0)], [(0, 1.0), (1, 1.0)], [(0, 1.0), (1, -1.0)]
      )
      switch taps.count {
      case 1:
        add([(0, 1)], [(0, 1)], to: first)
        add([(1, 1)], [(0, 1)], to: second)
      case 2:
        add([(0, 1), (1, -1)], [(0, 1)], to: first)
        add([(1, 1)], [(0, 1), (1, 1)], to: both)
        add([(2, 1), (1, -1)], [(1, 1)], to: second)
      case 3:
        add([(0, 1), (2, -1)], [(0, 1)], to: first)
        add([(1, 1), (2, 1)], [(0, 0.5), (1, 0.5), (2, 0.5)], to: both)
        add([(2, 1), (1, -1)], [(0, 0.5), (1, -0.5), (2, 0.5)], to: difference)
        add([(3, 1), (1, -1)], [(2, 1)], to: second)
      default: return nil
      }
    }
  }
}
