import RunFormat

extension RunNotes {
  /// For a table: the tags, and behind them the beginning of the note.
  var cell: Table.Cell {
    let words = [
      tags.joined(separator: " "),
      text.map { "“\($0.onOneLine)”" } ?? "",
    ].filter { !$0.isEmpty }
    return words.isEmpty ? .missing : .text(words.joined(separator: " "))
  }
}
