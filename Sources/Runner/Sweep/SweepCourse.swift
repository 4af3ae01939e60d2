import CLibrary
import RunFormat

/// How a sweep goes: what is to be done next, from what was seen.
///
/// A value that touches no file and no process: whoever plays the sweep tells it what it saw and does what
/// it answers.
struct SweepCourse: Sendable {
  /// What is to be done.
  enum Action: Sendable, Hashable {
    case cancel([JobID])
    case write(Entry)
    /// Jobs that have not begun are taken back: nothing more is to begin.
    case withdraw
    /// No trial begins until something can be written again.
    case pause(trial: Int?, reason: String)
  }

  /// What the journal and whoever watches are told.
  enum Entry: Sendable, Hashable {
    case started(trial: Int, JobID)
    /// By a worker of another process.
    case held(trial: Int, JobID)
    case interrupted(trial: Int, JobID)
    case retried(trial: Int, reason: String)
    case ended(trial: Int, TrialState, seconds: Double)
  }

  /// What the files say of a trial whose job is over.
  struct Remains: Sendable {
    var state: TrialState
    /// Why its worker could not write, and how far it had come.
    var disk: (reason: String, step: Int)?
    /// Why its worker stopped, as it has said itself.
    var lastWord: String?
    /// The last line of its log.
    var lastLine: String?
  }

  /// What comes next.
  enum Step: Sendable, Hashable {
    case wait
    /// Nothing is left to be done, unless trials are added.
    case finish
    case end(SweepOutcome.Ending)
  }

  private struct Job {
    let trial: Int
    let start: Double
  }

  private let options: SweepOptions
  let capacity: Int
  private(set) var states: [TrialState]
  private var jobs: [JobID: Job] = [:]
  /// Trials that this process has begun, and how often they failed.
  private var begun: Set<Int> = []
  private var failures: [Int: Int] = [:]
  /// Whether workers have been asked to stop.
  private var isInterrupted = false
  private var failuresInARow = 0
  private(set) var isPaused = false
  /// Where trials stood when they could not write, and how often they did not get further.
  private var diskFailures: [Int: (step: Int, count: Int)] = [:]
  private var durations: [Double] = []
  private var ending: SweepOutcome.Ending?

  /// - Parameter capacity: how many jobs may go at once.
  init(trials count: Int, _ options: SweepOptions, capacity: Int) {
    (self.options, self.capacity) = (options, capacity)
    states = [TrialState](repeating: .pending, count: count)
  }

  /// The trials that this process is to bring to their end.
  var chosen: [Int] { states.indices.filter { options.only?.contains($0) ?? true } }

  // MARK: What was seen

  /// The plan has grown.
  mutating func grow(to count: Int) {
    states += [TrialState](repeating: .pending, count: max(0, count - states.count))
  }

  /// Trials without a job of this process: those whose folders tell how they stand.
  var unattended: [Int] {
    let own = Set(jobs.values.map(\.trial))
    return states.indices.filter { !own.contains($0) }
  }

  /// - Parameters:
  ///   - found: what the folders of trials say.
  ///   - failures: reasons why trials failed before, as the journal says.
  mutating func see(_ found: [Int: TrialState], failures: [Int: String]) {
    for (index, state) in found {
      if state == .pending, let reason = failures[index],
        !options.retriesFailed || begun.contains(index)
      {
        states[index] = .failed(reason: reason)
      } else if state == .pending, case .paused = states[index] {
        // It waits for the next process.
        continue
      } else {
        states[index] = state
      }
    }
  }

  /// Time passes, and somebody may ask for an end.
  ///
  /// - Parameters:
  ///   - signal: that asks for an end; 0 for none.
  ///   - seconds: since the sweep began.
  mutating func see(signal: Int32, after seconds: Double) -> [Action] {
    guard ending == nil else { return [] }
    if signal != 0 {
      ending = .interrupted(signal: signal)
      return cancelAll()
    }
    if let limit = options.stopAfter, failuresInARow >= limit {
      ending = .tooManyFailures(limit)
    } else if let limit = options.budgetSeconds, seconds >= limit,
      // What others play in their own time may not have begun.
      chosen.contains(where: {
        states[$0] == .pending || options.leavesJobs && states[$0] == .running
      })
    {
      ending = .outOfTime
    }
    return ending != nil && options.leavesJobs ? [.withdraw] : []
  }

  mutating func cancelAll() -> [Action] {
    isInterrupted = true
    if options.leavesJobs {
      jobs = [:]
      return []
    }
    return jobs.isEmpty ? [] : [.cancel(jobs.keys.sorted { $0.word < $1.word })]
  }

  // MARK: Beginning trials

  /// Whether any may begin now.
  var mayBegin: Bool { ending == nil && !isPaused && jobs.count < capacity }

  /// Those that could begin, if their folders say so too.
  var candidates: [Int] {
    mayBegin ? chosen.filter { states[$0] == .held || states[$0] == .pending } : []
  }

  /// Whether a job of this process has ever been taken.
  var hasBegun: Bool { !begun.isEmpty }

  /// How many more than these may begin.
  func hasRoom(besides count: Int) -> Bool { jobs.count + count < capacity }

  /// What a candidate's folder says. Another process may have begun it since, or brought it to its end.
  ///
  /// - Returns: whether it can begin.
  mutating func see(_ state: TrialState, ofCandidate index: Int) -> Bool {
    states[index] = state
    return state == .pending
  }

