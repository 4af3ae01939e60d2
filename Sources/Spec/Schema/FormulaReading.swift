// Formulas and names.

extension RecordReader {
  /// A text, or a YAML list of them, which are joined.
  mutating func formula(
    _ node: YAMLNode, isLabel: Bool, _ subject: Subject
  ) -> LocatedFormula? {
    switch node.content {
    case .broken: return nil
    case .scalar(let text, _):
      guard !node.isEmpty, !text.isEmpty else { break }
      do throws(FormulaError) {
        return try FormulaParser.parse(text) { node.origin.inside(text, offset: $0, length: $1) }
      } catch {
        findings.append(
          Diagnostic(
            error.message,
            at: node.origin.inside(text, offset: error.offset, length: error.length),
            label: error.label, notes: node.origin.computation(node)))
        return nil
      }
    case .list(let items) where !items.isEmpty:
      let parts = items.map { formula($0, isLabel: false, subject) }
      guard !parts.contains(where: { $0 == nil }) else { return nil }
      return .joined(parts.compactMap(\.self), at: node.origin)
    case .list, .map: break
    }
    findings.append(expected(.formula(isLabel: isLabel), node, subject))
    return nil
  }

  mutating func name(_ node: YAMLNode, _ reference: NameKind, _ subject: Subject) -> String? {
    guard case .scalar(let text, _) = node.content, !node.isEmpty else {
      findings.append(expected(.name(reference), node, subject))
      return nil
    }
    guard LocatedName.isName(text) else {
      findings.append(
        Diagnostic(
          "\(subject.name) must be \(FieldKind.name(reference).expectation(vocabulary)), found "
            + "`\(text.abbreviated)`", at: node.origin, label: LocatedName.rule))
      return nil
    }
    return text
  }

  /// A list of names; one alone may stand without brackets.
  mutating func names(
    _ node: YAMLNode, _ reference: NameKind, _ subject: Subject
  ) -> [LocatedName]? {
    if case .scalar = node.content, !node.isEmpty {
      return name(node, reference, subject).map { [LocatedName(name: $0, origin: node.origin)] }
    }
    return list(node, count: nil, .names(reference), subject) { reader, item in
      reader.name(item, reference, subject).map { LocatedName(name: $0, origin: item.origin) }
    }
  }
}

extension Origin {
  /// So many characters of a scalar's text.
  func inside(_ text: String, offset: Int, length: Int) -> Origin {
    let place = inside(text, offset: offset)
    guard place.mark.line == mark.line, place.mark != mark else { return place }
    return at(Mark(line: place.mark.line, column: place.mark.column, length: max(1, length)))
  }
}
