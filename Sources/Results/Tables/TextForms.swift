import Charts
import RunFormat
import Spec

// Whatever a run is named, it is text in the file that it is written into: one encoder a language. That
// of HTML and SVG is `markupEscaped`, that of CSV `csvCell`.

extension JSON {
  /// For an element of HTML that holds a script or data: nothing in it can end the element, begin a
  /// comment, or be taken for a line end by JavaScript.
  var insideScript: String {
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      // In JSON they stand in strings only; the line ends U+2028 and U+2029 are escaped already.
      case UInt8(ascii: "<"): bytes += Array("\\u003c".utf8)
      case UInt8(ascii: ">"): bytes += Array("\\u003e".utf8)
      case UInt8(ascii: "&"): bytes += Array("\\u0026".utf8)
      case _: bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension String {
  /// For a cell of a table in GitHub's Markdown: no mark, no link, no mention, no second line.
  var markdownCell: String {
    var text = ""
    var before: Unicode.Scalar?
    let scalars = Array(onOneLine.unicodeScalars)
    for (index, scalar) in scalars.enumerated() {
      let after = index + 1 < scalars.count ? scalars[index + 1] : nil
      if Self.isMark(scalar, before: before, after: after) { text += "\\" }
      text.unicodeScalars.append(scalar)
      before = scalar
    }
    return text
  }

  private static func isMark(
    _ scalar: Unicode.Scalar, before: Unicode.Scalar?, after: Unicode.Scalar?
  ) -> Bool {
    func isOfWord(_ scalar: Unicode.Scalar?) -> Bool {
      scalar.map { $0.properties.isAlphabetic || $0.properties.numericType != nil } ?? false
    }
    switch scalar {
    case "\\", "|", "`", "*", "[", "]", "<", "&", "#", "~", "@", "!", "$": return true
    // Within a word it is none: d_loss.
    case "_": return !(isOfWord(before) && isOfWord(after))
    // An address is a link without being marked as one.
    case ":": return after == "/"
    case ".": return before == "w"
    case _: return false
    }
  }

  /// Line ends of every kind become spaces.
  var onOneLine: String {
    contains(where: \.isNewline) ? split(whereSeparator: \.isNewline).joined(separator: " ") : self
  }

  /// The beginning of why a run ended, without what its state says already.
  var shortReason: String {
    let first = onOneLine.prefix { $0 != ";" }
    let bare = first.replacing(
      /^(diverged|stopped early|failed|interrupted) (at|after)\s/, with: "")
    return String(bare).cut(to: 60)
  }

  func cut(to width: Int, _ ellipsis: String = "…") -> String {
    count <= width ? self : String(prefix(max(0, width - ellipsis.count))) + ellipsis
  }
}
