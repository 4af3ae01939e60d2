import CLibrary
import Foundation
import RunFormat
import Synchronization
import Testing

@testable import Watch

/// A connection on which bytes are sent as they are. It blocks threads of its own: none of those that the server
/// needs.
final class Connection: Sendable {
  private let socket: Int32
  private let answer = Mutex<[UInt8]>([])
  /// Whether the server has closed it.
  private let hasEnded = Mutex(false)

  init(_ port: UInt16) {
    socket = CLibrary.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    var limit = timeval(tv_sec: 60, tv_usec: 0)
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit { close(socket) }

  func send(_ text: String) async {
    await onThread {
      let bytes = Array(text.utf8)
      var sent = 0
      while sent < bytes.count {
        let count = bytes[sent...].withUnsafeBytes {
          CLibrary.send(self.socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        if count <= 0 { return }
        sent += count
      }
    }
  }

  /// What has come so far: until this is in it, or to its end.
  func answer(until word: String? = nil) async -> Answer {
    await onThread {
      var buffer = [UInt8](repeating: 0, count: 65_536)
      let end = ContinuousClock.now + .seconds(60)
      while ContinuousClock.now < end {
        let soFar = self.answer.withLock { $0 }
        if let word, soFar.firstRange(of: Array(word.utf8)) != nil { break }
        let count = recv(self.socket, &buffer, buffer.count, 0)
        if count == 0 { self.hasEnded.withLock { $0 = true } }
        if count <= 0 { break }
        self.answer.withLock { $0 += buffer[..<count] }
      }
    }
    return Answer(bytes: answer.withLock { $0 }, hasEnded: hasEnded.withLock { $0 })
  }

  private func onThread(_ work: @escaping @Sendable () -> Void) async {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        work()
        continuation.resume()
      }
    }
  }
}

struct Answer: Sendable {
  let bytes: [UInt8]
  let hasEnded: Bool
  var text: String { String(decoding: bytes, as: UTF8.self) }
  var status: Int { Int(text.split(separator: " ").dropFirst().first ?? "") ?? 0 }
  var body: [UInt8] {
    bytes.firstRange(of: Array("\r\n\r\n".utf8)).map { Array(bytes[$0.upperBound...]) } ?? []
  }
}

/// Requests to a port of this machine.
struct Line: Sendable {
  let port: UInt16

  func send(_ text: String) async -> Answer {
    let connection = Connection(port)
    await connection.send(text)
    return await connection.answer()
  }

  func get(_ target: String, _ method: String = "GET") async -> Answer {
    await send("\(method) \(target) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n\r\n")
  }
}

@Suite(.serialized)
struct ServerTests {
  let folder = Folder()

  /// Serves the folder while `body` asks.
  /// Beside other tests a machine may be busy for long.
  private static var patient: WatchServer.Limits {
    var limits = WatchServer.Limits()
    limits.headTime = .seconds(120)
    return limits
  }

  private func serving(
    limits: WatchServer.Limits = patient, _ body: (Line) async throws -> Void
  ) async throws {
    let feed = Feed([folder.path], title: "results", interval: .zero) { Folder.reader }
    await feed.look()
    let server = try WatchServer(feed, port: 0, limits: limits)
    let task = Task { try await server.run() }
    defer { task.cancel() }
    try await body(Line(port: server.port))
  }

  private var key: String { runKey("r", "\(folder.path)/gan/20261121T0253-9f3a2c") }

  struct Refused: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let status: Int
    let request: @Sendable (UInt16, _ key: String) -> String

    init(
      _ words: String, _ status: Int, _ request: @escaping @Sendable (UInt16, String) -> String
    ) {
      (testDescription, self.status, self.request) = (words, status, request)
    }
  }

  private static func get(_ target: String, _ port: UInt16, _ more: String = "") -> String {
    "GET \(target) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n\(more)\r\n"
  }

