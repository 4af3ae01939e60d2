import RunFormat

/// A task of a cluster that was asked to stop and has saved: whether it goes into the queue again.
package enum Requeue: Sendable, Hashable {
  case done
  /// The scheduler is ending the task itself: somebody cancelled it, or it goes into the queue without
  /// being asked.
  case isEnding
  /// It has been in the queue so often already.
  case tooOften(Int)
  /// In the scheduler's words.
  case refused(String)

  /// Asks for it, by the task's own number and only if the scheduler is not ending the task already: a job
  /// that somebody cancelled must not come back.
  ///
  /// - Parameter limit: how often a task may be started anew.
  package init(_ task: ClusterTask, limit: Int, _ client: SlurmClient) {
    guard task.restart < limit else {
      self = .tooOften(task.restart)
      return
    }
    do throws(RunError) {
      let shown = try client.run("scontrol", ["-o", "show", "job", task.id])
      guard let state = Self.state(in: shown.output) else {
        self = .refused(SlurmClient.words(shown.errors))
        return
      }
      if state.split(separator: "|").contains("COMPLETING") || state == "CANCELLED" {
        self = .isEnding
        return
      }
      let outcome = try client.run("scontrol", ["requeue", task.id])
      self = outcome.exitCode == 0 ? .done : .refused(SlurmClient.words(outcome.errors))
    } catch {
      self = .refused("\(error)")
    }
  }

  /// `RUNNING` of `JobId=5 … JobState=RUNNING Reason=…`
  static func state(in text: String) -> String? {
    text.split(whereSeparator: \.isWhitespace).first { $0.hasPrefix("JobState=") }
      .map { String($0.dropFirst("JobState=".count)) }
  }

  package var words: String {
    switch self {
    case .done: "saved; in the queue again"
    case .isEnding: "saved; the scheduler ends this task"
    case .tooOften(let count):
      "saved; started anew \(count) times already (engine.slurm.requeues): submit it again"
    case .refused(let reason): "saved; not in the queue again (\(reason)): submit it again"
    }
  }
}
