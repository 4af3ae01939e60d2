import CLibrary
import RunFormat
import Spec

/// Runs the trials of a sweep: looks, tells the ``SweepCourse``, and does what it answers.
package struct SweepRun<Workers: Engine> {
  /// Workers of which the scheduler has said that they failed: they hold nothing any more, though their last sign of
  /// life be a moment ago.
  private var failedTasks: Set<String> = []
  private var sweep: SweepDirectory
  /// What adds trials; nil where all are known from the beginning.
  private let search: SweepSearch?
  private var searchIsOver = false
  private let options: SweepOptions
  private var engine: Workers
  private let watch: (SweepEvent) -> Void
  private var course: SweepCourse
  private var eye: SweepWatch
  private var pause: DiskPause?
  private var lastSummary = -Double.infinity
  /// Lines of the journal that have been said to be damaged.
  private var damagedLines = 0
  /// Until when a scheduler that took no more, or gave no answer, is not asked again, and how often that was so
  /// since it took something.
  private var refusal: (until: Double, count: Int)?

  package init(
    _ sweep: SweepDirectory, engine: Workers, _ options: SweepOptions, search: SweepSearch? = nil,
    watch: @escaping (SweepEvent) -> Void = { _ in }
  ) {
    (self.sweep, self.engine, self.options, self.watch) = (sweep, engine, options, watch)
    self.search = search
    eye = SweepWatch(options.objective)
    course = SweepCourse(trials: sweep.trials.count, options, capacity: engine.capacity)
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
      engine.keepAlive { () throws(RunError) in
        try claim.beat()
        try claim.check()
      }
      // What is resumed later is compared with it.
      if sweep.files.exists("\(sweep.path)/resolved.yaml") {
        try sweep.files.replace(
          "\(claim.path)/resolved.yaml",
          with: try sweep.files.read("\(sweep.path)/resolved.yaml", limit: 1 << 24))
      }
      outcome = try playTrials(claim)
    } catch {
      for case .cancel(let jobs) in course.cancelAll() { engine.cancel(jobs) }
      try? claim.end(.map(["state": .text("failed"), "reason": .text("\(error)")]))
      throw error
    }
    try claim.end(.map(["state": .text("\(outcome.ending)")]))
    return outcome
  }

  private mutating func playTrials(_ claim: RunClaim?) throws(RunError) -> SweepOutcome {
    try look()
    let done = course.chosen.count { course.states[$0].isOver }
    watch(.began(directory: sweep.path, trials: course.chosen.count, done: done))
    let start = monotonicSeconds()
    var lastBeat = start
    var ending: SweepOutcome.Ending?
    while ending == nil {
      try claim?.check()
      try collect()
      try act(course.see(signal: options.interrupt(), after: monotonicSeconds() - start))
      try submit()
      switch course.next {
      case .wait: break
      case .finish: if try !mayGrow() { ending = .complete }
      case .end(.outOfTime) where search == nil && course.isComplete: ending = .complete
      case .end(let reason): ending = reason
      }
      guard ending == nil else { break }
      if monotonicSeconds() - lastBeat > 15 {
        try pause(for: try failureToWrite { () throws(RunError) in try claim?.beat() })
        lastBeat = monotonicSeconds()
      }
      watch(.waiting(eye.progress(of: sweep, course, at: monotonicSeconds())))
      usleep(course.isIdle ? 200_000 : UInt32(options.pollSeconds * 1e6))
    }
    try look()
    try sweep.writeSummary(course.states, options.objective)
    let end = ending ?? .complete
    try sweep.journal.add("stopped", [("ending", .text("\(end)"))])
    return SweepOutcome(ending: end, states: course.chosen.map { course.states[$0] })
  }

  /// Whether trials may still be added, by this process or, where it shares a search, by the one whose
  /// search it is.
  private mutating func mayGrow() throws(RunError) -> Bool {
    guard search != nil, options.only == nil, !searchIsOver else { return false }
    guard options.joins else { return true }
    let known = sweep.trials.count
    try sweep.readAgain()
    if sweep.trials.count > known {
      course.grow(to: sweep.trials.count)
      try look()
      return true
    }
    return try RunClaim.holder(
      of: sweep.path, lostAfter: options.lostAfter, files: sweep.files) != nil
  }

  /// Asks the search for more, as long as there are jobs for it.
  private mutating func suggest() throws(RunError) {
    guard let search, !options.joins, options.only == nil, !searchIsOver, course.wantsMore else {
      return
    }
    let suggestion = try search.next(sweep, course.states)
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
      course.grow(to: sweep.trials.count)
      for trial in sweep.trials[first...] {
        try sweep.journal.add(
          "suggested", [("trial", .integer(trial.index)), ("name", .text(trial.name))])
      }
    }
    watch(.suggested(suggestion.trials, refused: suggestion.refused.map(\.reason)))
  }

  /// Reads the folders, which alone know; and of failures, the journal.
  private mutating func look() throws(RunError) {
    let journal = try sweep.journal.content()
    let failures = sweep.failures(in: journal)
    if journal.damaged > damagedLines {
      damagedLines = journal.damaged
      watch(
        .remark(
          "\(sweep.journal.path): \(journal.damaged) lines are not as they were written and are "
            + "passed over: a trial that failed may be played again"))
    }
    var found: [Int: TrialState] = [:]
    for index in course.unattended { found[index] = try state(of: sweep.trials[index]) }
    course.see(found, failures: failures)
  }

  private func state(of trial: PlannedTrial) throws(RunError) -> TrialState {
    let standing: Standing
    do throws(RunError) {
      standing = try sweep.standing(of: trial, lostAfter: options.lostAfter)
    } catch {
      // One that cannot be read is no reason to leave the others.
      guard case .damaged = error else { throw error }
      return .failed(reason: "\(error)")
    }
    if case .held(let holder) = standing, let task = holder.task, failedTasks.contains(task) {
      return .pending
    }
    return TrialState(standing)
  }

  private mutating func submit() throws(RunError) {
    if pause != nil {
      guard course.mayGoOn, pause?.isOver() == true,
        try failureToWrite({ () throws(RunError) in try sweep.journal.add("continued", []) }) == nil
      else { return }
      pause = nil
      course.goOn()
      watch(.continued)
    }
    try start()
    while course.mayBegin, search != nil {
      let known = sweep.trials.count
      try suggest()
      if sweep.trials.count == known { break }
      try start()
    }
  }

  private mutating func start() throws(RunError) {
    guard (refusal?.until ?? 0) <= monotonicSeconds() else { return }
    var batch: [PlannedTrial] = []
    for index in course.candidates where course.hasRoom(besides: batch.count) {
      let trial = sweep.trials[index]
      if course.see(try state(of: trial), ofCandidate: index) { batch.append(trial) }
    }
    while let first = batch.first {
      let jobs: [JobID]
      do throws(RunError) {
        try sweep.files.requireFree(options.leastFree, at: sweep.path)
        jobs = try engine.submit(batch)
      } catch {
        switch error {
        case .scheduler(let reason), .schedulerFull(let reason):
          return try wait(with: batch.count, because: reason, error)
        default: break
        }
        // Not of the sweep's folder: the program itself cannot be started.
        if case .file(let path, _, _) = error, !path.hasPrefix(sweep.path) { throw error }
        return try act(course.couldNotBegin(first.index, "\(error)"))
      }
      precondition(!jobs.isEmpty, "an engine begins the first trial or throws")
      refusal = nil
      for (trial, job) in zip(batch, jobs) {
        try act(course.began(trial.index, job, at: monotonicSeconds()))
      }
      batch.removeFirst(jobs.count)
    }
  }

  /// What a scheduler does not take is offered again: where so many jobs at once are too many, when one of this process
  /// has ended; else after a while.
  ///
  /// - Throws: where it has never taken anything, and where it has taken nothing for ten minutes.
  private mutating func wait(
    with count: Int, because reason: String, _ error: RunError
  ) throws(RunError) {
    let trials = "\(count) trial\(count == 1 ? " waits" : "s wait")"
    if case .schedulerFull = error, !course.isIdle {
      refusal = (.infinity, 0)
      return watch(
        .remark("\(trials) until one of these ends, and are submitted then: \(reason)"))
    }
    let refusals = refusal?.until == .infinity ? 0 : refusal?.count ?? 0
    guard course.hasBegun, refusals < 20 || !course.isIdle else { throw error }
    let seconds = 3 * options.pauseSeconds
    refusal = (monotonicSeconds() + seconds, refusals + 1)
    if refusals == 0 {
      watch(
        .remark("\(trials), and Slurm is asked again every \(Duration.words(seconds)): \(reason)"))
    }
  }

  private mutating func collect() throws(RunError) {
    let seen = try engine.poll()
    for remark in engine.remarks() { watch(.remark(remark)) }
    for (index, job, word) in course.ended(seen) {
      if refusal?.until == .infinity { refusal = nil }
      let trial = sweep.trials[index]
      if case .gone = word { failedTasks.insert(job.word) }
      let ending = sweep.hasSaved(trial, job, word) ? .exited(ExitStatus.saved.rawValue) : word
      let log = try? sweep.files.read(engine.log(of: trial))
      let remains = SweepCourse.Remains(
        state: try state(of: trial),
        disk: sweep.diskFailure(of: trial, job, ending),
        lastWord: sweep.lastWord(of: trial), lastLine: log.flatMap(LogEnd.line))
      try act(course.ended(job, ending, remains, at: monotonicSeconds()))
    }
  }

  private mutating func act(_ actions: [SweepCourse.Action]) throws(RunError) {
    for action in actions {
      switch action {
      case .cancel(let jobs): engine.cancel(jobs)
      case .write(let entry): try write(entry)
      case .withdraw:
        do throws(RunError) { try engine.withdraw() } catch {
          watch(.remark("\(error): what waits begins all the same"))
        }
      case .pause(let index, let reason):
        pause = DiskPause(
          reason, folder: sweep.path, leastFree: options.leastFree,
          interval: options.pauseSeconds, files: sweep.files)
        // The journal lies on the same disk.
        try? sweep.journal.add(
          "paused", (index.map { [("trial", .integer($0))] } ?? []) + [("reason", .text(reason))])
        watch(.paused(index.map { sweep.trials[$0] }, reason: reason))
      }
    }
  }

  private mutating func write(_ entry: SweepCourse.Entry) throws(RunError) {
    switch entry {
    case .started(let trial, let job):
      try sweep.journal.add("started", [("trial", .integer(trial)), ("job", job.json)])
      watch(.started(sweep.trials[trial]))
    case .held(let trial, let job):
      try sweep.journal.add("held", [("trial", .integer(trial)), ("job", job.json)])
    case .interrupted(let trial, let job):
      try sweep.journal.add("interrupted", [("trial", .integer(trial)), ("job", job.json)])
    case .retried(let trial, let reason):
      try sweep.journal.add("retried", [("trial", .integer(trial)), ("reason", .text(reason))])
      watch(.retried(sweep.trials[trial], reason: reason))
    case .ended(let trial, let state, let seconds):
      try record(sweep.trials[trial], state, seconds)
    }
  }

  private mutating func record(
    _ trial: PlannedTrial, _ state: TrialState, _ seconds: Double
  ) throws(RunError) {
    let problem = try failureToWrite { () throws(RunError) in
      try sweep.journal.add("ended", trial.ending(state))
      // It names every trial anew, of which there may be thousands.
      if monotonicSeconds() - lastSummary > 10 {
        try sweep.writeSummary(course.states, options.objective)
      }
    }
    try pause(for: problem)
    if monotonicSeconds() - lastSummary > 10 { lastSummary = monotonicSeconds() }
    watch(.ended(trial, state, seconds: seconds))
  }

  /// Why a file of the sweep's own could not be written; what it would have told is told by the folders of the
  /// trials.
  ///
  /// - Throws: what is no such failure.
  private func failureToWrite(
    _ body: () throws(RunError) -> Void
  ) throws(RunError) -> RunError? {
    do throws(RunError) {
      try body()
      return nil
    } catch {
      guard case .file(let path, _, _) = error, path.hasPrefix(sweep.path) else { throw error }
      return error
    }
  }

  private mutating func pause(for problem: RunError?) throws(RunError) {
    guard let problem, pause == nil else { return }
    try act(course.cannotWrite("\(problem)"))
  }
}

