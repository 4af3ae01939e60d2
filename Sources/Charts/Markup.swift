extension String {
  /// For text and for attribute values in HTML and SVG.
  ///
  /// Scalar by scalar: a quotation mark with an accent upon it ends an attribute all the same. What no
  /// XML may hold, and would make a picture unreadable, becomes visible.
  package var markupEscaped: String {
    guard unicodeScalars.contains(where: { Self.replacement($0) != nil }) else { return self }
    var text = ""
    for scalar in unicodeScalars {
      if let other = Self.replacement(scalar) {
        text += other
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
    return text
  }

  private static func replacement(_ scalar: Unicode.Scalar) -> String? {
    switch scalar.value {
    case 0x26: "&amp;"
    case 0x3C: "&lt;"
    case 0x3E: "&gt;"
    case 0x22: "&quot;"
    case 0x27: "&#39;"
    case 0x09, 0x0A, 0x0D: nil
    // The pictures of the control characters stand in the same order.
    case 0x00..<0x20: Unicode.Scalar(0x2400 + scalar.value).map { String(Character($0)) }
    case 0x7F: "\u{2421}"
    case 0x80..<0xA0, 0xFFFE, 0xFFFF: "\u{FFFD}"
    case _: nil
    }
  }
}