  mutating func began(_ trial: Int, _ job: JobID, at clock: Double) -> [Action] {
    jobs[job] = Job(trial: trial, start: clock)
    states[trial] = .running
    begun.insert(trial)
    return [.write(.started(trial: trial, job))]
  }

  mutating func couldNotBegin(_ trial: Int, _ reason: String) -> [Action] {
    pause(for: trial, reason)
  }

  /// Nothing of the sweep's own can be written.
  mutating func cannotWrite(_ reason: String) -> [Action] { pause(for: nil, reason) }

  /// Whether there is reason to look if something can be written again.
  var mayGoOn: Bool { ending == nil }

  /// Something can be written again.
  mutating func goOn() { isPaused = false }

  // MARK: Trials that come to an end

  /// The trials of jobs that are over, with their jobs and endings, those of the plan's beginning first.
  func ended(_ seen: [JobID: JobState]) -> [(trial: Int, job: JobID, ending: JobEnding)] {
    jobs.compactMap { id, job in
      switch seen[id] {
      case .ended(let ending)?: (job.trial, id, ending)
      case .unknown?: (job.trial, id, .gone("its engine does not know the job any more"))
      case .alive?, nil: nil
      }
    }.sorted { $0.0 < $1.0 }
  }

  mutating func ended(
    _ id: JobID, _ ending: JobEnding, _ remains: Remains, at clock: Double
  ) -> [Action] {
    guard let job = jobs.removeValue(forKey: id) else { return [] }
    let (trial, seconds) = (job.trial, clock - job.start)
    switch (remains.state, ending) {
    case _ where isOfAnother(remains.state, ending):
      states[trial] = remains.state.isOver ? remains.state : .held
      return [.write(.held(trial: trial, id))]
    case (.finished, _), (.stopped, _), (.diverged, _):
      states[trial] = remains.state
      if case .diverged = remains.state { failuresInARow += 1 } else { failuresInARow = 0 }
      durations.append(seconds)
      return [.write(.ended(trial: trial, remains.state, seconds: seconds))]
    // It waits to be gone on with. A worker that has been asked to stop may be killed by whoever does
    // not want to wait for it.
    case _ where ending.isInterruption || isInterrupted && ending.isBySignal:
      states[trial] = .pending
      return [.write(.interrupted(trial: trial, id))]
    case (_, .exited(ExitStatus.saved.rawValue)):
      states[trial] = .paused(reason: remains.lastWord ?? "asked to stop, or its time was over")
      return [.write(.ended(trial: trial, states[trial], seconds: seconds))]
    case (.pending, _), (.held, _), (.running, _), (.failed, _), (.paused, _):
      return pauses(for: trial, remains.disk) ?? fail(trial, ending, remains.lastLine, seconds)
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
  /// further all the same, three pauses are enough: nil then.
  private mutating func pauses(
    for trial: Int, _ failure: (reason: String, step: Int)?
  ) -> [Action]? {
    guard let (reason, step) = failure else { return nil }
    let before = diskFailures[trial]
    let count = before?.step == step ? (before?.count ?? 0) + 1 : 1
    diskFailures[trial] = (step, count)
    guard count <= 3 else { return nil }
    states[trial] = .pending
    return pause(for: trial, reason)
  }

  private mutating func pause(for trial: Int?, _ reason: String) -> [Action] {
    isPaused = true
    return [.pause(trial: trial, reason: reason)]
  }

  private mutating func fail(
    _ trial: Int, _ ending: JobEnding, _ lastLine: String?, _ seconds: Double
  ) -> [Action] {
    let reason = Self.reason(ending, lastLine)
    failures[trial, default: 0] += 1
    if failures[trial, default: 0] <= options.retries {
      states[trial] = .pending
      return [.write(.retried(trial: trial, reason: reason))]
    }
    states[trial] = .failed(reason: reason)
    failuresInARow += 1
    return [.write(.ended(trial: trial, states[trial], seconds: seconds))]
  }

  private static func reason(_ ending: JobEnding, _ lastLine: String?) -> String {
    switch ending {
    case .killed(SIGKILL): "killed (signal 9): too little memory?"
    case .killed(let signal): "killed by signal \(signal)"
    case .exited: lastLine ?? "\(ending)"
    case .gone(let word): lastLine.map { "\($0) (\(word))" } ?? word
    }
  }

  // MARK: What comes next

  var isIdle: Bool { jobs.isEmpty }

  var next: Step {
    guard isIdle else { return .wait }
    if let ending { return .end(ending) }
    return isComplete ? .finish : .wait
  }

  /// Whether all that is to be brought to its end has come to it.
  var isComplete: Bool { chosen.allSatisfy { states[$0].isOver } }

  /// Whether a search is to choose what is tried next.
  var wantsMore: Bool { mayBegin && !states.contains(.pending) }

  /// What the trials that have ended took; nil before the first.
  var meanSeconds: Double? {
    durations.isEmpty ? nil : durations.reduce(0, +) / Double(durations.count)
  }

  /// How far it is, for whoever watches.
  var progress: SweepProgress {
    let (count, done) = (chosen.count, chosen.count { states[$0].isOver })
    let left = count - done
    return SweepProgress(
      done: done, running: jobs.count, count: count,
      secondsLeft: meanSeconds.map {
        $0 * Double(left) / Double(max(1, min(capacity, left)))
      })
  }
}
