/// What is sent back: a head, and bytes that may still be on their way.
struct Response: Sendable {
  enum Body: Sendable {
    case bytes([UInt8])
    /// A file of so many bytes, read as it is sent.
    case file(path: String, size: Int)
    /// Server-sent events about a view, until the browser goes away.
    case events(view: String)
  }

  let status: Status
  let type: String
  let body: Body

  init(_ status: Status = .ok, type: String, _ body: Body) {
    (self.status, self.type, self.body) = (status, type, body)
  }

  init(_ text: String, type: String) {
    self.init(type: "\(type); charset=utf-8", .bytes(Array(text.utf8)))
  }

  init(_ refusal: Refusal) {
    self.init(
      refusal.status, type: "text/plain; charset=utf-8", .bytes(Array((refusal.reason + "\n").utf8))
    )
  }

  /// Nothing is kept by the browser, framed or read by other sites, or run that does not come from here.
  private static let guards = [
    "Cache-Control: no-store", "X-Content-Type-Options: nosniff", "X-Frame-Options: DENY",
    "Referrer-Policy: no-referrer", "Cross-Origin-Resource-Policy: same-origin",
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
      + "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'",
  ]

  var head: [UInt8] {
    var lines = ["HTTP/1.1 \(status.rawValue) \(status.phrase)", "Content-Type: \(type)"]
    switch body {
    case .bytes(let bytes): lines.append("Content-Length: \(bytes.count)")
    case .file(_, let size): lines.append("Content-Length: \(size)")
    case .events: break
    }
    if status == .methodNotAllowed { lines.append("Allow: GET, HEAD") }
    // A request a connection: what is open is what somebody waits for.
    lines.append("Connection: close")
    return Array(((lines + Self.guards).joined(separator: "\r\n") + "\r\n\r\n").utf8)
  }
}
