/// Why a text is not a graph, and where (both from 1).
package struct TextFormError: Error, Hashable, CustomStringConvertible {
  package let line: Int
  package let column: Int
  package let message: String

  package var description: String { "\(line):\(column): \(message)" }
}

/// Takes one line of the text form apart.
struct TextScanner {
  private let characters: [Character]
  private var position = 0
  let line: Int

  init(_ text: Substring, line: Int) {
    characters = Array(text)
    self.line = line
    skipSpace()
  }

  var atEnd: Bool { position == characters.count || characters[position] == "#" }

  func failure(_ message: String) -> TextFormError {
    TextFormError(line: line, column: position + 1, message: message)
  }

  func peek(_ character: Character) -> Bool {
    position < characters.count && characters[position] == character
  }

  mutating func take(_ token: String) -> Bool {
    guard characters[position...].starts(with: token) else { return false }
    position += token.count
    skipSpace()
    return true
  }

  mutating func need(_ token: String) throws(TextFormError) {
    if !take(token) { throw failure("\(token) expected") }
  }

  mutating func word() throws(TextFormError) -> String {
    let word = run { $0.isLetter || $0 == "_" || $0.isWholeNumber }
    if word.isEmpty { throw failure("a name expected") }
    return word
  }

  mutating func integer() throws(TextFormError) -> Int {
    let start = position
    let digits = run { $0.isWholeNumber || $0 == "-" }
    guard let number = Int(digits) else {
      position = start
      throw failure("a whole number expected")
    }
    return number
  }

  mutating func decimal() throws(TextFormError) -> Double {
    let start = position
    let digits = run { $0 != ")" && $0 != " " }
    guard let number = Double(digits) else {
      position = start
      throw failure("a number expected")
    }
    return number
  }

  mutating func list() throws(TextFormError) -> [Int] {
    try need("[")
    var numbers: [Int] = []
    if take("]") { return numbers }
    repeat { numbers.append(try integer()) } while take(",")
    try need("]")
    return numbers
  }

  mutating func string() throws(TextFormError) -> String {
    guard peek("\"") else { throw failure("a name in quotes expected") }
    position += 1
    var text = ""
    while position < characters.count, characters[position] != "\"" {
      if characters[position] == "\\" {
        position += 1
        guard position < characters.count else { break }
        text.append(characters[position] == "n" ? "\n" : characters[position])
      } else {
        text.append(characters[position])
      }
      position += 1
    }
    guard peek("\"") else { throw failure("the closing quote is missing") }
    position += 1
    skipSpace()
    return text
  }

  private mutating func run(_ belongs: (Character) -> Bool) -> String {
    let start = position
    while position < characters.count, belongs(characters[position]) { position += 1 }
    let text = String(characters[start..<position])
    skipSpace()
    return text
  }

  private mutating func skipSpace() {
    while position < characters.count, characters[position].isWhitespace { position += 1 }
  }
}
