import CLibrary
import Foundation
import RunFormat

/// What starts the workers of a sweep. Truth is in the folders: an engine knows only whether a job it
/// started still goes.
package protocol Engine {
  /// Starts a worker of a trial; the number names the job from then on.
  mutating func submit(_ trial: PlannedTrial) throws(RunError) -> Int
  /// How a job ended; nil while it is alive.
  mutating func ending(of job: Int) -> JobEnding?
  /// Asks a job to save and stop.
  func cancel(_ job: Int)
}

package enum JobEnding: Sendable, Hashable {
  case exited(Int32)
  case killed(signal: Int32)

  /// Whether it was asked to stop, and did: with the exit code that says so, or before it could give one.
  var isInterruption: Bool {
    switch self {
    case .exited(let code): Interrupts.signals.contains { code == 128 + $0 }
    case .killed(let signal): Interrupts.signals.contains(signal)
    }
  }

  /// Whether a signal had a part in it.
  var isBySignal: Bool {
    if case .killed = self { true } else { isInterruption }
  }
}

/// One process a trial on this machine.
package struct LocalEngine: Engine {
  private let program: String
  private let arguments: [String]
  private let sweep: String
  private var places: WorkerPlaces

  /// - Parameters:
  ///   - program: gan-exp itself.
  ///   - arguments: of every worker, besides which trial.
  ///   - places: where they compute.
  package init(
    program: String, arguments: [String], sweep: String, places: WorkerPlaces = WorkerPlaces()
  ) {
    (self.program, self.arguments, self.sweep) = (program, arguments, sweep)
    self.places = places
    // Where it is ignored, nobody can learn how a worker ended.
    signal(SIGCHLD, SIG_DFL)
  }

  package mutating func submit(_ trial: PlannedTrial) throws(RunError) -> Int {
    let words =
      [program, "worker", "--sweep", sweep, "--index", String(trial.index)]
      + ["--parent", String(getpid())] + arguments
    let log = "\(sweep)/logs/\(trial.name).txt"
    let output = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    guard output >= 0 else { throw FileLayer.failure(log, "open for appending") }
    defer { close(output) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO)
    // A group of its own: Ctrl-C reaches the sweep, which then asks its workers.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setpgroup(&attributes, 0)
    // Whatever this process ignores or holds back: SIGTERM is how it asks them.
    var usual = sigset_t()
    sigemptyset(&usual)
    posix_spawnattr_setsigmask(&attributes, &usual)
    for signal in [SIGTERM, SIGPIPE, SIGXFSZ, SIGCHLD] { sigaddset(&usual, signal) }
    posix_spawnattr_setsigdefault(&attributes, &usual)
    posix_spawnattr_setflags(
      &attributes,
      Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
    var pid: pid_t = 0
    var pointers = words.map { strdup($0) }
    defer { for pointer in pointers { free(pointer) } }
    pointers.append(nil)
    let place = places.next
    var settings = places.environment(ProcessInfo.processInfo.environment, at: place).map {
      strdup($0)
    }
    defer { for setting in settings { free(setting) } }
    settings.append(nil)
    let code = posix_spawn(&pid, program, &actions, &attributes, pointers, settings)
    guard code == 0 else { throw FileLayer.failure(program, "start", code: code) }
    places.take(place, by: Int(pid))
    return Int(pid)
  }

  package mutating func ending(of job: Int) -> JobEnding? {
    var status: Int32 = 0
    let found = waitpid(pid_t(job), &status, WNOHANG)
    if found == 0 || found < 0 && errno == EINTR { return nil }
    places.leave(by: job)
    if found < 0 { return .exited(0) }
    let signal = status & 0x7F
    return signal == 0 ? .exited(status >> 8 & 0xFF) : .killed(signal: signal)
  }

  package func cancel(_ job: Int) { _ = kill(pid_t(job), SIGTERM) }
}
