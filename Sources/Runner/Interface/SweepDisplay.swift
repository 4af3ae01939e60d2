import CLibrary
import RunFormat

/// Says on stderr how a sweep goes: a line for each trial that begins or ends; and below, redrawn in place on a
/// terminal, a line for each that plays and one for the sweep, else one line every half minute.
package final class SweepDisplay {
  private let style: ProgressDisplay.Style
  private let clock: () -> Double
  private let put: (String) -> Void
  private var lastDrawn = -Double.infinity
  /// Lines that the next ones take the place of.
  private var openLines = 0

  /// So many trials have a line of their own.
  private static let trialLimit = 6

  package init(
    style: ProgressDisplay.Style, clock: @escaping () -> Double = monotonicSeconds,
    put: @escaping (String) -> Void
  ) {
    (self.style, self.clock, self.put) = (style, clock, put)
  }

  package func show(_ event: SweepEvent) {
    switch event {
    case .began(let directory, let trials, let done):
      say("\(directory): \(trials) trials" + (done > 0 ? ", \(done) of them done before" : ""))
      lastDrawn = clock()
    case .started(let trial): say("\(trial.name)  started  \(Self.settings(trial))")
    case .ended(let trial, let state, let seconds):
      let reason = state.reason.map { ": \($0)" } ?? ""
      say("\(trial.name)  \(state.word) after \(Duration.words(seconds))\(reason)")
    case .retried(let trial, let reason): say("\(trial.name)  failed, once more: \(reason)")
    case .paused(let trial, let reason):
      say(
        "\(trial?.name ?? "sweep")  waits: \(reason)\nno trial begins until the disk has room and takes files",
        evenWhenQuiet: true)
    case .remark(let text): say(text, evenWhenQuiet: true)
    case .suggested(let trials, let refused):
      for reason in refused { say("a suggestion that cannot be played is passed over: \(reason)") }
      for trial in trials { say("\(trial.name)  suggested  \(Self.settings(trial))") }
    case .continued: say("the disk has room and takes files again", evenWhenQuiet: true)
    case .waiting(let progress):
      let now = clock()
      switch style {
      case .quiet: return
      case .lines:
        guard now - lastDrawn >= 30 else { return }
        put(Self.plainLine(progress) + "\n")
      case .terminal(let columns, _):
        guard now - lastDrawn >= 0.25 else { return }
        let lines =
          Self.trialLines(progress, width: columns - 1)
          + [Self.sweepLine(progress, width: columns - 1)]
        put(erasure + lines.joined(separator: "\n"))
        openLines = lines.count
      }
      lastDrawn = now
    }
  }

  /// Goes back to the first of the lines that are to be replaced, and empties all of them.
  private var erasure: String {
    openLines > 1 ? "\r\u{1B}[\(openLines - 1)A\u{1B}[J" : "\r\u{1B}[K"
  }

  /// `2/6 trials done, 2 running  best 0001 sliced_wasserstein 83.6  40 s left`
  private static func sweepLine(_ progress: SweepProgress, width: Int?) -> String {
    var line = FittedLine()
    line.add("\(progress.done)/\(progress.count) trials done, \(progress.running) running")
    if let best = progress.best {
      line.add("best \(name(best.trial)) \(best.metric) \(short(best.value))", dispensability: 1)
    }
    if let left = progress.secondsLeft { line.add("\(Duration.words(left)) left") }
    return line.text(width: width)
  }

  /// `0003  round 120/300  d 0.693 g 0.701  12 s left  latent.size=8`
  private static func trialLines(_ progress: SweepProgress, width: Int) -> [String] {
    let shown = progress.trials.prefix(trialLimit)
    let names = shown.map { name($0.trial) }
    let rounds = shown.map { trial in
      "round \(trial.step)/\(trial.steps.map(String.init) ?? "?")"
    }
    let values = shown.map(losses)
    let left = shown.map { $0.secondsLeft.map { "\(Duration.words($0)) left" } ?? "" }
    func padded(_ text: String, like all: [String]) -> String {
      text + String(repeating: " ", count: max(0, (all.map(\.count).max() ?? 0) - text.count))
    }
    let lines = shown.indices.map { index in
      var line = FittedLine()
      line.add(names[index])
      line.add(padded(rounds[index], like: rounds))
      if values.contains(where: { !$0.isEmpty }) {
        line.add(padded(values[index], like: values), dispensability: 1)
      }
      if left.contains(where: { !$0.isEmpty }) {
        line.add(padded(left[index], like: left), dispensability: 2)
      }
      let set = shortSettings(shown[index].trial)
      let room = width - line.text(width: nil).count - 2
      // A beginning says something too.
      if !set.isEmpty, room >= 12 {
        line.add(set.count <= room ? set : set.prefix(room - 1) + "…")
      }
      return line.text(width: width)
    }
    let more = max(progress.trials.count, progress.running) - lines.count
    return lines + (more > 0 && !lines.isEmpty ? ["… and \(more) more that play or wait"] : [])
  }

  /// All in one line, for files.
  private static func plainLine(_ progress: SweepProgress) -> String {
    let trials = progress.trials.prefix(4).map { trial in
      let values = losses(trial)
      return
        "\(name(trial.trial)) round \(trial.step)/\(trial.steps.map(String.init) ?? "?")"
        + (values.isEmpty ? "" : " \(values)")
    }
    return sweepLine(progress, width: nil)
      + (trials.isEmpty ? "" : "  (\(trials.joined(separator: "; ")))")
  }

  /// `0003`, which begins the trial's name.
  private static func name(_ trial: PlannedTrial) -> String {
    String(trial.name.prefix { $0 != "-" })
  }

  private static func losses(_ trial: SweepProgress.Trial) -> String {
    trial.losses.map {
      "\(LossColumn(rawValue: $0.name).owner) \(threeDecimals(Float($0.value)))"
    }.joined(separator: " ")
  }

  /// Four significant digits.
  private static func short(_ value: Double) -> String {
    guard value.isFinite, value != 0, abs(value) < 1e7 else { return "\(Float(value))" }
    let decimals = 3 - Int(log10(abs(value)).rounded(.down))
    return fixed(value, decimals: min(max(decimals, 0), 9))
  }

  /// The end, in a sentence; failures are said even when all else is quiet.
  ///
  /// - Parameter options: with which it is gone on.
  package func show(_ outcome: SweepOutcome, _ directory: String, going options: String = "") {
    let counts = [
      "finished", "stopped", "diverged", "failed", "interrupted", "running", "pending",
    ]
    .map { ($0, outcome.count($0)) }.filter { $0.1 > 0 }.map { "\($0.1) \($0.0)" }
    let goingOn = "to go on: gan-exp resume \(directory.shellWord)\(options)"
    let why: String
    switch outcome.ending {
    case .complete where outcome.count("interrupted") == 0: why = ""
    case .complete, .interrupted: why = "; \(goingOn)"
    case .tooManyFailures(let count):
      why =
        "; stopped after \(count) failures in a row; \(goingOn), with --failed to play those "
        + "again"
    case .outOfTime: why = "; sweep.budget.time is over; \(goingOn)"
    }
    say(
      "\(directory): \(counts.joined(separator: ", "))\(why)",
      evenWhenQuiet: outcome.exitCode != 0)
  }

  private static func settings(_ trial: PlannedTrial) -> String {
    settings(trial) { $0 }
  }

  /// What a trial sets; of one that sets nothing, or is not the first of its kind, its seed.
  private static func settings(_ trial: PlannedTrial, _ key: (String) -> String) -> String {
    let point = trial.point
    let isTold = !point.settings.isEmpty && point.replicate == 0
    return
      (point.settings.map { "\(key($0.path))=\($0.text)" }
      + (isTold ? [] : ["seed=\(trial.seed)"])).joined(separator: " ")
  }

  /// The same with the last words of keys, as far as these are different ones.
  private static func shortSettings(_ trial: PlannedTrial) -> String {
    func short(_ path: String) -> String {
      let words = path.split(separator: ".")
      return words.suffix(["kind", "size", "length"].contains(words.last) ? 2 : 1)
        .joined(separator: ".")
    }
    let paths = trial.point.settings.map(\.path)
    return settings(trial) { path in
      let own = short(path)
      return paths.count { short($0) == own } == 1 ? own : path
    }
  }

  private func say(_ text: String, evenWhenQuiet: Bool = false) {
    guard style != .quiet || evenWhenQuiet else { return }
    if openLines > 0 { put(erasure) }
    openLines = 0
    put(text + "\n")
  }
}
