/// The keys of one thing, complete: defaults filled in, every type and range right. Reading it
/// cannot fail.
package struct Record: Sendable {
  struct Entry: Sendable {
    let name: String
    let kind: FieldKind
    let value: FieldValue
    let origin: Origin
    /// False for a field whose condition does not hold, and for one that is unsaid; it is not printed.
    let isActive: Bool
    /// What the field is where nothing is said; nil: something has to be.
    let fallback: DefaultText?
  }

  let entries: [Entry]

  package subscript<Value>(_ field: Field<Value>) -> Value {
    let entry = entry(field.declaration.name)
    guard let value = field.read(entry.value) else {
      preconditionFailure("`\(field.declaration.name)` was declared with another type")
    }
    return value
  }

  /// Where the value of a field was written.
  package func origin<Value>(of field: Field<Value>) -> Origin {
    entry(field.declaration.name).origin
  }

  package func origin(of name: String) -> Origin { entry(name).origin }

  /// Where the value at a dotted path was written, if it is not what it would be by default.
  func chosenOrigin(of path: some Collection<Substring>) -> Origin? {
    guard let name = path.first, let entry = entries.first(where: { $0.name == name }) else {
      return nil
    }
    if path.count > 1 {
      switch entry.value {
      case .section(let record): return record.chosenOrigin(of: path.dropFirst())
      case .named(let values):
        let rest = path.dropFirst()
        guard let value = values.first(where: { $0.name == rest.first ?? "" }) else { return nil }
        guard rest.count > 1 else { return value.origin.isDefault ? nil : value.origin }
        if case .section(let record)? = value.value {
          return record.chosenOrigin(of: rest.dropFirst())
        }
        return nil
      default: return nil
      }
    }
    if entry.origin.isDefault || entry.fallback?.text == entry.value.flow { return nil }
    return entry.origin
  }

  /// The word or name at a key; nil for what is none.
  package func word(of name: String) -> String? {
    guard case .text(let word)? = entries.first(where: { $0.name == name })?.value else {
      return nil
    }
    return word
  }

  /// Whether the vocabulary has the field at all.
  package func has<Value>(_ field: Field<Value>) -> Bool {
    entries.contains { $0.name == field.declaration.name }
  }

  private func entry(_ name: String) -> Entry {
    guard let entry = entries.first(where: { $0.name == name }) else {
      preconditionFailure("`\(name)` is not declared here")
    }
    return entry
  }
}

/// One word of the vocabulary as it stands in a spec: a layer, a loss, an initializer.
package struct Choice: Sendable {
  package let category: Category
  package let name: String
  package let record: Record
  /// The word itself; shape errors are reported here.
  package let origin: Origin
  /// `architecture.generator[3]`, indices counted from 0 in the unrolled list.
  package let position: String

  /// An error about this thing, for what only a later stage can see.
  package func error(_ message: String, label: String? = nil, notes: [String] = []) -> Diagnostic {
    Diagnostic(message, at: origin, label: label, notes: notes)
  }
}

extension Record.Entry {
  /// An entry of a map whose keys the file chooses.
  init(named name: String, _ value: FieldValue) {
    self.init(
      name: name, kind: .text, value: value,
      origin: Origin(
        source: SourceText(name: "", text: ""), mark: .wholeText), isActive: true, fallback: nil)
  }
}
