import CLibrary
import RunFormat
import Spec

/// Runs the program that a spec names under `notify`. Whatever becomes of it, the run has ended already, and
/// as it did.
package struct Notifier: Sendable {
  let section: NotifySection
  private let environment: [String]

  /// - Parameter environment: `NAME=value`, of this process.
  package init(_ section: NotifySection, environment: [String]) {
    (self.section, self.environment) = (section, environment)
  }

  /// Waits for the program, no longer than the spec allows.
  ///
  /// - Returns: why nobody may have been told; nil where all went well, and where the event is none of
  ///   those that are told.
  package func tell(_ notice: Notice) -> String? {
    guard section.events.contains(notice.event) else { return nil }
    let name = section.command[0]
    guard let path = find(name) else { return "notify: there is no program \(name)" }
    var (words, last): ([Int32], [Int32]) = ([-1, -1], [-1, -1])
    guard pipe(&words) == 0 else { return "notify: \(Self.systemWords(errno))" }
    guard pipe(&last) == 0 else {
      for end in words { close(end) }
      return "notify: \(Self.systemWords(errno))"
    }
    for end in words + last { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    // Where it is ignored, nobody can learn how it ended.
    signal(SIGCHLD, SIG_DFL)
    let own = notice.environment
    let names = own.map { "\($0.prefix { $0 != "=" })=" }
    let others = environment.filter { variable in !names.contains { variable.hasPrefix($0) } }
    let (pid, failure) = startChild(
      path, as: name, Array(section.command.dropFirst()),
      environment: others + own, input: words[0], output: last[1], errors: last[1])
    close(words[0])
    close(last[1])
    defer { close(last[0]) }
    guard failure == 0 else {
      close(words[1])
      return "notify: \(name) cannot be started: \(Self.systemWords(failure))"
    }
    return attend(pid, notice, said: last[0], heard: words[1])
  }

  /// Gives it what it is to know, listens, and ends it when its time is over.
  private func attend(_ pid: pid_t, _ notice: Notice, said: Int32, heard: Int32) -> String? {
    let deadline = monotonicSeconds() + section.seconds
    var rest = ArraySlice(notice.json.fileBytes)
    var input: Int32? = heard
    // One that reads nothing holds nobody back.
    _ = fcntl(heard, F_SETFL, O_NONBLOCK)
    _ = fcntl(said, F_SETFL, O_NONBLOCK)
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    var status: Int32 = 0
    var isOver = false
    while !isOver, monotonicSeconds() < deadline {
      if let open = input {
        let count = rest.withUnsafeBytes { write(open, $0.baseAddress, $0.count) }
        if count > 0 { rest = rest.dropFirst(count) }
        if rest.isEmpty || (count < 0 && errno != EAGAIN && errno != EINTR) {
          close(open)
          input = nil
        }
      }
      let count = read(said, &buffer, buffer.count)
      if count > 0 { text = Array((text + buffer.prefix(count)).suffix(4096)) }
      isOver = waitpid(pid, &status, WNOHANG) == pid
      if !isOver, count <= 0 { usleep(5000) }
    }
    if let input { close(input) }
    if !isOver {
      kill(-pid, SIGKILL)
      while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    }
    var count = read(said, &buffer, buffer.count)
    while count > 0 {
      text = Array((text + buffer.prefix(count)).suffix(4096))
      count = read(said, &buffer, buffer.count)
    }
    return words(status, isOver: isOver, text)
  }

  private func words(_ status: Int32, isOver: Bool, _ text: [UInt8]) -> String? {
    let lines = String(decoding: text, as: UTF8.self).split(whereSeparator: \.isNewline)
    let last = lines.last { !$0.allSatisfy(\.isWhitespace) }.map { ": \($0)" } ?? ""
    let name = section.command[0]
    if !isOver {
      return
        "notify: \(name) was not over in \(Duration.words(section.seconds)), and was ended\(last)"
    }
    if status & 0x7F != 0 { return "notify: \(name) was ended by signal \(status & 0x7F)\(last)" }
    let code = status >> 8 & 0xFF
    return code == 0 ? nil : "notify: \(name) ended with \(code)\(last)"
  }

  private func find(_ name: String) -> String? {
    if name.contains("/") { return access(name, X_OK) == 0 ? name : nil }
    let folders =
      environment.first { $0.hasPrefix("PATH=") }.map { String($0.dropFirst(5)) }
      ?? "/usr/local/bin:/usr/bin:/bin"
    return ChildProcess.find(name, in: folders)
  }

  private static func systemWords(_ code: Int32) -> String { String(cString: strerror(code)) }
}

/// Writes what came of a notice into the log of a run that has ended.
package func logNotice(_ words: String, in run: String, files: FileLayer = FileLayer()) {
  guard files.exists("\(run)/log.txt") else { return }
  let line = words.replacing("\n", with: " ")
  try? files.append("\(run)/log.txt", Array("\(Moment.now.iso) warning: \(line)\n".utf8))
}
