/// The head of a request, RFC 9112, as far as a page that is only read needs one: GET and HEAD, no body, and a
/// path of plain characters.
struct RequestHead: Sendable, Hashable {
  enum Method: String, Sendable { case get = "GET", head = "HEAD" }

  let method: Method
  /// `/picture/r0123/final.png`: no escapes, no `.` and no `..` among its parts.
  let path: String
  let query: [String: String]
  /// What the browser believes to talk to, with the port.
  let host: String

  /// The bytes that end a head.
  static let end = Array("\r\n\r\n".utf8)

  /// - Parameter bytes: all of the head, its end included.
  init(parsing bytes: [UInt8]) throws(Refusal) {
    guard bytes.allSatisfy({ $0 < 0x80 && $0 != 0 }) else {
      throw Refusal(.badRequest, "the head of a request is ASCII")
    }
    let text = String(decoding: bytes.dropLast(Self.end.count), as: UTF8.self)
    // Swift takes CR LF for one character, and a lone CR or LF for another one.
    let lineEnd: Character = "\r\n"
    guard !text.contains(where: { $0 != lineEnd && ($0 == "\r" || $0 == "\n") }) else {
      throw Refusal(.badRequest, "lines end with CR LF")
    }
    var lines = text.split(separator: lineEnd, omittingEmptySubsequences: false)[...]
    let words = (lines.popFirst() ?? "").split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 3 else { throw Refusal(.badRequest, "no request line") }
    guard let method = Method(rawValue: String(words[0])) else {
      throw Refusal(.methodNotAllowed, "only GET and HEAD: nothing is changed from here")
    }
    guard words[2] == "HTTP/1.1" || words[2] == "HTTP/1.0" else {
      throw Refusal(.versionNotSupported, "HTTP/1.1 is spoken here")
    }
    self.method = method
    (path, query) = try Self.target(words[1])
    host = try Self.host(lines)
  }

  private static func target(
    _ text: Substring
  ) throws(Refusal) -> (path: String, query: [String: String]) {
    let halves = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let parts = halves[0].split(separator: "/", omittingEmptySubsequences: false)
    guard text.hasPrefix("/"), halves[0].unicodeScalars.allSatisfy({ isPlain($0) || $0 == "/" }),
      !parts.contains("."), !parts.contains(".."), !parts.dropFirst().dropLast().contains("")
    else { throw Refusal(.badRequest, "no path of this page is written so") }
    var query: [String: String] = [:]
    for pair in halves.count > 1 ? halves[1].split(separator: "&") : [] {
      let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard sides.count == 2, sides.joined().unicodeScalars.allSatisfy(isPlain) else {
        throw Refusal(.badRequest, "no query of this page is written so")
      }
      query[String(sides[0])] = String(sides[1])
    }
    return (String(halves[0]), query)
  }

  private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
      || "-_.".unicodeScalars.contains(scalar)
  }

  private static func host(_ lines: ArraySlice<Substring>) throws(Refusal) -> String {
    var hosts: [String] = []
    for line in lines {
      guard let colon = line.firstIndex(of: ":"), line.first != " ", line.first != "\t" else {
        throw Refusal(.badRequest, "a field of the head has no name")
      }
      let name = line[..<colon].lowercased()
      let value = line[line.index(after: colon)...].trimmed
      switch name {
      case "host": hosts.append(value)
      case "content-length" where value != "0", "transfer-encoding":
        throw Refusal(.contentTooLarge, "no request to this page has a body")
      case _: continue
      }
    }
    guard hosts.count == 1 else { throw Refusal(.badRequest, "one Host is wanted") }
    return hosts[0]
  }
}

extension Substring {
  fileprivate var trimmed: String {
    let blank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
    return String(drop(while: blank).reversed().drop(while: blank).reversed())
  }
}
