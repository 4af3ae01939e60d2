import Foundation
import RunFormat
import Runner
import Spec

extension ProgressOptions {
  /// Who tells of the end of what is about to begin, which is said; nil where nobody is to.
  func notifier(of experiment: Experiment) -> Notifier? {
    guard let section = experiment.notify else { return nil }
    let command = section.command.map(\.shellWord).joined(separator: " ")
    if noNotify {
      if !quiet { Terminal.error("notify: \(command) is not run (--no-notify)") }
      return nil
    }
    if !quiet { Terminal.error("notify: \(command) is run at the end (--no-notify runs nothing)") }
    return Notifier(section, environment: ProcessInfo.processInfo.environment.pairs)
  }
}

extension Notifier {
  /// Of a run; what goes wrong with it is said here and in the run's log, and nothing else.
  func tell(of outcome: RunOutcome, _ experiment: Experiment, kind: String = "run") {
    guard let notice = Notice(of: outcome, name: experiment.name, kind: kind),
      let problem = tell(notice)
    else { return }
    Terminal.error("warning: \(problem)")
    logNotice(problem, in: outcome.directory)
  }

  /// Of a sweep that ends with this code.
  func tell(
    of sweep: String, _ experiment: Experiment, _ exitCode: Int32, _ reason: String? = nil
  ) {
    let states = (try? SweepDirectory(reading: sweep).states()) ?? []
    let notice = Notice(
      sweep: sweep, name: experiment.name, words: states.map(\.word), exitCode: exitCode,
      reason: reason)
    if let problem = tell(notice) { Terminal.error("warning: \(problem)") }
  }
}

extension [String: String] {
  /// `NAME=value`, each.
  var pairs: [String] { map { "\($0.key)=\($0.value)" } }
}

extension Experiment {
  /// What becomes of checkpoints of finished trials, where the file asks for more of them.
  var keepNote: String? {
    guard let checkpoint = record.checkpoint, let left = checkpoint.keepFinished,
      left < checkpoint.keepLast, chosenOrigin(of: "record.checkpoint.keep.last") != nil,
      chosenOrigin(of: "record.checkpoint.keep.finished") == nil
    else { return nil }
    return
      "record.checkpoint.keep.last is \(checkpoint.keepLast): of a trial that has finished, the newest "
      + "\(left == 1 ? "one stays" : "\(left) stay") (keep.finished: none keeps them all)"
  }
}
