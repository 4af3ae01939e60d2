import Charts
import Spec

extension Table {
  /// A list of objects, one a row, numbers as numbers; missing cells are null.
  package var json: JSON {
    .list(
      rows.map { row in
        .object(zip(columns, row).map { ($0.title, $1.json) })
      })
  }

  /// A page of its own with nothing but the table.
  package func htmlPage(title: String) -> String {
    PageText.table.filled(["title": title.markupEscaped, "table": html])
  }

  /// `<table>`; a number cell has its exact value in `data-value`, for sorting.
  package var html: String {
    let head = columns.map { column in
      "<th scope=\"col\"\(column.isNumeric ? " class=\"number\"" : "")>\((column.title + column.mark).markupEscaped)</th>"
    }
    let body = rows.map { row in
      "<tr>" + zip(columns, row).map { Self.html($1, isNumeric: $0.isNumeric) }.joined() + "</tr>"
    }
    return "<table><thead><tr>\(head.joined())</tr></thead><tbody>\n"
      + body.joined(separator: "\n") + "\n</tbody></table>\n"
  }

  private static func html(_ cell: Cell, isNumeric: Bool) -> String {
    let sortable = cell.number.map { " data-value=\"\(NumberFormat.exact($0))\"" } ?? ""
    return "<td\(isNumeric ? " class=\"number\"" : "")\(sortable)>\(cell.text.markupEscaped)</td>"
  }
}

extension Table.Cell {
  /// What the cell is sorted by, if that is a number.
  var number: Double? {
    switch self {
    case .number(let x), .difference(let x): x
    case .count(let count): Double(count)
    case .statistic(let s): s.mean
    case .setting(let text): Double(text)
    case .text, .reason, .missing: nil
    }
  }

  var json: JSON {
    switch self {
    case .text(let text), .reason(let text): .text(text)
    case .setting(let text): JSON(setting: text)
    case .count(let count): .integer(count)
    case .number(let x), .difference(let x): JSON(measured: x)
    case .missing: .null
    case .statistic(let s) where s.count == 1: JSON(measured: s.mean)
    case .statistic(let s):
      .object([
        ("mean", JSON(measured: s.mean)),
        ("sd", s.deviation.map { JSON(measured: $0) } ?? .null),
        ("n", .integer(s.count)),
      ])
    }
  }
}
