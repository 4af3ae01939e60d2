import CLibrary
import Foundation

/// A GET request to an address that begins with `http://`, over a socket of its own.
enum PlainHTTP {
  enum Answer {
    case ended(Result<HTTPTransfer.Outcome, DatasetError>)
    /// To an address that is not plain.
    case moved(String)
    /// Another kind of address, or one behind a proxy.
    case notPlain
  }

  private static let mostRedirects = 5

  static func get(_ transfer: HTTPTransfer, _ part: PartialFile) -> Answer {
    var address = transfer.address
    for _ in 0...mostRedirects {
      guard let url = URL(string: address), url.scheme?.lowercased() == "http",
        let host = url.host, !host.isEmpty, !isBehindProxy
      else { return address == transfer.address ? .notPlain : .moved(address) }
      let offset = part.size
      var sink = TransferSink(part, offset: offset, limit: transfer.limit)
      do throws(Connection.Failure) {
        let connection = try Connection(
          host: host, port: url.port ?? 80, patience: transfer.patience)
        try connection.send(request(url, host, offset))
        let head = try AnswerHead(connection)
        if [301, 302, 303, 307, 308].contains(head.status), let place = head["location"],
          let next = URL(string: place, relativeTo: url)?.absoluteString
        {
          address = next
          continue
        }
        try receive(head, connection, &sink, transfer.progress)
        return .ended(sink.end(nil))
      } catch {
        return .ended(sink.end(error.words))
      }
    }
    return .ended(.success(.refused("more than \(mostRedirects) redirections")))
  }

  private static var isBehindProxy: Bool {
    let environment = ProcessInfo.processInfo.environment
    return ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"].contains {
      !(environment[$0] ?? "").isEmpty
    }
  }

  private static func request(_ url: URL, _ host: String, _ offset: Int) -> String {
    let parts = URLComponents(url: url, resolvingAgainstBaseURL: true)
    let path = parts?.percentEncodedPath ?? ""
    let query = parts?.percentEncodedQuery.map { "?\($0)" } ?? ""
    let named = host.contains(":") ? "[\(host)]" : host
    var lines = [
      "GET \(path.isEmpty ? "/" : path)\(query) HTTP/1.1",
      "Host: \(named)\(url.port.map { ":\($0)" } ?? "")", "User-Agent: gan-exp", "Accept: */*",
      // A server that would send a .gz "content-encoded" must send the file itself.
      "Accept-Encoding: identity", "Connection: close",
    ]
    if offset > 0 { lines.append("Range: bytes=\(offset)-") }
    return lines.joined(separator: "\r\n") + "\r\n\r\n"
  }

  private static func receive(
    _ head: AnswerHead, _ connection: Connection, _ sink: inout TransferSink,
    _ progress: (Int, Int?) -> Void
  ) throws(Connection.Failure) {
    let isChunked = head["transfer-encoding"]?.lowercased().hasSuffix("chunked") == true
    sink.begin(
      status: head.status, length: isChunked ? nil : head["content-length"],
      range: head["content-range"])
    if isChunked {
      while sink.isOpen {
        let line = try connection.line()
        guard let size = Int(line.prefix { $0 != ";" && $0 != " " }, radix: 16), size >= 0 else {
          throw Connection.Failure(words: "a chunk without its size")
        }
        if size == 0 { return }
        try copy(size, connection, &sink, progress)
        if sink.isOpen { _ = try connection.line() }
      }
    } else {
      try copy(sink.total.map { $0 - sink.received }, connection, &sink, progress)
    }
  }

  /// - Parameter count: bytes of the body; nil: until its end.
  private static func copy(
    _ count: Int?, _ connection: Connection, _ sink: inout TransferSink,
    _ progress: (Int, Int?) -> Void
  ) throws(Connection.Failure) {
    var left = count ?? .max
    while left > 0, sink.isOpen {
      let bytes = try connection.read(atMost: min(left, 64 << 10))
      if bytes.isEmpty { return }
      left -= bytes.count
      sink.take(bytes)
      if sink.isOpen { progress(sink.received, sink.total) }
    }
  }
}

/// The status and the fields before the body of an answer.
private struct AnswerHead {
  private static let longest = 64 << 10

  let status: Int
  private var fields: [String: String] = [:]

  subscript(_ name: String) -> String? { fields[name] }

  init(_ connection: Connection) throws(Connection.Failure) {
    var first = try connection.line()
    // 100 Continue and its like come before the answer.
    while first.hasPrefix("HTTP/1.1 1") {
      while try !connection.line().isEmpty {}
      first = try connection.line()
    }
    let words = first.split(separator: " ")
    guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else {
      throw Connection.Failure(words: "not an answer in HTTP")
    }
    self.status = status
    var size = 0
    while true {
      let line = try connection.line()
      if line.isEmpty { return }
      size += line.utf8.count
      guard size <= Self.longest else { throw Connection.Failure(words: "a head without an end") }
      guard let colon = line.firstIndex(of: ":") else { continue }
      fields[line[..<colon].lowercased()] = line[line.index(after: colon)...]
        .trimmingCharacters(in: .whitespaces)
    }
  }
}
