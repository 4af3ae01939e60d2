import ArgumentParser
import CLibrary
import Foundation
import RunFormat
import Runner
import Spec

struct Status: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Says how a sweep goes: its folder first, then what waits and runs on the cluster.")

  @Argument(help: ArgumentHelp("The sweep's directory.", valueName: "dir"))
  var sweep: String

  func run() throws {
    let place = PlainFiles.absolute(sweep) ?? sweep
    let (directory, states) = try Failure.catching {
      let directory = try SweepDirectory(reading: place)
      return (directory, try directory.states())
    }
    let cluster = FileLayer().exists("\(place)/slurm") ? ask(place) : nil
    var waiting = 0
    for (trial, state) in zip(directory.trials, states) where !state.hasResult {
      let task = cluster?.queue?[trial.index]
      var words: [String] = []
      if task?.isLive == true, task?.state == "PENDING" {
        waiting += 1
        if state != .held { continue }
      }
      if state == .held || task?.isLive == true {
        words = [state.word] + (try life(directory, trial, now: cluster?.clock))
      }
      if let task, task.isLive {
        words.append("job \(task.id) \(task.state)" + (task.node.isEmpty ? "" : " on \(task.node)"))
      }
      if words.isEmpty { words = ending(of: trial, state, cluster, in: place) }
      if !words.isEmpty { try Output.line("\(trial.name)  \(words.joined(separator: ", "))") }
    }
    try Output.line(
      "\(place): \(TrialState.counts(states))"
        + (waiting > 0 ? "; \(waiting) wait in the queue" : ""))
  }

  /// What a cluster knows of a sweep.
  private struct Cluster {
    /// nil: it gave no answer.
    var queue: [Int: QueuedTrial]?
    /// The last task of each trial that was accepted.
    var tasks: [Int: String] = [:]
    /// The file system's.
    let clock: Double?
  }

  private func ask(_ place: String) -> Cluster {
    let queue = SlurmQueue(.current, sweep: place)
    var cluster = Cluster(clock: FileLayer().clock(in: "\(place)/slurm"))
    do throws(RunError) {
      cluster.tasks = try queue.lastTasks()
      cluster.queue = try queue.trials(noOlderThan: SlurmPlay.interval)
    } catch {
      Terminal.error("\(error); what follows is what the folder says")
    }
    return cluster
  }

  /// How far a trial is that a worker has, where, and when that worker was last heard of.
  private func life(
    _ directory: SweepDirectory, _ trial: PlannedTrial, now: Double?
  ) throws -> [String] {
    var words: [String] = []
    if let status = directory.status(of: trial) {
      if let step = status.step, let steps = status.steps {
        words.append("step \(step) of \(steps)")
      }
      if let host = status.process?.host { words.append("on \(host)") }
    }
    let silence = try Failure.catching {
      try RunClaim.silence(of: directory.folder(trial), at: now)
    }
    if let silence { words.append("beat \(Duration.words(silence)) ago") }
    return words
  }

  /// What a trial says of its end, else what its task left; nothing of one that never was anywhere.
  private func ending(
    of trial: PlannedTrial, _ state: TrialState, _ cluster: Cluster?, in place: String
  ) -> [String] {
    let task = cluster?.queue?[trial.index]
    let id = task?.id ?? cluster?.tasks[trial.index]
    if let reason = state.reason {
      let log = id.map { TaskTrace.log($0, in: place) }.flatMap {
        FileLayer().exists($0) ? $0 : nil
      }
      return ["\(state.word): \(reason)" + (log.map { "; its log is \($0)" } ?? "")]
    }
    // Without an answer it may still wait.
    guard let id, cluster?.queue != nil else { return [] }
    return ["\(state.word): \(TaskTrace(id, task, sweep: place).words)"]
  }
}
