import Foundation
import Synchronization

/// An HTTP server on the loopback that answers as a test says, one connection at a time.
final class TestServer: Sendable {
  struct Request: Sendable, Equatable {
    let path: String
    /// The N of `Range: bytes=N-`.
    let from: Int?
  }

  struct Reply: Sendable {
    var status = 200
    var headers: [String] = []
    var body: [UInt8] = []
    /// What the head says, where that is another number than there are bytes.
    var statedLength: String?
    /// No length is said.
    var isWithoutLength = false
    /// All that is sent, instead of a head in HTTP.
    var rawHead: String?
    /// The connection is cut after so many bytes of the body.
    var cutAfter: Int?
    /// The status and the headers are never sent.
    var isSilent = false

    /// The file, or the rest of it where the request asks for that.
    static func file(_ content: [UInt8], _ request: Request, cutAfter: Int? = nil) -> Reply {
      guard let from = request.from else { return Reply(body: content, cutAfter: cutAfter) }
      guard from < content.count else { return Reply(status: 416) }
      return Reply(
        status: 206,
        headers: ["Content-Range: bytes \(from)-\(content.count - 1)/\(content.count)"],
        body: Array(content[from...]), cutAfter: cutAfter)
    }
  }

  let port: UInt16
  private let listener: Int32
  private let seen = Mutex<[Request]>([])

  var address: String { "http://127.0.0.1:\(port)/" }
  var requests: [Request] { seen.withLock { $0 } }

  init(_ answer: @escaping @Sendable (Request) -> Reply) throws {
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = listener
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, size) == 0 && listen(descriptor, 8) == 0
          && getsockname(descriptor, $0, &size) == 0
      }
    }
    guard bound else { throw POSIXError(.EADDRNOTAVAIL) }
    port = UInt16(bigEndian: address.sin_port)
    Thread.detachNewThread { [self] in
      while true {
        let connection = accept(descriptor, nil, nil)
        if connection < 0 { return }
        serve(connection, answer)
      }
    }
  }

  func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

  private func serve(_ connection: Int32, _ answer: (Request) -> Reply) {
    var head = ""
    var buffer = [UInt8](repeating: 0, count: 4096)
    while !head.contains("\r\n\r\n") {
      let count = recv(connection, &buffer, buffer.count, 0)
      if count <= 0 { break }
      head += String(decoding: buffer[..<count], as: UTF8.self)
    }
    let lines = head.split(separator: "\r\n")
    let range = lines.first { $0.lowercased().hasPrefix("range: bytes=") }
    let request = Request(
      path: lines.first?.split(separator: " ").dropFirst().first.map(String.init) ?? "",
      from: range.flatMap { Int($0.dropFirst("range: bytes=".count).dropLast()) })
    seen.withLock { $0.append(request) }
    let reply = answer(request)
    if reply.isSilent { usleep(1_500_000) } else { send(reply, on: connection) }
    close(connection)
  }

  private func send(_ reply: Reply, on connection: Int32) {
    let length = ["Content-Length: \(reply.statedLength ?? "\(reply.body.count)")"]
    let head =
      reply.rawHead.map { [$0] }
      ?? ["HTTP/1.1 \(reply.status) X"] + (reply.isWithoutLength ? [] : length)
      + ["Connection: close"] + reply.headers
    let body = reply.cutAfter.map { Array(reply.body.prefix($0)) } ?? reply.body
    let bytes = Array((head.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        Foundation.send(
          connection, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
      }
      if count <= 0 { return }
      sent += count
    }
  }
}
