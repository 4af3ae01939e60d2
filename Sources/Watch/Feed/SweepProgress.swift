import Results
import RunFormat

/// How a sweep goes, over all its trials.
struct SweepProgress: Sendable {
  /// Words of states with how many trials are so, in the order of a trial's life.
  private(set) var counts: [(word: String, count: Int)] = []
  private(set) var trials = 0
  /// 0 … 1
  private(set) var fraction = 0.0
  /// Until all trials have ended, if as many go on side by side as do now.
  private(set) var secondsLeft: Double?
  private(set) var best: (key: String, value: Double)?
  /// Of its first trial, in seconds since 1970.
  private(set) var started: Int?
  private(set) var isRunning = false

  private static let words = [
    "running", "pending", "finished", "stopped", "interrupted", "diverged", "failed", "unknown",
  ]
  private static let ended: Set<String> = ["finished", "stopped", "diverged", "failed"]

  /// - Parameter runs: those of its trials that have a folder.
  init(_ sweep: SweepWatch, _ runs: [RunWatch]) {
    var counted: [String: Int] = [:]
    var remaining = 0.0
    var lengths: [Double] = []
    var foreseen: [Double] = []
    for watch in runs {
      let word = watch.run.state.word
      counted[word, default: 0] += 1
      let seconds = watch.run.status?.duration.map(Double.init)
      if !Self.ended.contains(word) { remaining += 1 - watch.fraction }
      if word == "finished", let seconds { lengths.append(seconds) }
      // What has gone by is in a file that is written now and then.
      if let left = watch.secondsLeft, watch.fraction < 1 {
        foreseen.append(left / (1 - watch.fraction))
      }
      if let start = watch.run.status?.started?.seconds { started = min(started ?? start, start) }
      if let objective = sweep.objective, let value = watch.best(objective),
        best.map({ objective.minimizes ? value < $0.value : value > $0.value }) ?? true
      {
        best = (watch.key, value)
      }
    }
    let running = counted["running"] ?? 0
    let begun = Set(runs.map(\.run.id))
    let failed = sweep.plan.count { !begun.contains($0.name) && sweep.failed[$0.name] != nil }
    let pending = sweep.plan.count { !begun.contains($0.name) } - failed
    if failed > 0 { counted["failed", default: 0] += failed }
    if pending > 0 { counted["pending"] = pending }
    remaining += Double(pending)
    trials = runs.count + failed + pending
    fraction = trials > 0 ? 1 - remaining / Double(trials) : 0
    isRunning = running > 0
    let known = Self.words.filter { counted[$0] != nil }
    counts = (known + counted.keys.filter { !known.contains($0) }.sorted()).map {
      ($0, counted[$0] ?? 0)
    }
    let sample = lengths.isEmpty ? foreseen : lengths
    if running > 0, !sample.isEmpty {
      let mean = sample.reduce(0, +) / Double(sample.count)
      secondsLeft = remaining * mean / Double(running)
    }
  }

  /// `12 finished, 2 running`
  var words: String { counts.map { "\(grouped($0.count)) \($0.word)" }.joined(separator: ", ") }
}
