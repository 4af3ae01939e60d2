import CLibrary
import Spec

/// The machine as it says of itself.
package enum Machine {
  package static var host: String {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "unknown" }
    return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  package static func json() -> JSON {
    .map([
      "host": .text(host),
      "processor": field("model name", of: "/proc/cpuinfo").map(JSON.text),
      "cores": .integer(sysconf(Int32(_SC_NPROCESSORS_ONLN))),
      "memory_bytes": .integer(
        sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))),
      "system": operatingSystem().map(JSON.text),
      "kernel": firstLine("/proc/sys/kernel/osrelease").map(JSON.text),
    ])
  }

  private static func operatingSystem() -> String? {
    field("PRETTY_NAME", of: "/etc/os-release", separator: "=")?
      .replacing("\"", with: "")
  }

  /// The first `key : value` of a file of such lines.
  private static func field(
    _ key: String, of path: String, separator: Character = ":"
  ) -> String? {
    guard let text = text(path) else { return nil }
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: separator, maxSplits: 1)
      guard parts.count == 2, trimmed(parts[0]) == key else { continue }
      return trimmed(parts[1])
    }
    return nil
  }

  /// What the system says of a process of this machine and namespace.
  package static func life(of pid: Int) -> ProcessLife {
    guard let number = pid_t(exactly: pid), number > 0, kill(number, 0) == 0 || errno == EPERM
    else {
      return .gone
    }
    guard let now = facts(ofProcess: pid) else { return .there(start: nil) }
    return now.hasEnded ? .gone : .there(start: now.start)
  }

  /// Clock ticks from the start of the machine to that of a process, and whether all that is left of
  /// it is its exit code.
  package static func facts(ofProcess pid: Int) -> (start: String, hasEnded: Bool)? {
    // The name, in brackets, may hold spaces; behind it stands the state, 19 words on the start.
    guard let line = firstLine("/proc/\(pid)/stat"), let bracket = line.lastIndex(of: ")") else {
      return nil
    }
    let words = line[bracket...].split(separator: " ")
    return words.count > 20 ? (String(words[20]), ["Z", "X"].contains(words[1])) : nil
  }

  static func firstLine(_ path: String) -> String? { lines(path).first }

  static func lines(_ path: String) -> [String] {
    text(path)?.split(separator: "\n").map(String.init) ?? []
  }

  private static func trimmed(_ text: Substring) -> String {
    let start = text.drop { $0 == " " || $0 == "\t" }
    return String(start.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
  }

  /// Files of /proc say that they are empty and are not.
  private static func text(_ path: String) -> String? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes.prefix(count), as: UTF8.self)
  }
}
