import RunFormat
import Spec

/// What `notify` tells of the end of a run or a sweep.
package struct Notice: Sendable, Hashable {
  package let event: NotifySection.Event
  /// Of the experiment.
  package let name: String
  /// Of the run or the sweep.
  package let directory: String
  /// `run`, `trial` or `sweep`.
  package let kind: String
  /// In a sentence or two; nil where all went well.
  package let reason: String?
  package let exitCode: Int32
  /// Of a run.
  package var step: Int?
  /// Of a sweep: how many of its trials ended how, `finished` first.
  package var trials: [(word: String, count: Int)] = []

  package static func == (a: Notice, b: Notice) -> Bool {
    a.json.compact == b.json.compact
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(json.compact) }

  /// Of a run that has ended so; nil where another process goes on in its place, and tells itself.
  package init?(of outcome: RunOutcome, name: String, kind: String = "run") {
    switch outcome.ending {
    case .finished, .stopped: event = .finished
    case .outOfTime, .interrupted: event = .interrupted
    case .diverged: event = .diverged
    case .failed: event = .failed
    case .superseded: return nil
    }
    (self.name, self.kind) = (name, kind)
    directory = PlainFiles.absolute(outcome.directory) ?? outcome.directory
    (reason, exitCode, step) = (outcome.message, outcome.exitCode, outcome.step)
  }

  /// Of a sweep that this process has played, by what it ends with.
  ///
  /// - Parameter words: how each trial stands.
  package init(
    sweep directory: String, name: String, words: [String], exitCode: Int32, reason: String? = nil
  ) {
    func count(_ word: String) -> Int { words.count { $0 == word } }
    let (failed, diverged, paused) = (count("failed"), count("diverged"), count("interrupted"))
    var told: [String] = []
    if failed > 0 { told.append("\(failed) trials failed") }
    if diverged > 0 { told.append("\(diverged) trials diverged") }
    if paused > 0 { told.append("\(paused) trials are paused") }
    switch exitCode {
    case 0: event = .finished
    case ExitStatus.saved.rawValue, 128...: event = .interrupted
    case ExitStatus.failedTrial.rawValue: event = failed > 0 || diverged == 0 ? .failed : .diverged
    case _: event = .failed
    }
    (self.name, kind, self.exitCode) = (name, "sweep", exitCode)
    self.directory = PlainFiles.absolute(directory) ?? directory
    self.reason = reason ?? (told.isEmpty ? nil : told.joined(separator: ", "))
    trials = ["finished", "stopped", "diverged", "failed", "interrupted", "running", "pending"]
      .map { ($0, count($0)) }.filter { $0.1 > 0 }
  }

  package var json: JSON {
    .map([
      "event": .text(event.rawValue), "kind": .text(kind), "name": .text(name),
      "directory": .text(directory), "reason": reason.map(JSON.text),
      "exit_code": .integer(Int(exitCode)), "step": step.map(JSON.integer),
      "trials": trials.isEmpty
        ? nil : .object(trials.map { ($0.word, .integer($0.count)) }),
    ])
  }

  /// `NAME=value`, each.
  var environment: [String] {
    let pairs = [
      ("EVENT", event.rawValue), ("KIND", kind), ("NAME", name), ("DIRECTORY", directory),
      ("EXIT_CODE", "\(exitCode)"), ("REASON", reason ?? ""),
      ("STEP", step.map(String.init) ?? ""),
    ]
    return pairs.map { "GAN_EXP_\($0)=\($1.filter { $0 != "\0" })" }
  }
}
