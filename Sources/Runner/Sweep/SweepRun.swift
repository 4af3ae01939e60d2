import CLibrary
import RunFormat
import Spec

/// What a sweep may do, besides what its spec says.
package struct SweepOptions: Sendable {
  package var jobs = 1
  /// Trials to run; nil: all.
  package var only: Set<Int>?
  /// Shares the sweep with other processes instead of claiming it.
  package var joins = false
  /// Also runs those that failed before.
  package var retriesFailed = false
  package var retries = 0
  /// By which summary.csv says how good a trial is.
  package var objective: MetricsSection.Objective?
  package var stopAfter: Int?
  package var budgetSeconds: Double?
  /// `guards.min_free_disk`: where less is free, no trial begins.
  package var leastFree: Int?
  package var lostAfter = RunClaim.lostAfter
  /// Between two looks whether a disk that took no more does again.
  package var pauseSeconds = 10.0
  /// The signal that asks for an end; 0 while none does.
  package var interrupt: @Sendable () -> Int32 = { Interrupts.pending }

  package init() {}
}

/// What happens in a sweep, for whoever watches.
package enum SweepEvent: Sendable {
  /// So many are done already.
  case began(directory: String, trials: Int, done: Int)
  case started(PlannedTrial)
  case ended(PlannedTrial, TrialState, seconds: Double)
  case retried(PlannedTrial, reason: String)
  /// A trial could not write: none begins until one can.
  case paused(PlannedTrial, reason: String)
  case continued
  /// What somebody should know of the sweep's files.
  case remark(String)
  /// A search chose what comes next, and passed over what cannot be played.
  case suggested([PlannedTrial], refused: [String])
  case waiting(done: Int, running: Int, of: Int, secondsLeft: Double?)
}

/// How a sweep ended.
package struct SweepOutcome: Sendable {
  package enum Ending: Sendable, Hashable {
    case complete
    case interrupted(signal: Int32)
    /// So many failures in a row.
    case tooManyFailures(Int)
    case outOfTime
  }
  package let ending: Ending
  package let states: [TrialState]

  package func count(_ word: String) -> Int { states.count { $0.word == word } }

  package var exitCode: Int32 {
    if case .interrupted(let signal) = ending { return ExitStatus.interrupted(by: signal) }
    return status.rawValue
  }

  private var status: ExitStatus {
    let isFailed = count("failed") + count("diverged") > 0
    switch ending {
    case .tooManyFailures: return .failedTrial
    case .outOfTime where count("finished") == 0: return .budgetOver
    case .complete where !isFailed && count("interrupted") > 0: return .saved
    case .complete, .outOfTime, .interrupted: return isFailed ? .failedTrial : .ok
    }
  }
}

