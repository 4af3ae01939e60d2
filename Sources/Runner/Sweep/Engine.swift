import CLibrary
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
}

/// One process a trial on this machine.
package struct LocalEngine: Engine {
  private let program: String
  private let arguments: [String]
  private let sweep: String

  /// - Parameters:
  ///   - program: gan-exp itself.
  ///   - arguments: of every worker, besides which trial.
  package init(program: String, arguments: [String], sweep: String) {
    (self.program, self.arguments, self.sweep) = (program, arguments, sweep)
  }

  package func submit(_ trial: PlannedTrial) throws(RunError) -> Int {
    let words =
      [program, "worker", "--sweep", sweep, "--index", String(trial.index)]
      + ["--parent", String(getpid())] + arguments
    let log = "\(sweep)/logs/\(trial.name).txt"
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(
      &actions, STDOUT_FILENO, log, O_WRONLY | O_CREAT | O_APPEND, 0o666)
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
    // A group of its own: Ctrl-C reaches the sweep, which then asks its workers.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
    posix_spawnattr_setpgroup(&attributes, 0)
    var pid: pid_t = 0
    var pointers = words.map { strdup($0) }
    defer { for pointer in pointers { free(pointer) } }
    pointers.append(nil)
    let code = posix_spawn(&pid, program, &actions, &attributes, pointers, environ)
    guard code == 0 else { throw FileLayer.failure(program, "start", code: code) }
    return Int(pid)
  }

  package func ending(of job: Int) -> JobEnding? {
    var status: Int32 = 0
    let found = waitpid(pid_t(job), &status, WNOHANG)
    if found == 0 || found < 0 && errno == EINTR { return nil }
    if found < 0 { return .exited(0) }
    let signal = status & 0x7F
    return signal == 0 ? .exited(status >> 8 & 0xFF) : .killed(signal: signal)
  }

  package func cancel(_ job: Int) { _ = kill(pid_t(job), SIGTERM) }
}
