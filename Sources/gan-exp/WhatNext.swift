import ArgumentParser
import Foundation
import Results
import RunFormat
import Runner
import Spec

/// What is said when a run or a sweep is over: which trial was best, and commands to copy.
struct WhatNext {
  let results: String

  /// `results` as words behind a command.
  private var place: String { results == "results" ? "" : " --results \(results.shellWord)" }

  private func say(_ commands: [(String, about: String)]) {
    let width = commands.map { $0.0.count }.max() ?? 0
    for (index, command) in commands.enumerated() {
      let space = String(repeating: " ", count: width - command.0.count)
      Terminal.error("\(index == 0 ? "next: " : "      ")\(command.0)\(space)  # \(command.about)")
    }
  }

  /// - Parameter folder: the run's.
  func say(ofRun folder: String) {
    let run = Results.Run(folder)
    let name = RunNames(results: results, runs: [run]).short(of: run).shellWord
    switch run.state {
    case .finished, .stopped:
      let vectors = run.pictures().isEmpty
      say(
        [("gan-exp show \(name)\(place)", "facts, samples, losses")]
          + (vectors ? [] : [("gan-exp sample \(name)\(place)", "another grid")])
          + [("gan-exp compare\(place)", "beside all others")])
    case .diverged:
      say([
        ("gan-exp show \(name)\(place)", "the losses up to there"),
        ("gan-exp compare\(place)", "beside all others"),
      ])
    // These have been told how they go on.
    case .running, .interrupted, .failed, .other, .unknown: break
    }
  }

  /// - Parameter folder: the sweep's.
  func say(ofSweep folder: String) {
    guard case .sweep(let sweep)? = try? RunReference(folder, results: results).find() else {
      return
    }
    let names = RunNames(results: results)
    let summary = SweepSummary(sweep, names: names)
    guard !summary.trials.isEmpty else { return }
    let name = names.short(of: sweep.path).shellWord
    if let best = summary.facts.first(where: { $0.name == "best" }) {
      Terminal.error("best: \(best.text)")
    }
    let first = summary.best.map { names.short(of: $0.run).shellWord }
    say(
      [("gan-exp show \(name)\(place)", "how it went")]
        + [("gan-exp compare \(name)\(place)", "a row a setting")]
        + (first.map { [("gan-exp show \($0)\(place)", "the best trial")] } ?? [])
        + [("gan-exp report \(name)\(place)", "one page: report.html")])
  }
}

extension SweepRunOptions {
  /// Plays a sweep, says what can be done with it, and ends with its exit code. Of one that a cluster goes on
  /// with there is nothing to say yet.
  func playToTheEnd(
    _ directory: SweepDirectory, _ plan: SweepPlan, _ data: DataOptions,
    _ machine: MachineOptions, _ progress: ProgressOptions, results: String
  ) throws {
    let isWaitedFor = chosenEngine(plan.experiment) == .local || wait
    func say() {
      if isWaitedFor, !progress.quiet { WhatNext(results: results).say(ofSweep: directory.path) }
    }
    do { try play(directory, plan, data, machine, progress) } catch let code as ExitCode {
      say()
      throw code
    }
    say()
  }
}
