import CLibrary
import RunFormat
import Spec

/// A task of a job array a trial, on a cluster that Slurm keeps.
///
/// Nothing is submitted that may be there already: what lives is looked for by the sweep's name before
/// anything is asked for, and again when sbatch does not answer.
package struct SlurmEngine: Engine {
  private let client: SlurmClient
  private let script: JobScript
  private let sweep: String
  private let ledger: SubmissionLedger
  private let files: FileLayer
  package let capacity: Int
  /// Trials of jobs that have not been said to have ended.
  private var trials: [JobID: PlannedTrial] = [:]
  /// The last job of each trial, over or not.
  private var jobs: [Int: JobID] = [:]
  private var lastPoll = -Double.infinity
  /// Jobs that a good answer has not named, and how often.
  private var missing: [JobID: Int] = [:]
  private let interval: Double

  /// - Parameters:
  ///   - sweep: its folder, absolute.
  ///   - arguments: of every worker, besides which trial.
  ///   - capacity: how many jobs may wait or run at once.
  ///   - interval: between two questions to the scheduler, in seconds.
  package init(
    _ client: SlurmClient, _ settings: SlurmSettings, program: String, arguments: [String],
    sweep: String, capacity: Int = .max, interval: Double = 30, files: FileLayer = FileLayer()
  ) {
    (self.client, self.sweep, self.files) = (client, sweep, files)
    (self.capacity, self.interval) = (capacity, interval)
    script = JobScript(settings: settings, sweep: sweep, program: program, arguments: arguments)
    ledger = SubmissionLedger(sweep: sweep, files: files)
  }

  package func log(of trial: PlannedTrial) -> String {
    "\(sweep)/slurm/\(jobs[trial.index]?.word ?? "none").log"
  }

  /// Trials that have a task waiting or running, whoever submitted it.
  package func live() throws(RunError) -> [Int: QueuedTrial] {
    try SlurmQueue(client, sweep: sweep, files: files).trials().filter { $0.value.isLive }
  }

  package mutating func submit(_ trials: [PlannedTrial]) throws(RunError) -> [JobID] {
    _ = try files.makeDirectory("\(sweep)/slurm")
    let there = try live()
    var jobs: [Int: JobID] = [:]
    for (index, task) in there { jobs[index] = JobID(task.id) }
    let wanted = trials.map(\.index).filter { jobs[$0] == nil }.sorted()
    if !wanted.isEmpty {
      let limit = try client.arrayLimit()
      do throws(RunError) {
        for (offset, tasks) in ArrayIndices.split(wanted, limit: limit) {
          let job = try submit(tasks, offset: offset)
          for task in tasks { jobs[offset + task] = JobID("\(job)_\(task)") }
        }
      } catch {
        if jobs[trials[0].index] == nil { throw error }
      }
    }
    var begun: [JobID] = []
    for trial in trials {
      guard let job = jobs[trial.index] else { break }
      self.trials[job] = trial
      self.jobs[trial.index] = job
      begun.append(job)
    }
    return begun
  }

  /// Submits one array, once.
  private func submit(_ tasks: [Int], offset: Int) throws(RunError) -> Int {
    let number = (try ledger.arrays().map(\.number).max() ?? 0) + 1
    let path = ledger.script(number)
    try files.replace(path, with: Array(script.array(tasks, offset: offset).utf8))
    try ledger.asks(number, offset: offset, tasks: ArrayIndices.text(tasks))
    for attempt in 1...2 {
      var found = try client.submit(path)
      if found == nil { found = try unanswered(path) }
      if let found {
        try ledger.isAccepted(number, as: found)
        return found
      }
      if attempt == 1 { usleep(2_000_000) }
    }
    throw .scheduler(
      "sbatch does not answer, and no job came of \(path); what was submitted before stays: say the "
        + "same again when Slurm answers")
  }

  /// The job that came of a script although sbatch did not say so.
  private func unanswered(_ path: String) throws(RunError) -> Int? {
    // The controller may still be at it.
    for _ in 0..<3 {
      usleep(1_000_000)
      let entries = try client.queue(named: [JobScript.name(of: sweep)])
      if let entry = entries.first(where: { $0.script == path }) { return entry.job }
    }
    return nil
  }

  /// Submits the job that writes summary and report when all that waits and runs is over.
  package func collect() throws(RunError) -> Int? {
    let jobs = Set(try live().values.map(\.job)).sorted()
    let path = "\(sweep)/slurm/collect.sh"
    try files.replace(path, with: Array(script.collector().utf8))
    let dependency =
      jobs.isEmpty
      ? [] : ["--dependency=afterany:\(jobs.map(String.init).joined(separator: ":"))"]
    return try client.submit(path, dependency)
  }

  package mutating func poll() throws(RunError) -> [JobID: JobState] {
    var states: [JobID: JobState] = [:]
    guard monotonicSeconds() - lastPoll >= interval else { return states }
    lastPoll = monotonicSeconds()
    let queue: [Int: QueuedTrial]
    do throws(RunError) {
      queue = try SlurmQueue(client, sweep: sweep, files: files).trials()
    } catch {
      // Without an answer nothing is known, and nothing has changed.
      return states
    }
    for (job, trial) in trials {
      if let task = queue[trial.index], task.id == job.word {
        missing[job] = nil
        states[job] = task.ending.map(JobState.ended) ?? .alive
      } else {
        // Of a job that has just been submitted the first answer may not know.
        missing[job, default: 0] += 1
        states[job] = missing[job, default: 0] > 1 ? .unknown : .alive
      }
      if states[job] != .alive { trials[job] = nil }
    }
    return states
  }

  package func cancel(_ jobs: [JobID]) { try? client.cancel(jobs.map(\.word)) }
}
