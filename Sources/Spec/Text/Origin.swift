/// Where a value comes from. Every value of a resolved experiment has one.
package struct Origin: Sendable {
  package let source: SourceText
  package let mark: Mark
  /// True for a value nobody wrote; the mark is then the place of what encloses it.
  package let isDefault: Bool
  /// The aliases (`*name`) through which a value written at `mark` was used, innermost first.
  package let uses: [Mark]
  /// The `${}` text that gave the value, if one did.
  package let expression: String?

  package init(
    source: SourceText, mark: Mark, isDefault: Bool = false, uses: [Mark] = [],
    expression: String? = nil
  ) {
    self.source = source
    self.mark = mark
    self.isDefault = isDefault
    self.uses = uses
    self.expression = expression
  }

  /// The same place, for a value that is there only by default.
  var byDefault: Origin { Origin(source: source, mark: mark, isDefault: true, uses: uses) }

  /// Remembers the first few uses only: a chain of merges can be as long as a file.
  func used(at mark: Mark) -> Origin {
    guard uses.count < 4 else { return self }
    return Origin(
      source: source, mark: self.mark, isDefault: isDefault, uses: uses + [mark],
      expression: expression)
  }

  func computed(by expression: String) -> Origin {
    Origin(
      source: source, mark: mark, isDefault: isDefault, uses: uses, expression: expression)
  }

  func at(_ mark: Mark) -> Origin {
    Origin(source: source, mark: mark, isDefault: isDefault, uses: uses, expression: expression)
  }

  /// `lsgan.yaml:12`, `--set`, `default`; with the expression that gave the value.
  package var summary: String {
    if isDefault { return "default" }
    var text = source.name
    if source.kind == .file, mark.line > 0 { text += ":\(mark.line)" }
    if let expression { text += " \(expression)" }
    return text
  }
}
