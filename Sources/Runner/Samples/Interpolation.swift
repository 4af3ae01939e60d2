import Foundation
import Spec
import TensorCore

/// A way from one latent to another.
package enum Interpolation: String, CaseIterable, Sendable {
  /// (1 − t)·a + t·b. Half-way between two normal latents is shorter than latents usually are.
  case linear
  /// Along the arc between them: sin((1 − t)ω)/sin ω · a + sin(tω)/sin ω · b, with ω the angle between
  /// a and b (White 2016, Sampling Generative Networks, section 2.1). Where a and b point the same way
  /// or away from each other there is no one arc, and the way is straight.
  case spherical

  /// - Parameter share: t, 0 at `start`, 1 at `end`.
  func between(_ start: [Float], _ end: [Float], share: Double) -> [Float] {
    var (ofStart, ofEnd) = (1 - share, share)
    if self == .spherical {
      func product(_ a: [Float], _ b: [Float]) -> Double {
        zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) }
      }
      let lengths = (product(start, start) * product(end, end)).squareRoot()
      let angle = acos(min(1, max(-1, product(start, end) / lengths)))
      if sin(angle) > 1e-6 {
        (ofStart, ofEnd) = (sin((1 - share) * angle) / sin(angle), sin(share * angle) / sin(angle))
      }
    }
    return zip(start, end).map { Float(ofStart * Double($0) + ofEnd * Double($1)) }
  }
}

extension SampleGrid {
  /// `[count, width]`: each row goes from one latent to another, with equal steps. Codes are those of
  /// the row's first picture: they are no places on a way.
  func latents(
    _ section: LatentSection, _ name: String?, along way: Interpolation
  ) -> HostTensor {
    let ends = SampleGrid(rows: rows, columns: 2, seed: seed, rowClasses: rowClasses)
      .latents(section, name).floats
    let (size, width) = (section.size, section.width)
    let values = (0..<rows).flatMap { row in
      let first = Array(ends[(2 * row * width)..<((2 * row + 1) * width)])
      let second = ends[((2 * row + 1) * width)..<((2 * row + 1) * width + size)]
      return (0..<columns).flatMap { column in
        let share = columns == 1 ? 0 : Double(column) / Double(columns - 1)
        return way.between(Array(first.prefix(size)), Array(second), share: share)
          + first.dropFirst(size)
      }
    }
    return HostTensor([count, width], values)
  }
}
