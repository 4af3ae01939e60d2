import CLibrary
import RunFormat

/// A program that is run for what it prints, with an end to the waiting.
struct ChildProcess: Sendable {
  /// What came of it.
  struct Outcome: Sendable, Hashable {
    /// nil: it was not over in time, and was killed. Whatever it had asked for may have been done.
    let exitCode: Int32?
    let output: String
    let errors: String
  }

  /// Where the program lies.
  let path: String
  /// `NAME=value`.
  let environment: [String]

  /// The program of this name in the folders of PATH; nil if there is none.
  static func find(_ name: String, in folders: String) -> String? {
    folders.split(separator: ":").lazy.map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
  }

  /// - Parameter seconds: after which it is killed.
  /// - Returns: nil if it could not be started.
  func run(_ arguments: [String], seconds: Double) -> Outcome? {
    var (output, errors): ([Int32], [Int32]) = ([-1, -1], [-1, -1])
    guard pipe(&output) == 0 else { return nil }
    guard pipe(&errors) == 0 else {
      for end in output { close(end) }
      return nil
    }
    for end in output + errors { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    // Where it is ignored, nobody can learn how a child ended.
    signal(SIGCHLD, SIG_DFL)
    defer {
      close(output[0])
      close(errors[0])
    }
    let (pid, failure) = startChild(
      path, arguments, environment: environment, output: output[1], errors: errors[1])
    close(output[1])
    close(errors[1])
    guard failure == 0 else { return nil }
    var texts: [[UInt8]] = [[], []]
    let isOver = Self.read(
      [output[0], errors[0]], into: &texts, until: monotonicSeconds() + seconds)
    var status: Int32 = 0
    if !isOver { kill(-pid, SIGKILL) }
    var ended = waitpid(pid, &status, 0)
    while ended < 0, errno == EINTR { ended = waitpid(pid, &status, 0) }
    let code = status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
    return Outcome(
      exitCode: isOver && ended == pid ? code : nil,
      output: String(decoding: texts[0], as: UTF8.self),
      errors: String(decoding: texts[1], as: UTF8.self))
  }

  /// Reads until both are at their ends; false when time is over before.
  private static func read(
    _ pipes: [Int32], into texts: inout [[UInt8]], until deadline: Double
  ) -> Bool {
    var open = Array(pipes.indices)
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while !open.isEmpty {
      let left = deadline - monotonicSeconds()
      guard left > 0 else { return false }
      var waiting = open.map { pollfd(fd: pipes[$0], events: Int16(POLLIN), revents: 0) }
      let ready = poll(&waiting, nfds_t(waiting.count), Int32(min(left * 1000 + 1, 1e6)))
      guard ready > 0 else { continue }
      for (place, entry) in zip(open, waiting) where entry.revents != 0 {
        let count = CLibrary.read(pipes[place], &buffer, buffer.count)
        if count > 0 {
          texts[place] += buffer.prefix(count)
        } else if count == 0 || errno != EINTR {
          open.removeAll { $0 == place }
        }
      }
    }
    return true
  }
}
