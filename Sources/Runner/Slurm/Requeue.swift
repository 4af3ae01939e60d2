import CLibrary
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
  /// Nobody knows; what scontrol said.
  case unanswered(String)

  /// Asks for it, by the task's own number and only if the scheduler is not ending the task already: a job
  /// that somebody cancelled must not come back.
  ///
  /// A scheduler that does not answer is asked again, after pauses that grow: tasks that began together are at their ends
  /// together, and all ask.
  ///
  /// - Parameters:
  ///   - limit: how often a task may be started anew.
  ///   - patience: for so many seconds; a worker is told three minutes before its end.
  package init(
    _ task: ClusterTask, limit: Int, _ client: SlurmClient, patience: Double = 100
  ) {
    guard task.restart < limit else {
      self = .tooOften(task.restart)
      return
    }
    let start = monotonicSeconds()
    var pause = 1.0
    while true {
      self = Self.ask(task, client)
      guard case .unanswered = self, monotonicSeconds() - start + pause < patience else { return }
      usleep(UInt32(pause * Double.random(in: 0.5..<1) * 1e6))
      pause = min(2 * pause, 16)
    }
  }

  private static func ask(_ task: ClusterTask, _ client: SlurmClient) -> Requeue {
    do throws(RunError) {
      let shown = try client.run("scontrol", ["-o", "show", "job", task.id])
      guard let state = Self.state(in: shown.output) else {
        return .unanswered(client.said(by: shown))
      }
      if state.split(separator: "|").contains("COMPLETING") || state == "CANCELLED" {
        return .isEnding
      }
      let outcome = try client.run("scontrol", ["requeue", task.id])
      switch outcome.exitCode {
      case 0: return .done
      case nil: return .unanswered(client.said(by: outcome))
      default: return .refused(SlurmClient.words(outcome.errors))
      }
    } catch {
      return .refused("\(error)")
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
    case .unanswered(let words):
      "saved; scontrol gives no answer that can be used (\(words)): submit it again where it does not go on"
    case .refused(let reason): "saved; not in the queue again (\(reason)): submit it again"
    }
  }
}
