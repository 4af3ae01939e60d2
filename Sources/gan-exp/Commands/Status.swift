import ArgumentParser
import CLibrary
import Foundation
import RunFormat
import Runner
import Spec

struct Status: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Says how a sweep goes: its folder first, then what waits and runs on the cluster.")

  @Argument(
    help: ArgumentHelp("A sweep: a folder, the beginning of its id, or @last."),
    completion: Completions.runs)
  var sweep: String
  @OptionGroup var results: ResultsOptions

  func run() throws {
    let folder = try results.sweep(sweep)
    let place = PlainFiles.absolute(folder) ?? folder
    let directory = try Failure.catching { try SweepDirectory(reading: place) }
    let cluster = FileLayer().exists("\(place)/slurm") ? ask(place) : nil
    let states = try Failure.catching { try directory.states(knowing: cluster?.queue) }
    var waiting: [String: Int] = [:]
    for (trial, state) in zip(directory.trials, states) where !state.hasResult {
      let task = cluster?.queue?[trial.index]
      var words: [String] = []
      if let task, task.isLive, task.state == "PENDING" {
        waiting[task.reason, default: 0] += 1
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
        + (waiting.isEmpty ? "" : "; \(Self.words(waiting))"))
  }

  /// `12 wait in the queue (10 Priority, 2 Resources)`: Slurm's words for why, the most frequent first.
  private static func words(_ waiting: [String: Int]) -> String {
    let count = waiting.values.reduce(0, +)
    let reasons = waiting.filter { !["", "None"].contains($0.key) }
      .sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      .map { waiting.count == 1 ? $0.key : "\($0.value) \($0.key)" }
    return "\(count) \(count == 1 ? "waits" : "wait") in the queue"
      + (reasons.isEmpty ? "" : " (\(reasons.joined(separator: ", ")))")
  }

  /// What a cluster knows of a sweep.
  private struct Cluster {
    /// nil: it gave no answer.
    var queue: QueuedTrials?
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
      if let strays = cluster.queue?.strays { Terminal.error("warning: \(strays)") }
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
