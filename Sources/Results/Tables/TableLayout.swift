/// A table as lines of text that fit a width.
///
/// Where it is too wide, long titles take several lines, then texts end in `…`, then columns that can be done
/// without are left out, and what is too wide even then stands in several parts below one another, each with
/// the first column. Numbers and what names a run are never cut.
package struct TableLayout {
  package private(set) var text = ""
  /// Titles of columns that are not there.
  package private(set) var left: [String] = []

  private let table: Table
  private let titles: [String]
  private let cells: [[String]]
  /// What stands where a text is cut.
  private let ellipsis: String
  private static let gap = 2

  /// - Parameters:
  ///   - width: in characters; nil: no limit.
  ///   - signs: how texts are written for who reads them.
  package init(_ table: Table, width: Int?, signs: (String) -> String = \.self) {
    self.table = table
    titles = zip(Self.shortTitles(of: table), table.columns).map { signs($0 + $1.mark) }
    cells = table.rows.map { $0.map { signs($0.text.onOneLine) } }
    ellipsis = signs("…")
    let all = Array(table.columns.indices)
    guard let width else {
      text = lines(all, all.map { [titles[$0]] }, naturalWidths(all, heads: nil))
      return
    }
    var kept = all
    while true {
      let (heads, widths) = fitted(kept, to: width)
      if Self.total(widths) <= width {
        text = lines(kept, heads, widths)
        break
      }
      guard let place = dispensable(kept) else {
        text = parts(kept, to: width)
        break
      }
      left.append(table.columns[kept.remove(at: place)].title)
    }
  }

  private static func total(_ widths: [Int]) -> Int {
    widths.reduce(0, +) + gap * max(0, widths.count - 1)
  }

  /// Where the column stands that is missed least; of two the last.
  private func dispensable(_ kept: [Int]) -> Int? {
    let most = kept.map { table.columns[$0].dispensability }.max() ?? 0
    return most == 0 ? nil : kept.lastIndex { table.columns[$0].dispensability == most }
  }

  // MARK: Widths

  private func naturalWidths(_ kept: [Int], heads: [[String]]?) -> [Int] {
    kept.enumerated().map { place, column in
      let head = heads?[place].map(\.count).max() ?? titles[column].count
      return cells.reduce(head) { max($0, $1[column].count) }
    }
  }

  /// The titles and widths of some columns, no wider than need be.
  private func fitted(_ kept: [Int], to width: Int) -> (heads: [[String]], widths: [Int]) {
    var heads = kept.map { [titles[$0]] }
    var widths = naturalWidths(kept, heads: heads)
    if Self.total(widths) > width {
      heads = kept.map { column in
        let body = cells.reduce(0) { max($0, $1[column].count) }
        return Self.wrapped(titles[column], to: max(body, 10))
      }
      widths = naturalWidths(kept, heads: heads)
    }
    shrink(&widths, kept, to: width)
    return (heads, widths)
  }

  /// The widest texts give way first; numbers never.
  private func shrink(_ widths: inout [Int], _ kept: [Int], to width: Int) {
    var excess = Self.total(widths) - width
    while excess > 0 {
      let candidates = widths.indices.filter { place in
        table.columns[kept[place]].least.map { widths[place] > $0 } ?? false
      }
      guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { return }
      widths[widest] -= 1
      excess -= 1
    }
  }

  /// `sliced_` and `wasserstein`: at underscores, points and spaces, where a title is wider than what is below.
  private static func wrapped(_ title: String, to width: Int) -> [String] {
    guard title.count > width else { return [title] }
    var lines = [""]
    var word = ""
    func take() {
      if let last = lines.last, last.count + word.count <= width || last.isEmpty {
        lines[lines.count - 1] += word
      } else {
        lines.append(word)
      }
      word = ""
    }
    for letter in title {
      word.append(letter)
      if "_. ".contains(letter) { take() }
    }
    if !word.isEmpty { take() }
    return lines.map { $0.hasSuffix(" ") ? String($0.dropLast()) : $0 }
  }

  /// The last words of dotted keys, as many as tell the columns apart.
  private static func shortTitles(of table: Table) -> [String] {
    let titles = KeyTitles(table.columns.map(\.title).filter { $0.contains(".") })
    let short = table.columns.map { titles[$0.title] }
    return short.enumerated().map { index, title in
      short.count { $0 == title } == 1 ? title : table.columns[index].title
    }
  }

  // MARK: Lines

  /// - Parameter rows: which; nil: all.
  private func lines(
    _ kept: [Int], _ heads: [[String]], _ widths: [Int], rows: [Int]? = nil
  ) -> String {
    let rows = rows ?? Array(cells.indices)
    let height = heads.map(\.count).max() ?? 1
    // Titles stand on their columns.
    let head = (0..<height).map { line in
      heads.map { head in
        let blank = height - head.count
        return line < blank ? "" : head[line - blank]
      }
    }
    let body = rows.map { row in kept.map { cells[row][$0] } }
    return (head + body).map { row in
      let line = kept.indices.map { place in
        let text = row[place].cut(to: widths[place], ellipsis)
        let space = String(repeating: " ", count: max(0, widths[place] - text.count))
        return table.columns[kept[place]].isNumeric ? space + text : text + space
      }.joined(separator: String(repeating: " ", count: Self.gap))
      return String(line.reversed().drop { $0 == " " }.reversed()) + "\n"
    }.joined()
  }

  /// One part below the other, with an empty line between them; after the first without rows that have nothing
  /// there.
  private func parts(_ kept: [Int], to width: Int) -> String {
    guard let first = kept.first else { return "" }
    var parts: [[Int]] = []
    var part = [first]
    for column in kept.dropFirst() {
      if part.count > 1, Self.total(fitted(part + [column], to: width).widths) > width {
        parts.append(part)
        part = [first]
      }
      part.append(column)
    }
    return (parts + [part]).enumerated().map { index, part in
      let (heads, widths) = fitted(part, to: width)
      let rows = table.rows.indices.filter { row in
        index == 0 || part.dropFirst().contains { table.rows[row][$0] != .missing }
      }
      return lines(part, heads, widths, rows: rows)
    }.joined(separator: "\n")
  }
}
