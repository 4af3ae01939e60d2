import Spec

/// Where and why a text is not JSON.
package struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
  package let offset: Int
  package let reason: String

  package init(offset: Int, reason: String) { (self.offset, self.reason) = (offset, reason) }
  package var description: String { "\(reason) at byte \(offset)" }
}

extension JSON {
  /// One JSON value (RFC 8259), with unique keys and at most 64 levels deep.
  package init(parsing bytes: some RandomAccessCollection<UInt8>) throws(JSONError) {
    self = try Array(bytes).withUnsafeBufferPointer { buffer throws(JSONError) in
      var parser = JSONParser(bytes: buffer)
      return try parser.document()
    }
  }
}

private struct JSONParser {
  let bytes: UnsafeBufferPointer<UInt8>
  var place = 0

  init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  static let depthLimit = 64

  private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

  private func fail(_ reason: String, at offset: Int? = nil) -> JSONError {
    JSONError(offset: offset ?? place, reason: reason)
  }

  mutating func document() throws(JSONError) -> JSON {
    let value = try self.value(depth: 0)
    skipSpace()
    if place < bytes.count { throw fail("text after the value") }
    return value
  }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      place += 1
    }
  }

  private mutating func value(depth: Int) throws(JSONError) -> JSON {
    if depth > Self.depthLimit { throw fail("more than \(Self.depthLimit) levels") }
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .text(try string())
    case UInt8(ascii: "t"): return try word("true", .flag(true))
    case UInt8(ascii: "f"): return try word("false", .flag(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case nil: throw fail("the text ends where a value should stand")
    case let byte? where byte == UInt8(ascii: "-") || isDigit(byte): return try number()
    case _: throw fail("no value begins so")
    }
  }

  private mutating func word(_ word: String, _ value: JSON) throws(JSONError) -> JSON {
    guard bytes[place...].starts(with: word.utf8) else { throw fail("expected `\(word)`") }
    place += word.utf8.count
    return value
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(JSONError) {
    skipSpace()
    guard next == UInt8(ascii: character) else { throw fail("expected `\(character)`") }
    place += 1
  }

  /// True after a comma, false at `close`.
  private mutating func another(before close: Unicode.Scalar) throws(JSONError) -> Bool {
    skipSpace()
    if next == UInt8(ascii: ",") {
      place += 1
      return true
    }
    try expect(close)
    return false
  }

  private mutating func isEmpty(_ close: Unicode.Scalar) -> Bool {
    skipSpace()
    guard next == UInt8(ascii: close) else { return false }
    place += 1
    return true
  }

  private mutating func array(depth: Int) throws(JSONError) -> JSON {
    place += 1
    if isEmpty("]") { return .list([]) }
    var items: [JSON] = []
    repeat { items.append(try value(depth: depth + 1)) } while try another(before: "]")
    return .list(items)
  }

  private mutating func object(depth: Int) throws(JSONError) -> JSON {
    place += 1
    if isEmpty("}") { return .object([]) }
    var members: [(String, JSON)] = []
    var keys: Set<String> = []
    repeat {
      skipSpace()
      let start = place
      guard next == UInt8(ascii: "\"") else { throw fail("expected a key") }
      let key = try string()
      if !keys.insert(key).inserted { throw fail("the key `\(key)` stands twice", at: start) }
      try expect(":")
      members.append((key, try value(depth: depth + 1)))
    } while try another(before: "}")
    return .object(members)
  }

  private func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  /// How many stood there.
  private mutating func skipDigits() -> Int {
    let start = place
    while let byte = next, isDigit(byte) { place += 1 }
    return place - start
  }

  private mutating func number() throws(JSONError) -> JSON {
    let start = place
    if next == UInt8(ascii: "-") { place += 1 }
    let leadingZero = next == UInt8(ascii: "0")
    let whole = skipDigits()
    if whole == 0 || (leadingZero && whole > 1) { throw fail("not a number", at: start) }
    var isInteger = true
    if next == UInt8(ascii: ".") {
      (place, isInteger) = (place + 1, false)
      if skipDigits() == 0 { throw fail("not a number", at: start) }
    }
    if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
      (place, isInteger) = (place + 1, false)
      if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { place += 1 }
      if skipDigits() == 0 { throw fail("not a number", at: start) }
    }
    let text = String(decoding: bytes[start..<place], as: UTF8.self)
    if isInteger, let value = Int(text) { return .integer(value) }
    guard let value = Double(text), value.isFinite else { throw fail("too large", at: start) }
    return .number(value)
  }

  private mutating func string() throws(JSONError) -> String {
    let start = place
    place += 1
    var content: [UInt8] = []
    while true {
      guard let byte = next else { throw fail("a string that does not end", at: start) }
      place += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: content, as: UTF8.self) else {
          throw fail("a string that is not UTF-8", at: start)
        }
        return text
      case UInt8(ascii: "\\"): try escape(into: &content)
      case 0..<0x20: throw fail("a control character in a string", at: place - 1)
      case _: content.append(byte)
      }
    }
  }

  private mutating func escape(into content: inout [UInt8]) throws(JSONError) {
    let start = place - 1
    guard let byte = next else { throw fail("a string that does not end", at: start) }
    place += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(byte)
    case UInt8(ascii: "b"): content.append(0x08)
    case UInt8(ascii: "f"): content.append(0x0C)
    case UInt8(ascii: "n"): content.append(0x0A)
    case UInt8(ascii: "r"): content.append(0x0D)
    case UInt8(ascii: "t"): content.append(0x09)
    case UInt8(ascii: "u"):
      var code = try hexadecimalQuad(start)
      if (0xD800..<0xDC00).contains(code) {
        guard bytes[place...].starts(with: "\\u".utf8) else {
          throw fail("half a surrogate pair", at: start)
        }
        place += 2
        let low = try hexadecimalQuad(start)
        guard (0xDC00..<0xE000).contains(low) else {
          throw fail("half a surrogate pair", at: start)
        }
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw fail("no such character", at: start) }
      content += Array(String(scalar).utf8)
    case _: throw fail("no such escape", at: start)
    }
  }

  private mutating func hexadecimalQuad(_ start: Int) throws(JSONError) -> UInt32 {
    guard place + 4 <= bytes.count else { throw fail("four hex digits after \\u", at: start) }
    var value: UInt32 = 0
    for byte in bytes[place..<(place + 4)] {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw fail("four hex digits after \\u", at: start)
      }
      value = value << 4 | UInt32(digit)
    }
    place += 4
    return value
  }
}
