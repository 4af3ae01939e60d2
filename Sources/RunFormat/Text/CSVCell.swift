extension String {
  /// As a cell of a CSV file, RFC 4180.
  ///
  /// A text that a spreadsheet would take for a formula, because it begins with `=`, `+`, `-` or `@`, gets an
  /// apostrophe in front; numbers stay numbers.
  package var csvCell: String {
    var text = self
    if let first = unicodeScalars.first, "=+-@\t\r".unicodeScalars.contains(first),
      Double(self) == nil
    {
      text = "'" + self
    }
    guard text.unicodeScalars.contains(where: { ",\"\n\r".unicodeScalars.contains($0) }) else {
      return text
    }
    var quoted = "\""
    for scalar in text.unicodeScalars {
      if scalar == "\"" { quoted += "\"" }
      quoted.unicodeScalars.append(scalar)
    }
    return quoted + "\""
  }
}