/// Runs the trials of a sweep, so many at a time.
package struct SweepRun<Workers: Engine> {
  private struct Job {
    let trial: Int
    let start: Double
  }

  private var sweep: SweepDirectory
  /// What adds trials; nil where all are known from the beginning.
  private let search: SweepSearch?
  private var searchIsOver = false
  private let options: SweepOptions
  private var engine: Workers
  private let watch: (SweepEvent) -> Void
  private var states: [TrialState]
  private var jobs: [Int: Job] = [:]
  /// Trials that this process has begun, and how often they failed.
  private var begun: Set<Int> = []
  private var failures: [Int: Int] = [:]
  /// Whether workers have been asked to stop.
  private var isInterrupted = false
  private var failuresInARow = 0
  private var pause: DiskPause?
  /// Where trials stood when they could not write, and how often they did not get further.
  private var diskFailures: [Int: (step: Int, count: Int)] = [:]
  private var durations: [Double] = []
  private var lastSummary = -Double.infinity
  /// Lines of the journal that have been said to be damaged.
  private var damagedLines = 0

  package init(
    _ sweep: SweepDirectory, engine: Workers, _ options: SweepOptions, search: SweepSearch? = nil,
    watch: @escaping (SweepEvent) -> Void = { _ in }
  ) {
    (self.sweep, self.engine, self.options, self.watch) = (sweep, engine, options, watch)
    self.search = search
    states = [TrialState](repeating: .pending, count: sweep.trials.count)
  }

  /// - Throws: `.locked` while another process runs the sweep.
  package mutating func play() throws(RunError) -> SweepOutcome {
    guard !options.joins else { return try playTrials(nil) }
    let claim = try RunClaim.take(
      sweep.path, as: .current(), steps: sweep.trials.count, lostAfter: options.lostAfter,
      files: sweep.files)
    let outcome: SweepOutcome
    do throws(RunError) {
      try sweep.hold(claim)
      // What is resumed later is compared with it.
      if sweep.files.exists("\(sweep.path)/resolved.yaml") {
        try sweep.files.replace(
          "\(claim.path)/resolved.yaml",
          with: try sweep.files.read("\(sweep.path)/resolved.yaml", limit: 1 << 24))
      }
      outcome = try playTrials(claim)
    } catch {
      cancelAll()
      try? claim.end(.map(["state": .text("failed"), "reason": .text("\(error)")]))
      throw error
    }
    try claim.end(.map(["state": .text("\(outcome.ending)")]))
    return outcome
  }

  private var chosen: [Int] {
    sweep.trials.indices.filter { options.only?.contains($0) ?? true }
  }

  private mutating func playTrials(_ claim: RunClaim?) throws(RunError) -> SweepOutcome {
    try look()
    let done = chosen.count { states[$0].isOver }
    watch(.began(directory: sweep.path, trials: chosen.count, done: done))
    let start = monotonicSeconds()
    var lastBeat = start
    var ending = SweepOutcome.Ending.complete
    var isStopping = false
    while true {
      try claim?.check()
      try collect()
      if !isStopping, let reason = reasonToStop(since: start) {
        (ending, isStopping) = (reason, true)
        if case .interrupted = reason { cancelAll() }
      }
      if !isStopping { try submit() }
      let isIdle = jobs.isEmpty
      if isIdle, isStopping || !chosen.contains(where: { !states[$0].isOver }) {
        if isStopping { break }
        if try !mayGrow() { break }
      }
      if monotonicSeconds() - lastBeat > 15 {
        try orPaused { () throws(RunError) in try claim?.beat() }
        lastBeat = monotonicSeconds()
      }
      announce()
      usleep(isIdle ? 200_000 : 20_000)
    }
    try look()
    try sweep.writeSummary(states, options.objective)
    try sweep.journal.add("stopped", [("ending", .text("\(ending)"))])
    return SweepOutcome(ending: ending, states: chosen.map { states[$0] })
  }

  /// Whether trials may still be added, by this process or, where it shares a search, by the one whose
  /// search it is.
  private mutating func mayGrow() throws(RunError) -> Bool {
    guard search != nil, options.only == nil, !searchIsOver else { return false }
    guard options.joins else { return true }
    let known = sweep.trials.count
    try sweep.readAgain()
    if sweep.trials.count > known {
      states += [TrialState](repeating: .pending, count: sweep.trials.count - known)
      try look()
      return true
    }
    return try RunClaim.holder(
      of: sweep.path, lostAfter: options.lostAfter, files: sweep.files) != nil
  }

  /// Asks the search for more, as long as there are jobs for it.
  private mutating func suggest() throws(RunError) {
    guard let search, !options.joins, options.only == nil, !searchIsOver,
      !states.contains(.pending), jobs.count < options.jobs
    else { return }
    let suggestion = try search.next(sweep, states)
    for refusal in suggestion.refused {
      try sweep.journal.add(
        "refused",
        [
          ("set", .object(refusal.settings.map { ($0.path, .text($0.text)) })),
          ("reason", .text(refusal.reason)),
        ])
    }
    searchIsOver = suggestion.trials.isEmpty
    if !searchIsOver {
      let first = sweep.trials.count
      try sweep.append(suggestion.trials)
      states += [TrialState](repeating: .pending, count: suggestion.trials.count)
      for trial in sweep.trials[first...] {
        try sweep.journal.add(
          "suggested", [("trial", .integer(trial.index)), ("name", .text(trial.name))])
      }
    }
    watch(.suggested(suggestion.trials, refused: suggestion.refused.map(\.reason)))
  }

  /// Reads the folders, which alone know; and of failures, the journal.
  private mutating func look() throws(RunError) {
    var failures: [Int: String] = [:]
    let journal = try sweep.journal.content()
    if journal.damaged > damagedLines {
      damagedLines = journal.damaged
      watch(
        .remark(
          "\(sweep.journal.path): \(journal.damaged) lines are not as they were written and are "
            + "passed over: a trial that failed may be played again"))
    }
    for record in journal.records {
      guard let index = record["trial"]?.int else { continue }
      let failed = record["event"]?.string == "ended" && record["state"]?.string == "failed"
      failures[index] = failed ? record["reason"]?.string ?? "failed" : nil
    }
    for trial in sweep.trials where !jobs.values.contains(where: { $0.trial == trial.index }) {
      let state = try state(of: trial)
      if state == .pending, let reason = failures[trial.index],
        !options.retriesFailed || begun.contains(trial.index)
      {
        states[trial.index] = .failed(reason: reason)
      } else if state == .pending, case .paused = states[trial.index] {
        // It waits for the next process.
        continue
      } else {
        states[trial.index] = state
      }
    }
  }

  private func state(of trial: PlannedTrial) throws(RunError) -> TrialState {
    TrialState(
      try Standing(of: sweep.folder(trial), lostAfter: options.lostAfter, files: sweep.files))
  }

  private func reasonToStop(since start: Double) -> SweepOutcome.Ending? {
    let signal = options.interrupt()
    if signal != 0 { return .interrupted(signal: signal) }
    if let limit = options.stopAfter, failuresInARow >= limit { return .tooManyFailures(limit) }
    if let limit = options.budgetSeconds, monotonicSeconds() - start >= limit,
      chosen.contains(where: { states[$0] == .pending })
    {
      return .outOfTime
    }
    return nil
  }

  private mutating func submit() throws(RunError) {
    if pause != nil {
      guard pause?.isOver() == true else { return }
      pause = nil
      try sweep.journal.add("continued", [])
      watch(.continued)
    }
    try start()
    while pause == nil, jobs.count < options.jobs, search != nil {
      let known = sweep.trials.count
      try suggest()
      if sweep.trials.count == known { break }
      try start()
    }
  }

  private mutating func start() throws(RunError) {
    for index in chosen where jobs.count < options.jobs {
      guard states[index] == .held || states[index] == .pending else { continue }
      let trial = sweep.trials[index]
      // Another process may have begun it since, or brought it to its end.
      states[index] = try state(of: trial)
      guard states[index] == .pending else { continue }
      let job: Int
      do throws(RunError) {
        try sweep.files.requireFree(options.leastFree, at: sweep.path)
        job = try engine.submit(trial)
      } catch {
        // Not of the sweep's folder: the program itself cannot be started.
        if case .file(let path, _, _) = error, !path.hasPrefix(sweep.path) { throw error }
        return pause(for: trial, "\(error)")
      }
      jobs[job] = Job(trial: index, start: monotonicSeconds())
      states[index] = .running
      begun.insert(index)
      try sweep.journal.add("started", [("trial", .integer(index)), ("job", .integer(job))])
      watch(.started(trial))
    }
  }

  private mutating func collect() throws(RunError) {
    for (number, job) in jobs {
      guard let ending = engine.ending(of: number) else { continue }
      jobs[number] = nil
      let trial = sweep.trials[job.trial]
      let seconds = monotonicSeconds() - job.start
      let found = try state(of: trial)
      switch (found, ending) {
      case _ where isOfAnother(found, ending):
        states[job.trial] = found.isOver ? found : .held
        try sweep.journal.add("held", [("trial", .integer(job.trial)), ("job", .integer(number))])
      case (.finished, _), (.stopped, _), (.diverged, _):
        states[job.trial] = found
        if case .diverged = found { failuresInARow += 1 } else { failuresInARow = 0 }
        durations.append(seconds)
        try record(trial, found, ending, seconds)
      // It waits to be gone on with. A worker that has been asked to stop may be killed by whoever does
      // not want to wait for it.
      case _ where ending.isInterruption || isInterrupted && ending.isBySignal:
        states[job.trial] = .pending
        try sweep.journal.add(
          "interrupted", [("trial", .integer(job.trial)), ("job", .integer(number))])
      case (_, .exited(ExitStatus.saved.rawValue)):
        states[job.trial] = .paused(reason: sweep.lastWord(of: trial) ?? "its time was over")
        try record(trial, states[job.trial], ending, seconds)
      case (.pending, _), (.held, _), (.running, _), (.failed, _), (.paused, _):
        if try !pauses(for: trial, ending) { try fail(trial, ending, seconds) }
      }
    }
  }

  /// Whether a trial was, or is, in the hands of a worker of another process, whatever ended this one's. Of
  /// one that a signal ended nobody knows whether it had brought the trial to its end before.
  private func isOfAnother(_ found: TrialState, _ ending: JobEnding) -> Bool {
    guard case .exited(let code) = ending else { return found == .held }
    switch ExitStatus(rawValue: code) {
    case .held, .superseded: return true
    case .saved: return false
    case .ok, .diverged: return found == .held
    case .internalError, .commandLine, .spec, .files, .failedTrial, .locked, .damagedCheckpoint,
      .budgetOver, nil:
      return found == .held || found.hasResult
    }
  }

  /// Waits with a trial that could not write. Where the sweep's folder takes files and the trial gets no
  /// further all the same, three pauses are enough.
  private mutating func pauses(
    for trial: PlannedTrial, _ ending: JobEnding
  ) throws(RunError) -> Bool {
    guard let (reason, step) = sweep.diskFailure(of: trial, ending) else { return false }
    let before = diskFailures[trial.index]
    let count = before?.step == step ? (before?.count ?? 0) + 1 : 1
    diskFailures[trial.index] = (step, count)
    guard count <= 3 else { return false }
    states[trial.index] = .pending
    pause(for: trial, reason)
    return true
  }

  private mutating func pause(for trial: PlannedTrial, _ reason: String) {
    pause = DiskPause(
      reason, folder: sweep.path, leastFree: options.leastFree, interval: options.pauseSeconds,
      files: sweep.files)
    // The journal lies on the same disk.
    try? sweep.journal.add(
      "paused", [("trial", .integer(trial.index)), ("reason", .text(reason))])
    watch(.paused(trial, reason: reason))
  }

  private mutating func fail(
    _ trial: PlannedTrial, _ ending: JobEnding, _ seconds: Double
  ) throws(RunError) {
    let reason = reason(of: trial, ending)
    failures[trial.index, default: 0] += 1
    if failures[trial.index, default: 0] <= options.retries {
      states[trial.index] = .pending
      try sweep.journal.add(
        "retried", [("trial", .integer(trial.index)), ("reason", .text(reason))])
      watch(.retried(trial, reason: reason))
      return
    }
    states[trial.index] = .failed(reason: reason)
    failuresInARow += 1
    try record(trial, .failed(reason: reason), ending, seconds)
  }

  private func reason(of trial: PlannedTrial, _ ending: JobEnding) -> String {
    if case .killed(let signal) = ending {
      return signal == SIGKILL
        ? "killed (signal 9): too little memory?" : "killed by signal \(signal)"
    }
    let log = try? sweep.files.read("\(sweep.path)/logs/\(trial.name).txt")
    let last = log.flatMap { bytes in
      String(decoding: bytes.suffix(2000), as: UTF8.self).split(separator: "\n").last
        .map(String.init)
    }
    return last ?? "\(ending)"
  }

  private mutating func record(
    _ trial: PlannedTrial, _ state: TrialState, _ ending: JobEnding, _ seconds: Double
  ) throws(RunError) {
    var members: [(String, JSON)] = [
      ("trial", .integer(trial.index)), ("name", .text(trial.name)), ("state", .text(state.word)),
    ]
    if let reason = state.reason { members.append(("reason", .text(reason))) }
    try orPaused { () throws(RunError) in
      try sweep.journal.add("ended", members)
      // It names every trial anew, of which there may be thousands.
      if monotonicSeconds() - lastSummary > 10 { try sweep.writeSummary(states, options.objective) }
    }
    if monotonicSeconds() - lastSummary > 10 { lastSummary = monotonicSeconds() }
    watch(.ended(trial, state, seconds: seconds))
  }

  /// What cannot be written while the disk takes nothing is told by the folders of the trials.
  private func orPaused(_ body: () throws(RunError) -> Void) throws(RunError) {
    do throws(RunError) { try body() } catch {
      guard pause != nil, case .file = error else { throw error }
    }
  }

  private func announce() {
    let done = chosen.count { states[$0].isOver }
    let left = chosen.count - done
    let mean = durations.isEmpty ? nil : durations.reduce(0, +) / Double(durations.count)
    watch(
      .waiting(
        done: done, running: jobs.count, of: chosen.count,
        secondsLeft: mean.map { $0 * Double(left) / Double(max(1, min(options.jobs, left))) }))
  }

  private mutating func cancelAll() {
    isInterrupted = true
    for job in jobs.keys { engine.cancel(job) }
  }
}
