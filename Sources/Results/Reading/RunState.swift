import CLibrary

/// What a run is doing, as far as a reader can tell.
package enum RunState: Sendable, Hashable {
  /// Its process lives, or it is on another machine and wrote a moment ago.
  case running(elsewhere: String?)
  case finished
  /// - wasRunning: nobody wrote that it ended; its process is gone.
  case interrupted(wasRunning: Bool)
  /// By its sweep, before its time.
  case stopped
  case diverged
  case failed
  /// A word of another version.
  case other(String)
  /// Nothing says.
  case unknown

  /// One word, for conditions and files.
  package var word: String {
    switch self {
    case .running: "running"
    case .finished: "finished"
    case .interrupted: "interrupted"
    case .stopped: "stopped"
    case .diverged: "diverged"
    case .failed: "failed"
    case .other(let word): word
    case .unknown: "unknown"
    }
  }

  package var text: String {
    switch self {
    case .running(let host?): "running on \(host)"
    case .interrupted(wasRunning: true): "interrupted (was running)"
    case .running, .finished, .interrupted, .stopped, .diverged, .failed, .other, .unknown: word
    }
  }
}

/// The machine that reads, and its clock.
package struct Reader: Sendable {
  let host: String
  let boot: String?
  let now: Moment
  let isAlive: @Sendable (_ pid: Int) -> Bool

  package init(
    host: String, boot: String?, now: Moment, isAlive: @escaping @Sendable (_ pid: Int) -> Bool
  ) {
    (self.host, self.boot, self.now, self.isAlive) = (host, boot, now, isAlive)
  }

  package static var current: Reader {
    var name = [CChar](repeating: 0, count: 256)
    let isNamed = gethostname(&name, name.count - 1) == 0
    let host = String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    return Reader(
      host: isNamed ? host : "unknown", boot: bootIdentifier(), now: .now,
      isAlive: { pid in
        pid > 0 && (kill(pid_t(truncatingIfNeeded: pid), 0) == 0 || errno == EPERM)
          && !hasEnded(pid)
      })
  }

  /// Whether all that is left of a process is its exit code, for which nobody has asked.
  private static func hasEnded(_ pid: Int) -> Bool {
    guard let file = fopen("/proc/\(pid)/stat", "r") else { return false }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1024)
    let count = fread(&bytes, 1, bytes.count, file)
    let line = bytes.prefix(count)
    // Behind the name, in brackets, stands the state.
    guard let bracket = line.lastIndex(of: UInt8(ascii: ")")), bracket + 2 < line.endIndex else {
      return false
    }
    return line[bracket + 2] == UInt8(ascii: "Z") || line[bracket + 2] == UInt8(ascii: "X")
  }

  /// Files of /proc say that they are empty and are not.
  private static func bootIdentifier() -> String? {
    guard let file = fopen("/proc/sys/kernel/random/boot_id", "r") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = fread(&bytes, 1, bytes.count, file)
    let line = bytes.prefix(count).prefix { $0 != UInt8(ascii: "\n") }
    return line.isEmpty ? nil : String(decoding: line, as: UTF8.self)
  }
}

/// status.json.
package struct RunStatus: Sendable, Hashable {
  /// A process writes its status every 15 s, and between two rounds only.
  static let heartbeatLimit = 120

  package let written: String?
  package let step: Int?
  package let steps: Int?
  package let epoch: Int?
  package let reason: String?
  package let started: Moment?
  package let heartbeat: Moment?
  package let pid: Int?
  package let host: String?
  package let boot: String?

  init(_ file: Settings) {
    func whole(_ key: String) -> Int? { file[key].flatMap { Int($0) } }
    written = file["state"]
    (step, steps, epoch) = (whole("step"), whole("steps"), whole("epoch"))
    reason = file["reason"].flatMap { $0 == "null" ? nil : $0 }
    started = file["started"].flatMap { Moment($0) }
    heartbeat = file["heartbeat"].flatMap { Moment($0) }
    (pid, host, boot) = (whole("pid"), file["host"], file["boot"])
  }

  /// Whether a process of this machine, or a fresh word from another, still stands behind the run:
  /// the stricter question, asked before anything is removed.
  func mayBeAlive(for reader: Reader) -> Bool {
    guard written == "running" else { return false }
    if let host, host != reader.host { return isFresh(reader) }
    if let boot, let own = reader.boot, boot != own { return false }
    return pid.map(reader.isAlive) ?? isFresh(reader)
  }

  private func isFresh(_ reader: Reader) -> Bool {
    guard let heartbeat else { return false }
    return reader.now.seconds - heartbeat.seconds <= Self.heartbeatLimit
  }

  func state(for reader: Reader) -> RunState {
    switch written {
    case "running":
      guard isFresh(reader), mayBeAlive(for: reader) else { return .interrupted(wasRunning: true) }
      return .running(elsewhere: host.flatMap { $0 == reader.host ? nil : $0 })
    case "finished": return .finished
    case "interrupted": return .interrupted(wasRunning: false)
    case "stopped": return .stopped
    case "diverged": return .diverged
    case "failed": return .failed
    case let word?: return .other(String(word.prefix(24)))
    case nil: return .unknown
    }
  }

  /// From the start to the last word.
  package var duration: Int? {
    guard let started, let heartbeat else { return nil }
    return max(0, heartbeat.seconds - started.seconds)
  }
}