  static let refused: [Refused] = [
    .init("another Host", 403) { port, _ in "GET / HTTP/1.1\r\nHost: evil.example:\(port)\r\n\r\n"
    },
    .init("a Host that begins like ours", 403) { port, _ in
      "GET / HTTP/1.1\r\nHost: 127.0.0.1.evil.example:\(port)\r\n\r\n"
    },
    .init("a Host without the port", 403) { _, _ in "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" },
    .init("no Host", 400) { _, _ in "GET / HTTP/1.1\r\n\r\n" },
    .init("two Hosts", 400) { port, _ in
      "GET / HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nHost: evil.example\r\n\r\n"
    },
    .init("a whole address as target", 400) { port, _ in get("http://evil.example/", port) },
    .init("..", 400) { port, key in get("/picture/\(key)/../../../../etc/passwd", port) },
    .init(".. at the beginning", 400) { port, _ in get("/../etc/passwd", port) },
    .init("encoded slashes", 400) { port, key in
      get("/picture/\(key)/..%2F..%2Fstatus.json", port)
    },
    .init("encoded dots", 400) { port, key in get("/picture/\(key)/%2e%2e/status.json", port) },
    .init("a backslash", 400) { port, key in get("/picture/\(key)/..\\status.json", port) },
    .init("a zero byte", 400) { port, key in get("/picture/\(key)/final.png\0", port) },
    .init("a file that is no picture", 404) { port, key in
      get("/picture/\(key)/status.json", port)
    },
    .init("a link that leads out", 404) { port, key in get("/picture/\(key)/link.png", port) },
    .init("a text that is called a picture", 404) { port, key in
      get("/picture/\(key)/text.png", port)
    },
    .init("what is not there", 404) { port, _ in get("/etc/passwd", port) },
    .init("POST", 405) { port, _ in
      "POST / HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nContent-Length: 2\r\n\r\nhi"
    },
    .init("DELETE", 405) { port, _ in "DELETE / HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n\r\n" },
    .init("a body", 413) { port, _ in get("/", port, "Content-Length: 2\r\n") + "hi" },
    .init("a body in pieces", 413) { port, _ in
      get("/", port, "Transfer-Encoding: chunked\r\n") + "0\r\n\r\n"
    },
    .init("a huge head", 431) { port, _ in
      get("/", port, "X: \(String(repeating: "y", count: 200_000))\r\n")
    },
    .init("a huge first line", 431) { port, _ in
      get("/" + String(repeating: "y", count: 200_000), port)
    },
    .init("another protocol", 505) { port, _ in "GET / HTTP/3\r\nHost: 127.0.0.1:\(port)\r\n\r\n" },
    .init("lines without CR", 400) { port, _ in
      "GET / HTTP/1.1\nHost: 127.0.0.1:\(port)\n\r\n\r\n"
    },
    .init("no HTTP at all", 400) { _, _ in "hello\r\n\r\n" },
  ]

  /// docs/failures.md: `watch` is asked by a page of somebody else, for another host or another folder:
  /// refused: 403, 400 or 404
  @Test(arguments: refused)
  func whatIsNoneOfItsBusinessIsRefused(_ one: Refused) async throws {
    let other = Folder()
    other.write("secret.png", Folder.picture)
    folder.addRun()
    let samples = "gan/20261121T0253-9f3a2c/samples"
    try folder.link("\(samples)/link.png", to: "\(other.path)/secret.png")
    folder.write("\(samples)/text.png", "secret")
    try await serving { line in
      let answer = await line.send(one.request(line.port, key))
      #expect(answer.status == one.status)
      #expect(!answer.text.contains("secret") && !answer.text.contains("root:"))
      // It goes on serving.
      #expect(await line.get("/").status == 200)
    }
  }

  @Test func thePageItsDataAndItsPicturesAreServedAndNothingIsKeptOrFramed() async throws {
    folder.addRun()
    try await serving { line in
      let page = await line.get("/")
      #expect(page.text.contains("<!doctype html>") && page.text.contains("id=\"charts\""))
      for word in ["no-store", "nosniff", "DENY", "default-src 'none'", "same-origin"] {
        #expect(page.text.contains(word), "\(word)")
      }
      #expect(await line.get("/page.css").text.contains("--c0:"))
      #expect(await line.get("/page.js").text.contains("EventSource"))
      #expect(await line.get("/data?view=all").text.contains("\"20261121T0253-9f3a2c\""))
      let picture = await line.get("/picture/\(key)/step-00000100.png?v=1")
      #expect(picture.status == 200 && picture.body == Folder.picture)
    }
  }

