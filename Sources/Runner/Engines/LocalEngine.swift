import CLibrary
import Foundation
import RunFormat

/// One process a trial on this machine.
package struct LocalEngine: Engine {
  private let program: String
  private let name: String
  private let arguments: [String]
  private let sweep: String
  private var places: WorkerPlaces
  private var alive: [pid_t] = []
  package let capacity: Int

  /// - Parameters:
  ///   - program: gan-exp itself.
  ///   - name: what its processes are called; nil: by its path.
  ///   - arguments: of every worker, besides which trial.
  ///   - jobs: trials side by side.
  ///   - places: where they compute.
  package init(
    program: String, name: String? = nil, arguments: [String], sweep: String, jobs: Int,
    places: WorkerPlaces = WorkerPlaces()
  ) {
    (self.program, self.name) = (program, name ?? program)
    (self.arguments, self.sweep) = (arguments, sweep)
    (capacity, self.places) = (jobs, places)
    // Where it is ignored, nobody can learn how a worker ended.
    signal(SIGCHLD, SIG_DFL)
  }

  package func log(of trial: PlannedTrial) -> String { "\(sweep)/logs/\(trial.name).txt" }

  package mutating func submit(_ trials: [PlannedTrial]) throws(RunError) -> [JobID] {
    var jobs: [JobID] = []
    for trial in trials {
      do throws(RunError) {
        let pid = try start(trial)
        alive.append(pid)
        jobs.append(JobID(Int(pid)))
      } catch {
        if jobs.isEmpty { throw error }
        break
      }
    }
    return jobs
  }

  private mutating func start(_ trial: PlannedTrial) throws(RunError) -> pid_t {
    let words =
      ["worker", "--sweep", sweep, "--index", String(trial.index)]
      + ["--parent", String(getpid())] + arguments
    let log = log(of: trial)
    let output = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    guard output >= 0 else { throw FileLayer.failure(log, "open for appending") }
    defer { close(output) }
    let place = places.next
    let settings = places.environment(ProcessInfo.processInfo.environment, at: place)
    let (pid, code) = startChild(
      program, as: name, words, environment: settings, output: output, errors: output)
    guard code == 0 else { throw FileLayer.failure(program, "start", code: code) }
    places.take(place, by: Int(pid))
    return pid
  }

  package mutating func poll() -> [JobID: JobState] {
    var states: [JobID: JobState] = [:]
    for pid in alive {
      let ending = ending(of: pid)
      states[JobID(Int(pid))] = ending.map(JobState.ended) ?? .alive
      if ending != nil { alive.removeAll { $0 == pid } }
    }
    return states
  }

  /// How a process ended; nil while it is alive.
  private mutating func ending(of pid: pid_t) -> JobEnding? {
    var status: Int32 = 0
    let found = waitpid(pid, &status, WNOHANG)
    if found == 0 || found < 0 && errno == EINTR { return nil }
    places.leave(by: Int(pid))
    if found < 0 { return .exited(0) }
    let signal = status & 0x7F
    return signal == 0 ? .exited(status >> 8 & 0xFF) : .killed(signal: signal)
  }

  package func cancel(_ jobs: [JobID]) {
    for job in jobs { if let pid = Int32(job.word) { _ = kill(pid, SIGTERM) } }
  }
}
