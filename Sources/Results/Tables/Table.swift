import RunFormat

/// Rows and named columns; how they look is up to the renderers.
package struct Table: Sendable {
  package struct Column: Sendable, Hashable {
    package let title: String
    package let isNumeric: Bool

    package init(_ title: String, isNumeric: Bool = false) {
      (self.title, self.isNumeric) = (title, isNumeric)
    }
  }

  package enum Cell: Sendable, Hashable {
    case text(String)
    /// A value of a spec, as it is written there: a number if it reads as one.
    case setting(String)
    case count(Int)
    case number(Double)
    case statistic(Statistic)
    case difference(Double)
    case missing

    package init(_ statistic: Statistic?) { self = statistic.map(Cell.statistic) ?? .missing }

    package var text: String {
      switch self {
      case .text(let text), .setting(let text): text
      case .count(let count): "\(count)"
      case .number(let x): NumberFormat.short(x)
      case .statistic(let s): NumberFormat.statistic(s)
      case .difference(let x): NumberFormat.signed(x)
      case .missing: "–"
      }
    }
  }

  package let columns: [Column]
  package let rows: [[Cell]]

  package init(columns: [Column], rows: [[Cell]]) {
    precondition(rows.allSatisfy { $0.count == columns.count })
    (self.columns, self.rows) = (columns, rows)
  }
}

extension Table {
  /// Aligned columns for a terminal or a plain file.
  ///
  /// - Parameter width: of the terminal; texts that are too long for it end in `…`. nil: no limit.
  package func aligned(width: Int?) -> String {
    let texts = [shortTitles] + rows.map { $0.map(\.text.onOneLine) }
    var widths = columns.indices.map { column in texts.map { $0[column].count }.max() ?? 0 }
    if let width { shrink(&widths, to: width) }
    return texts.map { row in
      let cells = columns.indices.map { column in
        let text = row[column].cut(to: widths[column])
        let space = String(repeating: " ", count: max(0, widths[column] - text.count))
        return columns[column].isNumeric ? space + text : text + space
      }
      let line = cells.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }.joined(separator: "\n") + "\n"
  }

  /// The last word of a dotted key, where that is enough to tell the columns apart.
  private var shortTitles: [String] {
    let last = columns.map { column in
      column.title.hasSuffix(".kind") || column.title.hasSuffix(".size")
        ? column.title : column.title.split(separator: ".").last.map(String.init) ?? column.title
    }
    return last.enumerated().map { index, title in
      last.count { $0 == title } == 1 ? title : columns[index].title
    }
  }

  /// The widest texts give way first; numbers never.
  private func shrink(_ widths: inout [Int], to width: Int) {
    let least = 8
    var excess = widths.reduce(0, +) + 2 * (widths.count - 1) - width
    while excess > 0 {
      let candidates = widths.indices.filter { !columns[$0].isNumeric && widths[$0] > least }
      guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { return }
      widths[widest] -= 1
      excess -= 1
    }
  }

  /// GitHub's tables.
  package var markdown: String {
    func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
    let head = line(columns.map(\.title.markdownCell))
    let rule = line(columns.map { $0.isNumeric ? "---:" : "---" })
    let body = rows.map { line($0.map(\.text.markdownCell)) }
    return ([head, rule] + body).joined(separator: "\n") + "\n"
  }

  /// Full precision. A column of means is followed by `_sd` and `_n` where there are replicates.
  package var csv: String {
    let spread = columns.indices.map { column in
      rows.contains { if case .statistic(let s) = $0[column] { s.count > 1 } else { false } }
    }
    var lines = [
      columns.indices.flatMap { column in
        let title = columns[column].title
        return spread[column] ? [title, "\(title)_sd", "\(title)_n"] : [title]
      }
    ]
    for row in rows {
      lines.append(
        columns.indices.flatMap { column -> [String] in
          var cells: [String]
          switch row[column] {
          case .text(let text), .setting(let text): cells = [text]
          case .count(let count): cells = ["\(count)"]
          case .number(let x), .difference(let x): cells = [NumberFormat.exact(x)]
          case .missing: cells = [""]
          case .statistic(let s):
            cells = [NumberFormat.exact(s.mean)]
            if spread[column] {
              cells += [s.deviation.map(NumberFormat.exact) ?? "", "\(s.count)"]
            }
          }
          return spread[column] && cells.count == 1 ? cells + ["", ""] : cells
        })
    }
    return lines.map { $0.map(\.csvCell).joined(separator: ",") }.joined(separator: "\n") + "\n"
  }
}
