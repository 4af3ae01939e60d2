import Spec

/// Something with maths behind it that a spec names by a word: a layer, a loss, an optimizer.
package protocol Word: Sendable {
  static var declaration: Declaration { get }
  /// What a record of `declaration` means.
  init(_ record: Record)
}
