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
    let queue = tasks(place)
    var waiting = 0
    for (trial, state) in zip(directory.trials, states) where !state.hasResult {
      let task = queue[trial.index]
      let isLive = task?.isLive == true
      if isLive, task?.state == "PENDING" { waiting += 1 }
      guard state == .held || isLive && task?.state != "PENDING" || task?.isLive == false else {
        if let reason = state.reason { try Output.line("\(trial.name)  \(state.word): \(reason)") }
        continue
      }
      var words = [state == .held ? "running" : state.word]
      if let status = directory.status(of: trial) {
        if let step = status.step, let steps = status.steps {
          words.append("step \(step) of \(steps)")
        }
        if state == .held, let host = status.process?.host { words.append("on \(host)") }
      }
      if let task {
        words.append("job \(task.id) \(task.state)" + (task.node.isEmpty ? "" : " on \(task.node)"))
        if !isLive, task.reason != "None" { words.append(explained(task, in: place)) }
      }
      try Output.line("\(trial.name)  \(words.joined(separator: ", "))")
    }
    try Output.line(
      "\(place): \(TrialState.counts(states))"
        + (waiting > 0 ? "; \(waiting) wait in the queue" : ""))
  }

  /// What the scheduler knows; nothing where it cannot be asked.
  private func tasks(_ place: String) -> [Int: QueuedTrial] {
    guard FileLayer().exists("\(place)/slurm") else { return [:] }
    do throws(RunError) {
      return try SlurmQueue(.current, sweep: place).trials(noOlderThan: SlurmPlay.interval)
    } catch {
      Terminal.error("\(error)")
      return [:]
    }
  }

  /// A task that left no word of its own.
  private func explained(_ task: QueuedTrial, in place: String) -> String {
    let log = "\(place)/slurm/\(task.id).log"
    if task.reason == "JobLaunchFailure", !FileLayer().exists(log) {
      return
        "it could not begin: does \(task.node) see \(place)? Results must lie on a file system that "
        + "the nodes share (--results)"
    }
    return "\(task.reason), see \(log)"
  }
}
