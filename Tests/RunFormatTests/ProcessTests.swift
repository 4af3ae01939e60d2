import CLibrary
import RunFormat
import Testing

@Suite
struct ProcessTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let other: ProcessIdentity
    let isAlive: Bool?

    init(
      _ words: String, pid: Int = 100, host: String = "desk", boot: String? = "boot-1",
      namespace: String? = "pid:[1]", start: String? = "7", isAlive: Bool?
    ) {
      testDescription = words
      other = ProcessIdentity(
        pid: pid, host: host, boot: boot, namespace: namespace, start: start)
      self.isAlive = isAlive
    }
  }

  static let reader = Reader(
    ProcessIdentity(pid: 1, host: "desk", boot: "boot-1", namespace: "pid:[1]", start: "1"),
    now: Moment(seconds: 0), look: { $0 == 100 ? .there(start: "7") : .gone })

  static let cases = [
    Case("one that is there", isAlive: true),
    Case("one that is not", pid: 101, isAlive: false),
    Case("another that has got its number", start: "6", isAlive: false),
    Case("one of before the machine was started", boot: "boot-0", isAlive: false),
    Case("one on another machine", host: "shelf", isAlive: nil),
    Case(
      "one in another container, whatever has its number here", namespace: "pid:[2]", isAlive: nil),
    Case("one of an earlier version, which did not say where", namespace: nil, isAlive: nil),
  ]

  @Test(arguments: cases)
  func aProcessIsAskedForWhereItCanBeSeen(_ test: Case) {
    #expect(Self.reader.isAlive(test.other) == test.isAlive)
  }

  #if os(Linux)
    @Test
    func aProcessThatHasEndedAndThatNobodyWaitsForDoesNotRun() throws {
      var pid: pid_t = 0
      try #require(posix_spawn(&pid, "/bin/true", nil, nil, [nil], nil) == 0)
      #expect(Machine.life(of: Int(getpid())) != .gone)
      var tries = 0
      while Machine.life(of: Int(pid)) != .gone, tries < 5_000 {
        usleep(1_000)
        tries += 1
      }
      #expect(kill(pid, 0) == 0)
      #expect(Machine.life(of: Int(pid)) == .gone)
      waitpid(pid, nil, 0)
    }
  #endif
}
