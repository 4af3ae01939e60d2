extension YAMLSyntaxError {
  /// libyaml's words where they are good, ours where a writer of a spec needs better ones.
  func diagnostic(in source: SourceText, firstColumn: Int) -> Diagnostic {
    let lastLine = max(0, source.lines.count - 1)
    let line = min(at.line, lastLine)
    let width = source.lines.isEmpty ? 0 : source.lines[line].unicodeScalars.count
    let shift = line == 0 ? firstColumn : 0
    let column = at.line > lastLine ? width : min(at.column + shift, width)
    var message = problem
    var label: String?
    switch problem {
    case "mapping values are not allowed in this context":
      message = "a `:` cannot stand here"
      label = "is the line above indented differently, or is a quote missing?"
    case "found unexpected ':'":
      message = "a `:` cannot stand here"
      label = "put a space behind it, or quote the text"
    case "did not find expected whitespace or line break":
      message = "expected a space"
      label = "put one before this character"
    case "did not find expected key":
      message = "expected a key"
      label = "check the indentation"
    case "did not find expected '-' indicator":
      message = "expected `-`, the next entry of the list"
      label = "check the indentation"
    case "could not find expected ':'":
      message = "expected `:` after a key"
    case "did not find expected ',' or '}'":
      message = "expected `,` or `}`"
    case "did not find expected ',' or ']'":
      message = "expected `,` or `]`"
    case "found character that cannot start any token":
      message = "no value can begin with this character"
      label = "quote the text"
    case "did not find expected node content": message = "expected a value"
    case "found unexpected end of stream": message = "the text ends too early"
    case "did not find expected <document start>":
      message = "expected the end of the text"
      label = "check the indentation"
    default:
      if problem.hasPrefix("did not find expected ") {
        message = "expected " + problem.dropFirst("did not find expected ".count)
      }
    }
    var notes: [String] = []
    if let context, contextAt.line != at.line || problem.contains("end of stream") {
      notes.append("\(context) that began at line \(min(contextAt.line, lastLine) + 1)")
    }
    return Diagnostic(
      message, at: Origin(source: source, mark: Mark(line: line + 1, column: column + 1)),
      label: label, notes: notes)
  }
}
