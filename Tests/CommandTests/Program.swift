import CLibrary
import Foundation
import Testing

/// The executable that stands beside the tests.
enum Program {
  static let path: String = {
    #if os(macOS)
      let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }
      let products = bundle?.bundleURL.deletingLastPathComponent() ?? Bundle.main.bundleURL
    #else
      let products = Bundle.main.bundleURL
    #endif
    return products.appendingPathComponent("gan-exp").path
  }()

  /// The root of the package.
  static let package = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
}

/// How a process ended.
enum End: Equatable {
  case exit(Int32)
  case signal(Int32)

  init(_ status: Int32) {
    self = status & 0x7F == 0 ? .exit(status >> 8 & 0xFF) : .signal(status & 0x7F)
  }
}

/// What a command left behind.
struct Finished {
  let end: End
  let output: String
  let errors: String
  let seconds: Double

  var lines: [String] { output.split(separator: "\n").map(String.init) }
}

struct TestProblem: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// A process that is under way, with its output going to files.
final class Running {
  let pid: pid_t
  private let outputPath: String
  private let errorsPath: String
  private let start = ContinuousClock.now
  private var end: End?

  init(
    _ words: [String], folder: String, environment: [String: String], outputPath: String,
    errorsPath: String
  ) throws {
    (self.outputPath, self.errorsPath) = (outputPath, errorsPath)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    for (descriptor, path) in [(1, outputPath), (2, errorsPath)] {
      posix_spawn_file_actions_addopen(
        &actions, Int32(descriptor), path, O_WRONLY | O_CREAT | O_APPEND | O_NOCTTY, 0o666)
    }
    // Signals that whoever started the tests ignores or blocks are not those of a user's shell.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var usual = sigset_t()
    sigemptyset(&usual)
    posix_spawnattr_setsigmask(&attributes, &usual)
    for signal in [SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGXFSZ] { sigaddset(&usual, signal) }
    posix_spawnattr_setsigdefault(&attributes, &usual)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF))

    let line = ["/bin/sh", "-c", "cd \"$1\" && shift && exec \"$@\"", "sh", folder] + words
    var arguments: [UnsafeMutablePointer<CChar>?] = line.map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] =
      environment.map { strdup("\($0)=\($1)") } + [nil]
    defer { (arguments + variables).forEach { free($0) } }
    var pid: pid_t = 0
    let code = posix_spawn(&pid, line[0], &actions, &attributes, &arguments, &variables)
    guard code == 0 else {
      throw TestProblem("cannot start \(words[0]): \(String(cString: strerror(code)))")
    }
    self.pid = pid
  }

  deinit {
    if end == nil {
      kill(pid, SIGKILL)
      waitpid(pid, nil, 0)
    }
  }

  var isAlive: Bool {
    if end != nil { return false }
    var status: Int32 = 0
    guard waitpid(pid, &status, WNOHANG) == pid else { return true }
    end = End(status)
    return false
  }

  /// What it has written to stdout so far.
  var output: String { text(outputPath) }

  func send(_ signal: Int32) { kill(pid, signal) }

  /// Waits for the end, no longer than `limit` seconds.
  func finish(limit: Double = 60) throws -> Finished {
    try until("the end of the command", limit: limit) { !isAlive }
    guard let end else { throw TestProblem("no end") }
    let passed = ContinuousClock.now - start
    return Finished(
      end: end, output: text(outputPath), errors: text(errorsPath),
      seconds: Double(passed.components.attoseconds) * 1e-18 + Double(passed.components.seconds))
  }

  /// Waits for something that the process does; it is an error if it ends before.
  func wait(for what: String, limit: Double = 60, _ condition: () -> Bool) throws {
    try until(what, limit: limit) {
      if condition() { return true }
      if !isAlive, !condition() { throw TestProblem("ended before \(what): \(text(errorsPath))") }
      return false
    }
  }

  private func until(_ what: String, limit: Double, _ condition: () throws -> Bool) throws {
    let deadline = ContinuousClock.now + .seconds(limit)
    while try !condition() {
      guard ContinuousClock.now < deadline else {
        kill(pid, SIGKILL)
        throw TestProblem("\(what) did not come within \(limit) s: \(text(errorsPath))")
      }
      usleep(1000)
    }
  }

  private func text(_ path: String) -> String {
    FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }
}
