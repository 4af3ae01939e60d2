import RunFormat

/// Rows and named columns; how they look is up to the renderers.
package struct Table: Sendable {
  package struct Column: Sendable, Hashable {
    package let title: String
    package let isNumeric: Bool
    /// What its texts may be cut to where a terminal is narrow; nil: they are whole, as numbers are.
    var least: Int?
    /// Whether the column may be missing where a terminal is narrow, those with the greatest number first; 0:
    /// it is always there.
    var dispensability: Int
    /// What stands behind the title for people.
    var mark: String

    package init(
      _ title: String, isNumeric: Bool = false, least: Int? = 8, dispensability: Int = 0,
      mark: String = ""
    ) {
      (self.title, self.isNumeric, self.mark) = (title, isNumeric, mark)
      self.least = isNumeric ? nil : least
      self.dispensability = dispensability
    }
  }

  package enum Cell: Sendable, Hashable {
    case text(String)
    /// A value of a spec, as it is written there: a number if it reads as one.
    case setting(String)
    /// Why a run ended; people are told the beginning.
    case reason(String)
    case count(Int)
    case number(Double)
    case statistic(Statistic)
    case difference(Double)
    case missing

    package init(_ statistic: Statistic?) { self = statistic.map(Cell.statistic) ?? .missing }

    package var text: String {
      switch self {
      case .text(let text): text
      case .setting(let text): NumberFormat.setting(text)
      case .reason(let text): text.shortReason
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
  /// - Parameter width: of the terminal; nil: no limit.
  package func aligned(width: Int?) -> String { TableLayout(self, width: width).text }

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
          case .text(let text), .setting(let text), .reason(let text): cells = [text]
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
