import CLibrary
import Spec

/// Who is writing a run: enough to tell later whether the process still lives.
package struct ProcessIdentity: Sendable, Hashable {
  package let pid: Int
  package let host: String
  /// Differs after every start of the machine.
  let boot: String?
  /// In which the pid means this process; two containers of one machine have two.
  let namespace: String?
  /// When it began, in the kernel's words: a pid is used again and again.
  let start: String?

  package static func current() -> ProcessIdentity {
    let pid = Int(getpid())
    return ProcessIdentity(
      pid: pid, host: Machine.host, boot: Machine.firstLine("/proc/sys/kernel/random/boot_id"),
      namespace: Machine.target(ofLink: "/proc/self/ns/pid"),
      start: Machine.facts(ofProcess: pid)?.start)
  }

  var json: JSON {
    .map([
      "pid": .integer(pid), "host": .text(host), "boot": boot.map(JSON.text),
      "namespace": namespace.map(JSON.text), "start": start.map(JSON.text),
    ])
  }

  init(pid: Int, host: String, boot: String?, namespace: String?, start: String?) {
    (self.pid, self.host, self.boot) = (pid, host, boot)
    (self.namespace, self.start) = (namespace, start)
  }

  init?(_ json: JSON) {
    guard let pid = json["pid"]?.int, let host = json["host"]?.string else { return nil }
    self.init(
      pid: pid, host: host, boot: json["boot"]?.string, namespace: json["namespace"]?.string,
      start: json["start"]?.string)
  }

  /// Whether the process is there; nil when that cannot be seen from here. One that has ended and that
  /// nobody has waited for, as happens in containers, is not there.
  func isAlive(seenBy reader: ProcessIdentity) -> Bool? {
    guard host == reader.host else { return nil }
    if let boot, let other = reader.boot, boot != other { return false }
    guard namespace == reader.namespace else { return nil }
    guard pid > 0, kill(pid_t(truncatingIfNeeded: pid), 0) == 0 || errno == EPERM else {
      return false
    }
    guard let now = Machine.facts(ofProcess: pid) else { return true }
    return !now.hasEnded && (start == nil || start == now.start)
  }
}

/// The machine as it says of itself.
enum Machine {
  static var host: String {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "unknown" }
    return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  static func json() -> JSON {
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

  static func target(ofLink path: String) -> String? {
    var bytes = [CChar](repeating: 0, count: 256)
    let count = readlink(path, &bytes, bytes.count)
    guard count > 0 else { return nil }
    return String(decoding: bytes.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// Clock ticks from the start of the machine to that of a process, and whether all that is left of
  /// it is its exit code.
  static func facts(ofProcess pid: Int) -> (start: String, hasEnded: Bool)? {
    // The name, in brackets, may hold spaces; behind it stands the state, 19 words on the start.
    guard let line = firstLine("/proc/\(pid)/stat"), let bracket = line.lastIndex(of: ")") else {
      return nil
    }
    let words = line[bracket...].split(separator: " ")
    return words.count > 20 ? (String(words[20]), ["Z", "X"].contains(words[1])) : nil
  }

  static func firstLine(_ path: String) -> String? {
    text(path)?.split(separator: "\n").first.map(String.init)
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

/// A moment in UTC.
struct Timestamp {
  private let parts: tm

  static var now: Timestamp {
    var seconds = time(nil)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    return Timestamp(parts: parts)
  }

  private var fields: [Int] {
    [
      parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min,
      parts.tm_sec,
    ]
    .map(Int.init)
  }

  /// `2026-11-21T02:53:08Z`
  var iso: String {
    let text = fields.map { padded($0, 2) }
    return text[..<3].joined(separator: "-") + "T" + text[3...].joined(separator: ":") + "Z"
  }

  /// `20261121T0253`, to the minute.
  var compact: String {
    let text = fields.map { padded($0, 2) }
    return text[..<3].joined() + "T" + text[3..<5].joined()
  }
}
