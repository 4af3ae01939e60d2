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
}

extension RunError {
  /// With what follows from it for what was asked for.
  func adding(_ consequence: String) -> RunError {
    if case .scheduler(let message) = self {
      .scheduler("\(message); \(consequence)")
    } else {
      self
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

  /// By trial; of several tasks of one trial the one that lives, else the newest.
  package func trials() throws(RunError) -> [Int: QueuedTrial] {
    // Asked first: what is submitted meanwhile is in the ledger by then.
    try trials(in: try entries())
  }

  /// What the scheduler says now.
  func entries() throws(RunError) -> [QueueEntry] {
    try client.queue(named: [JobScript.name(of: sweep)])
  }

  private var kept: String { "\(sweep)/slurm/queue.txt" }

  /// What was kept of an answer is no longer so.
  func forget() { try? files.remove(kept) }

  /// The last task of each trial that was accepted, in the scheduler's words: `123_7`.
  package func lastTasks() throws(RunError) -> [Int: String] { try ledger.tasks() }

  /// The same, from an answer that is at most so many seconds old: however many people look, the scheduler
  /// is asked once.
  package func trials(noOlderThan seconds: Double) throws(RunError) -> [Int: QueuedTrial] {
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

  func trials(in entries: [QueueEntry]) throws(RunError) -> [Int: QueuedTrial] {
    let offsets = Dictionary(
      try ledger.arrays().map { (ledger.script($0.number), $0.offset) }, uniquingKeysWith: { $1 })
    var found: [Int: QueuedTrial] = [:]
    for entry in entries.sorted(by: { $0.job < $1.job }) {
      guard let task = entry.task, let offset = offsets[entry.script] else { continue }
      if found[offset + task]?.isLive == true, !entry.isLive { continue }
      found[offset + task] = QueuedTrial(
        job: entry.job, id: "\(entry.job)_\(task)", state: entry.state, reason: entry.reason,
        node: entry.node, isLive: entry.isLive, ending: entry.ending)
    }
    return found
  }

  /// Ends all that waits and runs, the collecting job too; how many jobs that were.
  package func cancelAll() throws(RunError) -> Int {
    let names = [JobScript.name(of: sweep), JobScript.collectorName(of: sweep)]
    let entries: [QueueEntry]
    do throws(RunError) {
      entries = try client.queue(named: names)
    } catch {
      throw error.adding("nothing was cancelled: say the same again when it works")
    }
    let jobs = Set(entries.filter(\.isLive).map(\.job)).sorted()
    try client.cancel(jobs.map(String.init))
    forget()
    return jobs.count
  }
}
