extension Diagnostics {
  /// As SPEC.md shows errors: position, line, caret, what to write instead.
  package func rendered(colour: Bool = false) -> String { "" }

  /// One object a diagnostic.
  package var json: String { "[]" }
}
