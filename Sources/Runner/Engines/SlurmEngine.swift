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
  private let pause: Double
  /// Why not all of the trials that were last to be submitted were taken.
  package private(set) var refusal: RunError?
  private var sign: () throws(RunError) -> Void = {}
  /// Whether what waits has been taken back.
  private var isWithdrawn = false
  /// Since when the scheduler has not answered, and whether that has been said.
  private var silence: (since: Double, isSaid: Bool)?
  private var unsaid: [String] = []
  /// How many trials Slurm took at once when it last took no more; nil where it takes all.
  private var partSize: Int?

  /// After so many answers that do not name it a job counts as forgotten: one answer may be wrong, and that
  /// of a scheduler that has just been started may be empty.
  private static let answersUntilForgotten = 4

  /// - Parameters:
  ///   - sweep: its folder, absolute.
  ///   - arguments: of every worker, besides which trial.
  ///   - capacity: how many jobs may wait or run at once.
  ///   - interval: between two questions to the scheduler, in seconds.
  ///   - pause: between two looks for a job whose submission was not answered, in seconds.
  package init(
    _ client: SlurmClient, _ settings: SlurmSettings, program: String, arguments: [String],
    sweep: String, capacity: Int = .max, interval: Double = 30, pause: Double = 1,
    files: FileLayer = FileLayer()
  ) {
    (self.client, self.sweep, self.files) = (client, sweep, files)
    (self.capacity, self.interval, self.pause) = (capacity, interval, pause)
    script = JobScript(settings: settings, sweep: sweep, program: program, arguments: arguments)
    ledger = SubmissionLedger(sweep: sweep, files: files)
  }

  package func log(of trial: PlannedTrial) -> String {
    TaskTrace.log(jobs[trial.index]?.word ?? "none", in: sweep)
  }

  /// Trials that have a task, over or not, whoever submitted it.
  ///
  /// - Throws: also where the scheduler does not know what it has just accepted, and where it has jobs of this
  ///   sweep of which nobody knows which trials they play.
  package func known() throws(RunError) -> QueuedTrials {
    let entries: [QueueEntry]
    do throws(RunError) {
      entries = try queue.entries()
    } catch {
      throw error.adding("nothing was submitted or changed: say the same again when it works")
    }
    try requireRecent(entries)
    let trials = try queue.trials(in: entries)
    if let strays = trials.strays { throw .scheduler("\(strays); nothing was submitted") }
    return trials
  }

  package mutating func keepAlive(by sign: @escaping () throws(RunError) -> Void) {
    self.sign = sign
  }

  package mutating func remarks() -> [String] {
    defer { unsaid = [] }
    return unsaid
  }

  var queue: SlurmQueue { SlurmQueue(client, sweep: sweep, files: files) }

  /// For so many seconds what was asked for may still come to a job, though whoever asked was killed.
  private static let answerTime = 120

  /// - Throws: where what has just been accepted, or asked for, is not among the jobs that the scheduler says it
  ///   knows.
  private func requireRecent(_ entries: [QueueEntry]) throws(RunError) {
    let now = Moment.now.seconds
    let arrays = try ledger.arrays().filter(ledger.isOfThisFolder)
    let (jobs, scripts) = (Set(entries.map(\.job)), Set(entries.map(\.script)))
    for array in arrays where array.job == nil && !array.cameToNothing {
      guard !scripts.contains(ledger.script(of: array)), let asked = array.asked,
        case let age = now - asked.seconds, (-60..<Self.answerTime).contains(age)
      else { continue }
      throw .scheduler(
        "\(max(0, age)) s ago \(ledger.script(of: array)) was given to sbatch, and nobody knows what came of "
          + "it; nothing was submitted or changed: say the same again in \(Self.answerTime - max(0, age)) s"
      )
    }
    let recent = arrays.filter { array in
      guard !array.isTakenBack else { return false }
      guard let job = array.job, let moment = array.accepted else { return false }
      // Clocks of login nodes differ a little.
      return !jobs.contains(job) && (-60..<3600).contains(now - moment.seconds)
    }
    guard !recent.isEmpty else { return }
    let memory = try client.limits().memory
    for array in recent {
      guard let job = array.job, let moment = array.accepted,
        now - moment.seconds < memory
      else { continue }
      throw .scheduler(
        "squeue does not know job \(job), which Slurm accepted \(max(0, now - moment.seconds)) s ago; "
          + "nothing was submitted or changed: say the same again in "
          + "\(memory - (now - moment.seconds)) s, or when it does")
    }
  }

  package mutating func submit(_ trials: [PlannedTrial]) throws(RunError) -> [JobID] {
    _ = try files.makeDirectory("\(sweep)/slurm")
    refusal = nil
    var jobs: [Int: JobID] = [:]
    for (index, task) in try known().live { jobs[index] = JobID(task.id) }
    let wanted = trials.map(\.index).filter { jobs[$0] == nil }.sorted()
    if !wanted.isEmpty {
      do throws(RunError) {
        for (offset, tasks) in ArrayIndices.split(wanted, limit: try client.limits().arraySize) {
          try submitParts(of: tasks, offset: offset) { job, tasks in
            for task in tasks { jobs[offset + task] = JobID("\(job)_\(task)") }
          }
        }
      } catch {
        if jobs[trials[0].index] == nil { throw error }
        if case .superseded = error { throw error }
        refusal = error
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

  /// Submits an array, and where Slurm says that it is too much for one, halves of it, until it takes no more.
  private mutating func submitParts(
    of tasks: [Int], offset: Int, begun: (_ job: Int, _ tasks: ArraySlice<Int>) -> Void
  ) throws(RunError) {
    var (rest, size) = (tasks[...], min(tasks.count, partSize ?? .max))
    while !rest.isEmpty {
      let part = rest.prefix(size)
      do throws(RunError) {
        begun(try submit(Array(part), offset: offset), part)
        rest = rest.dropFirst(size)
        size *= 2
      } catch {
        guard case .schedulerFull = error else { throw error }
        size = max(1, part.count / 2)
        partSize = size
        if part.count == 1 { throw error }
      }
    }
    partSize = nil
  }

  /// Submits one array, once.
  private func submit(_ tasks: [Int], offset: Int) throws(RunError) -> Int {
    try sign()
    let number = (try ledger.arrays().map(\.number).max() ?? 0) + 1
    let path = ledger.script(number)
    try files.replace(path, with: Array(script.array(tasks, offset: offset).utf8))
    try ledger.asks(number, offset: offset, tasks: ArrayIndices.text(tasks))
    let answer: SlurmClient.Submission
    do throws(RunError) {
      answer = try client.submit(path)
    } catch {
      try ledger.comesToNothing(number, "\(error)")
      throw error
    }
    let job: Int
    switch answer {
    case .accepted(let number): job = number
    case .undelivered(let words):
      try ledger.comesToNothing(number, words)
      throw .scheduler(
        "sbatch finds nobody to ask (\(words)); what was submitted before stays: say the same again when "
          + "Slurm answers")
    case .unanswered(let words):
      guard let found = try unanswered(path) else {
        throw .scheduler(
          "sbatch gives no answer that can be used (\(words)), and no job has come of \(path) yet; what was "
            + "submitted before stays: say the same again in \(Self.answerTime) s, when none can come any more"
        )
      }
      job = found
    }
    try ledger.isAccepted(number, as: job)
    queue.forget()
    return job
  }

  /// The job that came of a script although sbatch did not say so.
  private func unanswered(_ path: String) throws(RunError) -> Int? {
    // The controller may still be at it.
    for _ in 0..<3 {
      wait(pause)
      try sign()
      do throws(RunError) {
        if let entry = try queue.entries().first(where: { $0.script == path }) { return entry.job }
      } catch {
        throw error.adding(
          "nor did sbatch say whether a job came of \(path): say the same again when they work; what is "
            + "in the queue by then is not submitted again")
      }
    }
    return nil
  }

  private func wait(_ seconds: Double) { usleep(UInt32(seconds * 1e6)) }

  /// Submits the job that writes summary and report when all that waits and runs is over, and what this process has
  /// submitted.
  ///
  /// - Parameter tells: whether it tells whom the experiment's `notify` names.
  /// - Throws: when Slurm refuses, or does not say what came of it.
  package func collect(tells: Bool) throws(RunError) -> Int {
    let own = trials.keys.compactMap { Int($0.word.prefix { $0 != "_" }) }
    let jobs = Set(try queue.trials().live.values.map(\.job) + own).sorted()
    let path = "\(sweep)/slurm/collect.sh"
    try files.replace(path, with: Array(script.collector(tells: tells).utf8))
    let dependency =
      jobs.isEmpty
      ? [] : ["--dependency=afterany:\(jobs.map(String.init).joined(separator: ":"))"]
    switch try client.submit(path, dependency) {
    case .accepted(let job): return job
    case .unanswered(let words), .undelivered(let words):
      throw .scheduler("sbatch gives no answer that can be used (\(words))")
    }
  }

  package mutating func poll() throws(RunError) -> [JobID: JobState] {
    var states: [JobID: JobState] = [:]
    guard monotonicSeconds() - lastPoll >= interval else { return states }
    lastPoll = monotonicSeconds()
    let tasks: QueuedTrials
    do throws(RunError) {
      tasks = try queue.trials()
    } catch {
      // Without an answer nothing is known, and nothing has changed.
      isSilent(because: error)
      return states
    }
    if silence?.isSaid == true { unsaid.append("squeue answers again") }
    silence = nil
    for (job, trial) in trials {
      if let task = tasks[trial.index], task.id == job.word {
        missing[job] = nil
        states[job] = task.ending.map { ended(job, $0, task) } ?? .alive
      } else {
        missing[job, default: 0] += 1
        states[job] =
          missing[job, default: 0] < Self.answersUntilForgotten
          ? .alive : ended(job, .gone("Slurm does not know the job any more"), nil)
      }
      if states[job] != .alive { trials[job] = nil }
    }
    return states
  }

  private mutating func isSilent(because error: RunError) {
    let (since, isSaid) = silence ?? (monotonicSeconds(), false)
    silence = (since, isSaid)
    guard !isSaid, monotonicSeconds() - since >= 2 * interval else { return }
    silence = (since, true)
    unsaid.append("\(error); the trials go on without it, and it is asked again")
  }

  package mutating func withdraw() throws(RunError) {
    isWithdrawn = true
    try client.cancelPending(named: JobScript.name(of: sweep))
    try ledger.isTakenBack()
    queue.forget()
  }

  /// The end of a job, with where its log is, or with what it may mean that there is none: for a trial that does
  /// not know better.
  private func ended(_ job: JobID, _ ending: JobEnding, _ task: QueuedTrial?) -> JobState {
    let trace = TaskTrace(job.word, task, sweep: sweep, files: files)
    // It has not begun, and is for whoever goes on; an array of which no task has is forgotten at once.
    if isWithdrawn, trace.isCancelled || task == nil && !trace.hasLog {
      return .ended(.killed(signal: SIGTERM))
    }
    switch ending {
    case .exited(0) where !trace.hasLog, .gone where !trace.hasLog:
      return .ended(.gone(trace.words))
    case .gone(let word): return .ended(.gone("\(word), its log is \(trace.log)"))
    case .exited, .killed: return .ended(ending)
    }
  }

  package func cancel(_ jobs: [JobID]) { try? client.cancel(jobs.map(\.word)) }
}
