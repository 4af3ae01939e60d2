import Spec
import TensorCore
import Testing

@testable import ModelBuilder

@Suite struct PadTests {
  /// What stands in a file, and what is said of it.
  static let refused: [(String, String)] = [
    ("pad", "pad needs one of `reflect`, `replicate` and `zero`"),
    ("{pad: {sides: end}}", "pad needs one of `reflect`, `replicate` and `zero`"),
    ("{pad: {reflect: 1, zero: 2}}", "pad takes one of `reflect`, `replicate` and `zero`"),
    ("{pad: {replicate: 1, zero: [0, 1]}}", "pad takes one of `reflect`, `replicate` and `zero`"),
  ]

  @Test(arguments: refused)
  func aPadHasOneWayToFillItsBorder(_ text: String, _ said: String) {
    var messages: [String] = []
    if case .failure(let diagnostics) = loadChoice(text, .layer, vocabulary: vocabulary) {
      messages = diagnostics.entries.map(\.message)
    }
    #expect(messages == [said])
  }

  private static let spans: [(String, Span)] = [
    ("{reflect: 1}", Span(0.25, 0.5)), ("{replicate: 1}", Span(0.25, 0.5)),
    ("{zero: 1}", Span(0, 0.5)),
  ]

  @Test(arguments: spans)
  func onlyZerosWidenWhatANetworkMayGive(_ keys: String, _ span: Span) throws {
    let layer = Catalog.layer(try choice("{pad: \(keys)}", .layer))
    #expect(layer.span(of: Span(0.25, 0.5)) == span)
  }
}
