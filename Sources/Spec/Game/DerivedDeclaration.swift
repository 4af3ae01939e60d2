extension Declaration {
  /// The same word with other keys, for another place of the file.
  package func with(_ added: [FieldDeclaration], without dropped: [String] = []) -> Declaration {
    Declaration(
      name, summary, details: details,
      fields: added + fields.filter { !dropped.contains($0.name) },
      shorthand: shorthand, listForm: listForm, example: example, check: check)
  }
}