  @Test func aHeadIsAnsweredWithoutABody() async throws {
    folder.addRun()
    try await serving { line in
      let (head, whole) = (await line.get("/", "HEAD"), await line.get("/"))
      #expect(head.status == 200 && head.body.isEmpty)
      #expect(head.text.contains("Content-Length: \(whole.body.count)\r\n"))
      #expect(await line.get("/events", "HEAD").status == 200)
    }
  }

  @Test func aRowThatIsAddedComesAsAnEvent() async throws {
    folder.addRun()
    var limits = Self.patient
    limits.interval = .milliseconds(20)
    try await serving(limits: limits) { line in
      let page = Connection(line.port)
      await page.send(Self.get("/events?view=all", line.port))
      let first = await page.answer(until: "}\n\n")
      #expect(first.text.contains("Content-Type: text/event-stream\r\n"))
      #expect(first.text.contains("data: {\"full\":true"))
      try folder.append("gan/20261121T0253-9f3a2c/losses.csv", Folder.row(400))
      let both = await page.answer(until: "\"full\":false")
      let rest = await page.answer(until: "\"step\":400")
      #expect(rest.text.contains("\"step\":400"))
      let change = both.text.components(separatedBy: "\"full\":false").last ?? ""
      #expect(!change.contains("\"layout\""))
    }
  }

  /// docs/failures.md: `watch` has more connections than it takes: the next is told 503, and is served when
  /// one has gone
  @Test func connectionsBeyondTheLimitAreToldSoAndPlacesComeBack() async throws {
    var limits = Self.patient
    limits.connections = 3
    try await serving(limits: limits) { line in
      var held = (0..<3).map { _ in Connection(line.port) }
      // The server sees them when it gets to it.
      var status = 0
      for _ in 0..<100 where status != 503 {
        status = await line.get("/").status
        if status != 503 { try await Task.sleep(for: .milliseconds(20)) }
      }
      #expect(status == 503)
      held.removeAll()
      for _ in 0..<100 where status != 200 {
        status = await line.get("/").status
        if status != 200 { try await Task.sleep(for: .milliseconds(20)) }
      }
      #expect(status == 200)
    }
  }

  /// docs/failures.md: a request to `watch` that does not come to its end: is not waited for
  @Test func aHeadThatDoesNotComeIsNotWaitedForLong() async throws {
    var limits = WatchServer.Limits()
    limits.headTime = .milliseconds(100)
    try await serving(limits: limits) { line in
      let answer = await line.send("GET / HT")
      #expect(answer.bytes.isEmpty && answer.hasEnded)
    }
  }

  @Test func aPortThatIsTakenIsSaid() async throws {
    let feed = Feed([folder.path], title: "results")
    let first = try WatchServer(feed, port: 0)
    let error = #expect(throws: ListenError.self) { try WatchServer(feed, port: first.port) }
    #expect(error?.isTaken == true)
  }
}

struct HostCheckTests {
  static let local = [
    "127.0.0.1:8642", "localhost:8642", "LOCALHOST:8642", "[::1]:8642", "127.0.0.2:8642",
  ]
  static let foreign = [
    "", "127.0.0.1", "127.0.0.1:80", "evil.example:8642", "localhost.evil.example:8642",
    "127.0.0.1.evil.example:8642", "192.168.1.2:8642", "desk:8642", "[::2]:8642", "[::1:8642",
    "127.0.0.1:8642:8642", "2130706433:8642", "[127.0.0.1]:8642",
  ]

  @Test(arguments: local)
  func namesOfThisMachineAreOurs(_ host: String) throws {
    try HostCheck(listeningOn: "127.0.0.1", port: 8642, machine: "desk").check(host)
  }

  @Test(arguments: foreign)
  func allOthersAreNot(_ host: String) {
    let check = HostCheck(listeningOn: "127.0.0.1", port: 8642, machine: "desk")
    #expect(throws: Refusal.self) { try check.check(host) }
  }

  @Test func forOthersTooNumbersAndTheMachinesOwnNameAreOursAndNoOtherName() throws {
    let check = HostCheck(listeningOn: "0.0.0.0", port: 8642, machine: "desk")
    for host in ["192.168.1.2:8642", "desk:8642", "127.0.0.1:8642"] { try check.check(host) }
    #expect(throws: Refusal.self) { try check.check("evil.example:8642") }
  }
}
