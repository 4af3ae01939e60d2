import Spec

/// Between which values all numbers of an activation lie.
package struct Span: Hashable, Sendable {
  package let low: Double
  package let high: Double

  package init(_ low: Double, _ high: Double) { (self.low, self.high) = (low, high) }

  /// Nothing is known.
  package static let any = Span(-.infinity, .infinity)
}

extension Span: CustomStringConvertible {
  package var description: String {
    switch (low.isFinite, high.isFinite) {
    case (true, true): return "from \(numberText(low)) to \(numberText(high))"
    case (true, false): return "from \(numberText(low)) up"
    case (false, true): return "up to \(numberText(high))"
    case (false, false): return "of any size"
    }
  }
}

extension LayerList {
  /// Of what comes out, whatever goes in, and the layer that sees to it; nil where none does.
  var span: (span: Span, layer: Entry)? {
    var found: (span: Span, layer: Entry)?
    for entry in entries {
      let before = found?.span ?? .any
      let after = entry.layer.span(of: before)
      if after == before { continue }
      found = after == .any ? nil : (after, entry)
    }
    return found
  }
}
