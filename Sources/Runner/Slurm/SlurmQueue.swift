import CLibrary
import RunFormat

/// A trial as the scheduler sees it.
package struct QueuedTrial: Sendable, Hashable {
  /// Of the array.
  package let job: Int
  /// `123_7`
  package let id: String
  /// Slurm's word.
  package let state: String
  package let reason: String
  package let node: String
  package let isLive: Bool
  let ending: JobEnding?

  /// It saves, or is being cleared away; it may also be about to go into the queue again.
  package var isEnding: Bool { state == QueueEntry.endingState }
}

/// What the scheduler knows of a sweep's trials, by trial.
package struct QueuedTrials: Sendable {
  private var trials: [Int: QueuedTrial] = [:]
  /// Tasks that are over, in the scheduler's words.
  private var ended: Set<String> = []

  /// Jobs of this sweep that wait or run and of which nobody knows which trials they play, in a sentence with
  /// advice; nil where there are none. Its folder has been moved since, or what was written down of them is gone.
  package let strays: String?

  /// - Parameters:
  ///   - sweep: its folder, absolute.
  ///   - offsets: of the tasks of each array, by its script.
  init(_ entries: [QueueEntry], of sweep: String, offsets: [String: Int]) {
    strays = Self.words(
      of: entries.filter { $0.isLive && $0.task != nil && offsets[$0.script] == nil }, sweep)
    for entry in entries.sorted(by: { $0.job < $1.job }) {
      guard let task = entry.task, let offset = offsets[entry.script] else { continue }
      if !entry.isLive { ended.insert(entry.id) }
      if trials[offset + task]?.isLive == true, !entry.isLive { continue }
      trials[offset + task] = QueuedTrial(
        job: entry.job, id: entry.id, state: entry.state, reason: entry.reason, node: entry.node,
        isLive: entry.isLive, ending: entry.ending)
    }
  }

  private static func words(of strays: [QueueEntry], _ sweep: String) -> String? {
    guard let first = strays.first else { return nil }
    let jobs = Set(strays.map(\.job)).sorted().map(String.init).joined(separator: ", ")
    let advice = "gan-exp cancel \(sweep.shellWord), and the same again"
    let place = first.script.parentPath.parentPath
    if place != sweep {
      return
        "job \(jobs) was submitted when this folder was \(place), where its tasks find nothing: "
        + advice
    }
    return
      "job \(jobs) has the name of this sweep, and slurm/submissions.jsonl does not say which trials "
      + "it plays: \(advice)"
  }

  /// Of several tasks of one trial the one that lives, else the newest.
  package subscript(trial: Int) -> QueuedTrial? { trials[trial] }

  /// Those that wait or run, by trial.
  package var live: [Int: QueuedTrial] { trials.filter(\.value.isLive) }

  /// How a trial stands, where the scheduler knows better than its folder: what a task claimed that is over is nobody's,
  /// though its last sign of life be a moment ago.
  package func correct(_ standing: Standing) -> Standing {
    if case .held(let holder) = standing, let task = holder.task, ended.contains(task) {
      return .open
    }
    return standing
  }
}

extension RunError {
  /// With what follows from it for what was asked for.
  func adding(_ consequence: String) -> RunError {
    switch self {
    case .scheduler(let message): .scheduler("\(message); \(consequence)")
    case .schedulerFull(let message): .schedulerFull("\(message); \(consequence)")
    default: self
    }
  }
}

