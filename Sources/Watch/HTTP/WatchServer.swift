import CLibrary
import FlyingSocks
import Foundation
import RunFormat
import Synchronization

/// Serves the page of a ``Feed``: GET and HEAD, one request a connection, everything bounded.
package final class WatchServer: Sendable {
  /// What a server takes on.
  package struct Limits: Sendable {
    package var connections = 64
    /// Pages that are open.
    package var pages = 24
    /// Bytes of a request's head.
    package var head = 16 << 10
    /// Until a head must be there.
    package var headTime = Swift.Duration.seconds(10)
    /// Until a reader must have taken what it was sent.
    package var writeTime = Swift.Duration.seconds(30)
    /// Between two messages to a page.
    package var interval = Swift.Duration.seconds(1)

    package init() {}
  }

  /// Where it listens.
  package let host: String
  package let port: UInt16

  private let routes: Routes
  private let feed: Feed
  private let limits: Limits
  private let listener: Socket
  private let open = Mutex((connections: 0, pages: 0))

  /// Begins to listen.
  ///
  /// - Parameters:
  ///   - host: a number of this machine, or `localhost`.
  ///   - port: 0 for one that is free.
  package init(
    _ feed: Feed, host: String = "127.0.0.1", port: UInt16, limits: Limits = Limits()
  ) throws(ListenError) {
    // Who goes away while something is written to it is no reason to end.
    signal(SIGPIPE, SIG_IGN)
    (self.feed, self.limits, self.host) = (feed, limits, host)
    let address = host == "localhost" ? "127.0.0.1" : host
    do {
      if HostCheck.isNumber6(address) {
        listener = try Self.listen(sockaddr_in6.inet6(ip6: address, port: port))
      } else if HostCheck.isNumber4(address) {
        listener = try Self.listen(sockaddr_in.inet(ip4: address, port: port))
      } else {
        throw ListenError(
          host: host, port: port, code: EADDRNOTAVAIL, reason: "not a number of this machine")
      }
      switch try listener.sockname() {
      case .ip4(_, let port), .ip6(_, let port): self.port = port
      case .unix: self.port = port
      }
    } catch let error as ListenError {
      throw error
    } catch SocketError.failed(_, let code, let message) {
      throw ListenError(host: host, port: port, code: code, reason: message)
    } catch {
      throw ListenError(host: host, port: port, code: 0, reason: "\(error)")
    }
    routes = Routes(
      feed: feed, hosts: HostCheck(listeningOn: host, port: self.port, machine: Machine.host))
  }

  deinit { try? listener.close() }

  private static func listen(_ address: some SocketAddress) throws -> Socket {
    let socket = try Socket(domain: Int32(address.family), type: .stream)
    do {
      // No child process keeps the port.
      _ = fcntl(socket.file.rawValue, F_SETFD, FD_CLOEXEC)
      try socket.setValue(true, for: .localAddressReuse)
      try socket.bind(to: address)
    } catch {
      try? socket.close()
      throw error
    }
    try socket.listen()
    return socket
  }

  /// Whether only this machine reaches what listens there.
  package static func isLocal(_ host: String) -> Bool { HostCheck.isLoopback(host) }

  package var url: String {
    let shown = host == "0.0.0.0" ? "127.0.0.1" : host == "::" ? "::1" : host
    return "http://\(shown.contains(":") ? "[\(shown)]" : shown):\(port)/"
  }

  /// Serves until its task is cancelled.
  package func run() async throws {
    let pool: some AsyncSocketPool = SocketPool.make()
    try await pool.prepare()
    let socket = try AsyncSocket(socket: listener, pool: pool)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await pool.run() }
      group.addTask { try await self.accept(on: socket) }
      defer { group.cancelAll() }
      try await group.next()
    }
  }

  private func accept(on listener: AsyncSocket) async throws {
    await withDiscardingTaskGroup { group in
      while !Task.isCancelled {
        do {
          let socket = try await listener.accept()
          _ = fcntl(socket.socket.file.rawValue, F_SETFD, FD_CLOEXEC)
          group.addTask { await self.serve(socket) }
        } catch {
          // A peer that has gone already, or no descriptor left: the next one may be luckier.
          try? await Task.sleep(for: .milliseconds(50))
        }
      }
    }
  }

  // MARK: A connection

  private func serve(_ socket: AsyncSocket) async {
    defer { try? socket.close() }
    let isRoom = open.withLock { open in
      open.connections += 1
      return open.connections <= limits.connections
    }
    defer { open.withLock { $0.connections -= 1 } }
    do {
      guard isRoom else {
        throw Refusal(.unavailable, "too many connections at once: close other pages of this kind")
      }
      let bytes = try await within(limits.headTime) { try await self.readHead(socket) }
      let request = try RequestHead(parsing: bytes)
      let response = try await routes.response(to: request)
      try await send(response, bodyless: request.method == .head, to: socket)
    } catch let refusal as Refusal {
      let response = Response(refusal)
      try? await send(response, bodyless: false, to: socket)
      await drain(socket)
    } catch {
      // It has gone away, or was too slow: nobody is left to be told.
    }
  }

  private func readHead(_ socket: AsyncSocket) async throws -> [UInt8] {
    var bytes: [UInt8] = []
    while true {
      let start = max(0, bytes.count - RequestHead.end.count)
      bytes += try await socket.read(atMost: 4_096)
      if let end = bytes[start...].firstRange(of: RequestHead.end) {
        return Array(bytes[..<end.upperBound])
      }
      guard bytes.count < limits.head else {
        throw Refusal(.headTooLarge, "the head of a request has at most \(limits.head) bytes")
      }
    }
  }

  /// Takes in a little more: bytes that nobody has read would take the answer away from its reader.
  private func drain(_ socket: AsyncSocket) async {
    shutdown(socket.socket.file.rawValue, Int32(SHUT_WR))
    try? await within(.milliseconds(500)) {
      var rest = 1 << 20
      while rest > 0 { rest -= try await socket.read(atMost: 4_096).count }
    }
  }

  private func send(_ response: Response, bodyless: Bool, to socket: AsyncSocket) async throws {
    try await write(response.head, to: socket)
    if bodyless { return }
    switch response.body {
    case .bytes(let bytes): try await write(bytes, to: socket)
    case .file(let path, let size): try await sendFile(path, size, to: socket)
    case .events(let view): try await sendEvents(of: view, to: socket)
    }
  }

  private func sendFile(_ path: String, _ size: Int, to socket: AsyncSocket) async throws {
    var sent = 0
    while sent < size {
      let limit = min(256 << 10, size - sent)
      // One that has shrunk meanwhile ends early, which its reader sees by the length.
      guard let part = try PlainFiles.part(path, from: sent, limit: limit), !part.bytes.isEmpty
      else { return }
      try await write(part.bytes, to: socket)
      sent += part.bytes.count
    }
  }

  private func write(_ bytes: [UInt8], to socket: AsyncSocket) async throws {
    try await within(limits.writeTime) { try await socket.write(Data(bytes)) }
  }

  // MARK: Events

  private func sendEvents(of view: String, to socket: AsyncSocket) async throws {
    let isRoom = open.withLock { open in
      open.pages += 1
      return open.pages <= limits.pages
    }
    defer { open.withLock { $0.pages -= 1 } }
    guard isRoom else {
      return try await write(Array("event: full\ndata: \(limits.pages)\n\n".utf8), to: socket)
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      // Who has gone is noticed at once, not at the next message.
      group.addTask { while true { _ = try await socket.read(atMost: 64) } }
      group.addTask { try await self.sendMessages(of: view, to: socket) }
      defer { group.cancelAll() }
      try await group.next()
    }
  }

  private func sendMessages(of view: String, to socket: AsyncSocket) async throws {
    var sent = Feed.Sent()
    var quiet = 0
    while true {
      try Task.checkCancellation()
      let message = await feed.message(of: view, after: sent)
      sent = message.sent
      // The next one is made when this one is taken: nothing piles up for a reader that is slow.
      if let text = message.text {
        try await write(Array("data: \(text)\n\n".utf8), to: socket)
        quiet = 0
      } else {
        quiet += 1
        if quiet % 5 == 0 { try await write(Array(": nothing new\n\n".utf8), to: socket) }
      }
      try await Task.sleep(for: limits.interval)
    }
  }

  private struct TooSlow: Error {}

  private func within<Value: Sendable>(
    _ time: Swift.Duration, _ body: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
      group.addTask { try await body() }
      group.addTask {
        try await Task.sleep(for: time)
        throw TooSlow()
      }
      defer { group.cancelAll() }
      for try await value in group { return value }
      throw TooSlow()
    }
  }
}

/// Why a port cannot be listened on.
package struct ListenError: Error, Sendable {
  package let host: String
  package let port: UInt16
  let code: Int32
  package let reason: String

  /// Whether somebody else has it.
  package var isTaken: Bool { code == EADDRINUSE }
  /// Whether it is one of those that only root may have.
  package var isForbidden: Bool { code == EACCES }
}