extension PlannedTrial {
  /// What the journal says of its end.
  func ending(_ state: TrialState) -> [(String, JSON)] {
    let members: [(String, JSON)] = [
      ("trial", .integer(index)), ("name", .text(name)), ("state", .text(state.word)),
    ]
    return members + (state.reason.map { [("reason", JSON.text($0))] } ?? [])
  }
}

extension SweepDirectory {
  /// Why trials failed, of those that did when they were last played.
  package func failures() throws(RunError) -> [Int: String] {
    failures(in: try journal.content())
  }

  /// - Parameter journal: what it says. A trial that a worker has saved since goes on.
  func failures(in journal: Journal.Content) -> [Int: String] {
    var failures: [Int: (reason: String, at: Moment?)] = [:]
    for record in journal.records {
      guard let index = record["trial"]?.int else { continue }
      let failed = record["event"]?.string == "ended" && record["state"]?.string == "failed"
      let reason = record["reason"]?.string ?? "failed"
      failures[index] = failed ? (reason, record["time"]?.string.flatMap { Moment($0) }) : nil
    }
    return failures.filter { index, failure in
      guard trials.indices.contains(index), let status = status(of: trials[index]),
        status.state == .interrupted, let said = status.heartbeat, let failed = failure.at
      else { return true }
      return said <= failed
    }.mapValues(\.reason)
  }
}
