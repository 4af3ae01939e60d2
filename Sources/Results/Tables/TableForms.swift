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
    """
    <!doctype html>
    <html lang="en"><head><meta charset="utf-8"><title>\(title.htmlEscaped)</title>
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <style>
    :root { color-scheme: light dark; }
    body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem; }
    table { border-collapse: collapse; }
    th, td { padding: .35rem .8rem; text-align: left; border-bottom: 1px solid #8884; }
    .number { text-align: right; font-variant-numeric: tabular-nums; }
    </style></head><body><h1>\(title.htmlEscaped)</h1>
    \(html)</body></html>

    """
  }

  /// `<table>`; a number cell has its exact value in `data-value`, for sorting.
  package var html: String {
    let head = columns.map { column in
      "<th scope=\"col\"\(column.isNumeric ? " class=\"number\"" : "")>\(column.title.htmlEscaped)</th>"
    }
    let body = rows.map { row in
      "<tr>" + zip(columns, row).map { Self.html($1, isNumeric: $0.isNumeric) }.joined() + "</tr>"
    }
    return "<table><thead><tr>\(head.joined())</tr></thead><tbody>\n"
      + body.joined(separator: "\n") + "\n</tbody></table>\n"
  }

  private static func html(_ cell: Cell, isNumeric: Bool) -> String {
    let sortable = cell.number.map { " data-value=\"\($0)\"" } ?? ""
    return "<td\(isNumeric ? " class=\"number\"" : "")\(sortable)>\(cell.text.htmlEscaped)</td>"
  }
}

extension Table.Cell {
  /// What the cell is sorted by, if that is a number.
  var number: Double? {
    switch self {
    case .number(let x), .difference(let x): x
    case .statistic(let s): s.mean
    case .text(let text): Double(text)
    case .missing: nil
    }
  }

  var json: JSON {
    switch self {
    case .text(let text): .text(text)
    case .number(let x), .difference(let x): JSON(value: x)
    case .missing: .null
    case .statistic(let s) where s.count == 1: JSON(value: s.mean)
    case .statistic(let s):
      .object([
        ("mean", JSON(value: s.mean)), ("sd", s.deviation.map(JSON.init(value:)) ?? .null),
        ("n", .integer(s.count)),
      ])
    }
  }
}

extension JSON {
  init(value: Double) {
    self = Int(exactly: value).map(JSON.integer) ?? .number(value)
  }

  /// What a spec or a status file says: a number where it reads as one.
  init(guessing text: String) {
    self = Int(text).map(JSON.integer) ?? Double(text).map(JSON.number) ?? .text(text)
  }
}

extension String {
  /// For text and for attribute values in HTML and SVG.
  var htmlEscaped: String {
    guard utf8.contains(where: { "&<>\"'".utf8.contains($0) }) else { return self }
    return map { letter in
      switch letter {
      case "&": "&amp;"
      case "<": "&lt;"
      case ">": "&gt;"
      case "\"": "&quot;"
      case "'": "&#39;"
      case _: String(letter)
      }
    }.joined()
  }
}
