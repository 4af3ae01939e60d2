import CLibrary

/// A connection over TCP on which nothing waits longer than its patience.
final class Connection {
  /// Why it cannot be used, in words.
  struct Failure: Error {
    let words: String
  }

  private static let longestLine = 16 << 10

  private let descriptor: Int32
  private let patience: Double
  /// What has come and has not been read.
  private var held: [UInt8] = []

  /// The first address of `host` that answers.
  init(host: String, port: Int, patience: Double) throws(Failure) {
    self.patience = patience
    var hints = unsafe addrinfo()
    unsafe hints.ai_socktype = streamType
    var found: UnsafeMutablePointer<addrinfo>?
    let status = unsafe getaddrinfo(host, "\(port)", &hints, &found)
    guard status == 0 else {
      throw Failure(words: unsafe "\(host): " + String(cString: gai_strerror(status)))
    }
    defer { unsafe freeaddrinfo(found) }
    var reason = "no address"
    var next = unsafe found
    while let address = unsafe next {
      switch unsafe Self.connect(address, patience) {
      case .success(let descriptor):
        self.descriptor = descriptor
        return
      case .failure(let failure): reason = failure.words
      }
      unsafe next = address.pointee.ai_next
    }
    throw Failure(words: reason)
  }

  deinit { close(descriptor) }

  private static func connect(
    _ address: UnsafeMutablePointer<addrinfo>, _ patience: Double
  ) -> Result<Int32, Failure> {
    let target = unsafe address.pointee
    let descriptor = unsafe socket(target.ai_family, target.ai_socktype, target.ai_protocol)
    guard descriptor >= 0 else { return .failure(failure()) }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    var code: Int32 = 0
    if unsafe CLibrary.connect(descriptor, target.ai_addr, target.ai_addrlen) != 0 {
      code = errno
      if code == EINPROGRESS {
        code = 0
        if !wait(descriptor, Int16(POLLOUT), patience) {
          code = ETIMEDOUT
        } else {
          var size = socklen_t(MemoryLayout<Int32>.size)
          unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size)
        }
      }
    }
    guard code == 0 else {
      close(descriptor)
      return .failure(Failure(words: FileBytes.systemWords(code)))
    }
    return .success(descriptor)
  }

  private static func failure() -> Failure { Failure(words: FileBytes.systemWords(errno)) }

  /// Whether the connection is ready before the patience is at its end.
  private static func wait(_ descriptor: Int32, _ what: Int16, _ patience: Double) -> Bool {
    var wanted = pollfd(fd: descriptor, events: what, revents: 0)
    while true {
      let count = unsafe poll(&wanted, 1, Int32(min(patience * 1000, 1e9)))
      if count < 0 && errno == EINTR { continue }
      return count > 0
    }
  }

  func send(_ text: String) throws(Failure) {
    let bytes = Array(text.utf8)
    var done = 0
    while done < bytes.count {
      guard Self.wait(descriptor, Int16(POLLOUT), patience) else {
        throw Failure(words: "no byte is taken for \(patience) s")
      }
      let count = unsafe bytes.withUnsafeBytes {
        unsafe CLibrary.send(
          descriptor, $0.baseAddress?.advanced(by: done), bytes.count - done,
          Int32(truncatingIfNeeded: noSignal))
      }
      if count < 0 && (errno == EINTR || errno == EAGAIN) { continue }
      guard count > 0 else { throw Self.failure() }
      done += count
    }
  }

  /// What has come, at least a byte; nothing at the end.
  func read(atMost limit: Int) throws(Failure) -> [UInt8] {
    if held.isEmpty { try fill() }
    let taken = Array(held.prefix(limit))
    held.removeFirst(taken.count)
    return taken
  }

  /// The text before the next end of a line, without it.
  func line() throws(Failure) -> String {
    var searched = 0
    while true {
      if let end = held[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        var text = held[..<end]
        if text.last == UInt8(ascii: "\r") { text.removeLast() }
        let line = String(decoding: text, as: UTF8.self)
        held.removeFirst(end + 1)
        return line
      }
      searched = held.count
      guard searched <= Self.longestLine else { throw Failure(words: "a line without an end") }
      try fill()
      if held.count == searched { throw Failure(words: "the server ended the connection") }
    }
  }

  private func fill() throws(Failure) {
    while true {
      guard Self.wait(descriptor, Int16(POLLIN), patience) else {
        throw Failure(words: "no byte came for \(patience) s")
      }
      var bytes = [UInt8](repeating: 0, count: 64 << 10)
      let count = unsafe recv(descriptor, &bytes, bytes.count, 0)
      if count < 0 && (errno == EINTR || errno == EAGAIN) { continue }
      guard count >= 0 else { throw Self.failure() }
      held += bytes.prefix(count)
      return
    }
  }
}

#if canImport(Darwin)
  private let streamType = SOCK_STREAM
  /// There it is an option of the socket; the program ignores the signal anyway.
  private let noSignal = 0
#else
  private let streamType = Int32(SOCK_STREAM.rawValue)
  private let noSignal = MSG_NOSIGNAL
#endif
