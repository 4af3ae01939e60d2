import RunFormat

extension Table {
  /// A `tabular` with the rules of booktabs, for a paper; numbers in math mode. The caption is the paper's own.
  ///
  /// - Parameter bold: cells by row and column that stand out.
  func latex(bold: Set<[Int]> = []) -> String {
    let columns = columns.map { $0.isNumeric ? "r" : "l" }.joined()
    func line(_ cells: [String]) -> String { cells.joined(separator: " & ") + " \\\\" }
    let body = rows.enumerated().map { row, cells in
      line(
        cells.enumerated().map { column, cell in
          cell.latex(
            isNumeric: self.columns[column].isNumeric, isBold: bold.contains([row, column]))
        })
    }
    return
      (["% \\usepackage{booktabs}", "\\begin{tabular}{\(columns)}", "\\toprule"]
      + [line(self.columns.map(\.title.latexEscaped)), "\\midrule"] + body
      + ["\\bottomrule", "\\end{tabular}"]).joined(separator: "\n") + "\n"
  }
}

extension Table.Cell {
  fileprivate func latex(isNumeric: Bool, isBold: Bool) -> String {
    switch self {
    case .missing: return "--"
    case .text(let text), .reason(let text): return text.latexEscaped
    case .setting(let text):
      guard isNumeric, Double(text) != nil else { return text.latexEscaped }
      return text.latexNumber(isBold: isBold)
    case .count(let count): return "\(count)"
    case .number, .statistic, .difference:
      // `0.311 ± 0.032 (3)`: the count is no part of the number.
      let parts = text.split(separator: " (", maxSplits: 1)
      let count = parts.count > 1 ? " (\(parts[1])" : ""
      return String(parts[0]).latexNumber(isBold: isBold) + count
    }
  }
}

extension String {
  /// Digits in math mode, where a minus is one.
  fileprivate func latexNumber(isBold: Bool) -> String {
    let text = replacing("−", with: "-").split(separator: " ± ").map(Self.inMathMode)
      .joined(separator: " \\pm ")
    return isBold ? "$\\mathbf{\(text)}$" : "$\(text)$"
  }

  /// A number by itself: of letters math mode would make variables.
  private static func inMathMode(_ number: Substring) -> String {
    guard let value = Double(number) else { return String(number) }
    let sign = number.prefix { "+-".contains($0) }
    if value.isNaN { return "\\mathrm{nan}" }
    if value.isInfinite { return "\(sign)\\infty" }
    guard let mark = number.firstIndex(where: { "eE".contains($0) }) else { return String(number) }
    return "\(number[..<mark]) \\times 10^{\(number[mark...].dropFirst().drop { $0 == "+" })}"
  }

  /// For text of LaTeX: no command, no mark, no argument, no second line.
  var latexEscaped: String {
    var text = ""
    for scalar in onOneLine.unicodeScalars {
      switch scalar {
      case "\\": text += "\\textbackslash{}"
      case "~": text += "\\textasciitilde{}"
      case "^": text += "\\textasciicircum{}"
      case "<": text += "\\textless{}"
      case ">": text += "\\textgreater{}"
      case "|": text += "\\textbar{}"
      case "&", "%", "$", "#", "_", "{", "}":
        text += "\\"
        text.unicodeScalars.append(scalar)
      // Behind the end of a row they would belong to it; a straight quotation mark is a curly one.
      case "[", "]", "*", "\"", "`", "'": text += scalar == "\"" ? "{\\char34}" : "{\(scalar)}"
      case "−": text += "$-$"
      case "±": text += "$\\pm$"
      case "×": text += "$\\times$"
      case "Δ": text += "$\\Delta$"
      case "–": text += "--"
      case "…": text += "\\ldots{}"
      case "→": text += "$\\to$"
      case _:
        if scalar.value >= 0x20, scalar.value != 0x7F, !(0x80..<0xA0).contains(scalar.value) {
          text.unicodeScalars.append(scalar)
        }
      }
    }
    return text
  }
}

extension Comparison {
  /// A table of it for a paper: of the objective, the best value stands bold (all of them, where they are
  /// equal).
  package func latex(_ table: Table) -> String { table.latex(bold: Set(best(in: table))) }

  private func best(in table: Table) -> [[Int]] {
    guard let objective,
      let column = table.columns.lastIndex(where: { $0.title == objective.metric })
    else { return [] }
    let values = table.rows.map { $0[column].number }
    let numbers = values.compactMap(\.self).filter(\.isFinite)
    guard let best = objective.minimizes ? numbers.min() : numbers.max() else { return [] }
    return values.indices.filter { values[$0] == best }.map { [$0, column] }
  }
}
