/// A scalar taken apart at its `${}`. `$${` is a literal `${`.
enum Template {
  enum Piece: Equatable {
    case text(String)
    /// `offset`: characters before the expression.
    case expression(String, offset: Int)
    case unclosed(offset: Int)
  }

  static func pieces(of text: String) -> [Piece] {
    let scalars = Array(text.unicodeScalars)
    var pieces: [Piece] = []
    var plain = String.UnicodeScalarView()
    func flush() {
      if !plain.isEmpty { pieces.append(.text(String(plain))) }
      plain.removeAll()
    }
    var i = 0
    while i < scalars.count {
      let rest = scalars[i...]
      if rest.starts(with: "$${".unicodeScalars) {
        plain.append(contentsOf: "${".unicodeScalars)
        i += 3
      } else if rest.starts(with: "${".unicodeScalars) {
        flush()
        guard let end = rest.firstIndex(of: "}") else {
          pieces.append(.unclosed(offset: i))
          return pieces
        }
        var expression = String.UnicodeScalarView()
        expression.append(contentsOf: scalars[i + 2..<end])
        pieces.append(.expression(String(expression), offset: i + 2))
        i = end + 1
      } else {
        plain.append(scalars[i])
        i += 1
      }
    }
    flush()
    return pieces
  }

  /// Text that gives itself back when it is read.
  static func escaped(_ text: String) -> String {
    var out = ""
    var rest = text[...]
    while let range = rest.firstRange(of: "${") {
      out += rest[..<range.lowerBound] + "$${"
      rest = rest[range.upperBound...]
    }
    return out + rest
  }
}
