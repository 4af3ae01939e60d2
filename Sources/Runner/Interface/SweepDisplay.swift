import CLibrary
import RunFormat

/// Says on stderr how a sweep goes: a line for each trial that begins or ends, and one for the sweep,
/// redrawn in place on a terminal, else every half minute.
package final class SweepDisplay {
  private let style: ProgressDisplay.Style
  private let clock: () -> Double
  private let put: (String) -> Void
  private var lastDrawn = -Double.infinity
  private var lineIsOpen = false

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
        "\(trial.name)  waits: \(reason)\nno trial begins until the disk has room and takes files",
        evenWhenQuiet: true)
    case .remark(let text): say(text, evenWhenQuiet: true)
    case .suggested(let trials, let refused):
      for reason in refused { say("a suggestion that cannot be played is passed over: \(reason)") }
      for trial in trials { say("\(trial.name)  suggested  \(Self.settings(trial))") }
    case .continued: say("the disk has room and takes files again", evenWhenQuiet: true)
    case .waiting(let done, let running, let count, let left):
      let line =
        "\(done)/\(count) trials done, \(running) running"
        + (left.map { ", \(Duration.words($0)) left" } ?? "")
      let now = clock()
      switch style {
      case .quiet: return
      case .lines:
        guard now - lastDrawn >= 30 else { return }
        put(line + "\n")
      case .terminal(let columns, _):
        guard now - lastDrawn >= 0.25 else { return }
        put("\r\u{1B}[K" + line.prefix(columns - 1))
        lineIsOpen = true
      }
      lastDrawn = now
    }
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
    trial.point.settings.map { "\($0.path)=\($0.text)" }.joined(separator: " ")
  }

  private func say(_ text: String, evenWhenQuiet: Bool = false) {
    guard style != .quiet || evenWhenQuiet else { return }
    if lineIsOpen { put("\r\u{1B}[K") }
    lineIsOpen = false
    put(text + "\n")
  }
}