/// What the scheduler knows of a sweep's trials.
package struct SlurmQueue: Sendable {
  private let client: SlurmClient
  private let sweep: String
  private let ledger: SubmissionLedger
  private let files: FileLayer

  /// - Parameter sweep: its folder, absolute.
  package init(_ client: SlurmClient, sweep: String, files: FileLayer = FileLayer()) {
    (self.client, self.sweep, self.files) = (client, sweep, files)
    ledger = SubmissionLedger(sweep: sweep, files: files)
  }

  package func trials() throws(RunError) -> QueuedTrials {
    // Asked first: what is submitted meanwhile is in the ledger by then.
    try trials(in: try entries())
  }

  /// What the scheduler says now.
  func entries() throws(RunError) -> [QueueEntry] {
    let arrays = try ledger.arrays()
    return try client.queue(named: places(arrays).map(JobScript.name), of: users(arrays))
  }

  /// Where the folder lies, and where it lay when something was submitted. What is still there and is another has
  /// been copied: its jobs are its own.
  private func places(_ arrays: [SubmissionLedger.Array]) -> [String] {
    let left = Set(arrays.map(\.sweep)).subtracting([sweep]).sorted().filter { place in
      !files.exists(place) || files.isSame(place, sweep)
    }
    return [sweep] + left
  }

  /// Who is asked about: all who have submitted.
  private func users(_ arrays: [SubmissionLedger.Array]) -> [String] {
    Set(arrays.compactMap(\.user) + [SlurmClient.user]).sorted()
  }

  private var kept: String { "\(sweep)/slurm/queue.txt" }

  /// What was kept of an answer is no longer so.
  func forget() { try? files.remove(kept) }

  /// The last task of each trial that was accepted, in the scheduler's words: `123_7`.
  package func lastTasks() throws(RunError) -> [Int: String] { try ledger.tasks() }

  /// The same, from an answer that is at most so many seconds old: however many people look, the scheduler
  /// is asked once.
  package func trials(noOlderThan seconds: Double) throws(RunError) -> QueuedTrials {
    if let age = try? files.age(of: kept), age >= 0, age < seconds,
      let bytes = try? files.read(kept, limit: 1 << 28),
      let entries = QueueEntry.parse(String(decoding: bytes, as: UTF8.self))
    {
      return try trials(in: entries)
    }
    let entries = try entries()
    // Whoever may only look keeps nothing.
    try? files.replace(kept, with: Array(entries.map { "\($0.line)\n" }.joined().utf8))
    return try trials(in: entries)
  }

  /// By its script: only what was submitted from where the folder lies now.
  private func offsets() throws(RunError) -> [String: Int] {
    Dictionary(
      try ledger.arrays().filter(ledger.isOfThisFolder).map { (ledger.script(of: $0), $0.offset) },
      uniquingKeysWith: { $1 })
  }

  func trials(in entries: [QueueEntry]) throws(RunError) -> QueuedTrials {
    QueuedTrials(entries, of: sweep, offsets: try offsets())
  }

  private var mark: String { "\(sweep)/slurm/cancelled" }

  /// What the last `cancel` left; nil before the first. Whoever submits or waits gives up when it is another than
  /// at the beginning.
  package func cancellation() -> [UInt8]? { try? files.read(mark, limit: 1 << 12) }

  /// Ends all that waits and runs, the collecting job too, and has whoever submits or waits for it give up;
  /// how many jobs that were.
  ///
  /// - Parameter attempts: how often what another has submitted meanwhile is looked for, a pause apart.
  package func cancelAll(
    attempts: Int = 15, pause: Double = 1
  ) throws(RunError) -> Int {
    if files.isDirectory("\(sweep)/slurm") {
      let word = "\(Moment.now.iso) \(UInt64.random(in: 0 ... .max))\n"
      try files.replace(mark, with: Array(word.utf8))
    }
    var cancelled: Set<Int> = []
    for attempt in 1...max(1, attempts) {
      let isSubmitting = try RunClaim.holder(of: sweep, files: files) != nil
      let (jobs, ending): ([Int], [String])
      do throws(RunError) {
        (jobs, ending) = try liveJobs()
      } catch {
        let count = cancelled.isEmpty ? "nothing" : "not all"
        throw error.adding("\(count) was cancelled: say the same again when it works")
      }
      try client.cancel(jobs.map(String.init))
      // One that is just ending may be on its way back into the queue.
      try? client.cancel(ending)
      cancelled.formUnion(jobs)
      forget()
      guard isSubmitting || !ending.isEmpty, attempt < attempts else { break }
      usleep(UInt32(pause * 1e6))
    }
    try ledger.isTakenBack()
    return cancelled.count
  }

  /// Jobs that wait or run, rising, and tasks that are just ending.
  private func liveJobs() throws(RunError) -> (jobs: [Int], ending: [String]) {
    let arrays = try ledger.arrays()
    let names = places(arrays).flatMap {
      [JobScript.name(of: $0), JobScript.collectorName(of: $0)]
    }
    let entries = try client.queue(named: names, of: users(arrays))
    return (
      Set(entries.filter { $0.isLive && !$0.isEnding }.map(\.job)).sorted(),
      entries.filter { $0.isLive && $0.isEnding }.map(\.id)
    )
  }
}
