/// A task as `squeue` shows it, in the form that ``format`` asks for.
struct QueueEntry: Sendable, Hashable {
  /// Of the array, or of a job that is none.
  let job: Int
  /// nil: it is no array's.
  let task: Int?
  /// Slurm's word: `RUNNING`
  let state: String
  let reason: String
  let node: String
  /// The script that was submitted.
  let script: String

  static let format = "%i|%T|%r|%N|%o"

  /// Whether it may still run: a word that is not known here counts as that.
  var isLive: Bool {
    ![
      "COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL", "PREEMPTED", "OUT_OF_MEMORY",
      "BOOT_FAIL", "DEADLINE", "REVOKED",
    ].contains(state)
  }

  static let endingState = "COMPLETING"
  var isEnding: Bool { state == Self.endingState }

  /// In the scheduler's words: `123_7`.
  var id: String { "\(job)\(task.map { "_\($0)" } ?? "")" }

  /// How it ended; nil while it may still run.
  var ending: JobEnding? {
    guard !isLive else { return nil }
    switch state {
    case "COMPLETED": return .exited(0)
    // Somebody's wish, or the end of its time: it goes on when it is submitted again.
    case "CANCELLED", "TIMEOUT", "DEADLINE": return .exited(75)
    // Through no fault of the trial.
    case "PREEMPTED", "NODE_FAIL", "BOOT_FAIL", "REVOKED": return .killed(signal: 15)
    default: return .gone(state)
    }
  }

  /// As it was read, a line a task.
  var line: String {
    "\(id)|\(state)|\(reason)|\(node)|\(script)"
  }

  /// All tasks in an answer; nil for what is none.
  static func parse(_ text: String) -> [QueueEntry]? {
    var entries: [QueueEntry] = []
    for line in text.split(separator: "\n") {
      let cells = line.split(separator: "|", maxSplits: 4, omittingEmptySubsequences: false)
      guard cells.count == 5, !cells[1].isEmpty else { return nil }
      let parts = cells[0].split(separator: "_", maxSplits: 1, omittingEmptySubsequences: false)
      guard let job = Int(parts[0]) else { return nil }
      var tasks: [Int?] = [nil]
      if parts.count == 2 {
        var text = parts[1]
        if text.hasPrefix("["), text.hasSuffix("]") { text = text.dropFirst().dropLast() }
        guard let numbers = ArrayIndices.numbers(text) else { return nil }
        tasks = numbers
      }
      for task in tasks {
        entries.append(
          QueueEntry(
            job: job, task: task, state: String(cells[1]), reason: String(cells[2]),
            node: String(cells[3]), script: String(cells[4])))
      }
    }
    return entries
  }
}
