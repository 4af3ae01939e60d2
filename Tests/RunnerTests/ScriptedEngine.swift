import Dispatch
import Foundation
import RunFormat
import Spec

@testable import Runner

/// Workers that need no time: each submission of a trial ends as its script says next.
final class Script: @unchecked Sendable {
  enum Act {
    case finish, diverge, exit(Int32), die(Int32)
    /// Goes on until it is asked to stop, and then ends so.
    case whenAsked(JobEnding)
    /// Was ended by its sweep, for a reason.
    case stop(String)
    /// Ends so, and another process's worker finishes the trial meanwhile, or is at work on it.
    case finishedByAnother(JobEnding)
    case heldByAnother(JobEnding)
    /// Could not write at this step.
    case diskFull(step: Int)
  }
  let acts: [Int: [Act]]
  private(set) var submitted: [Int] = []
  private var done: [Int: Int] = [:]
  var asked: Set<Int> = []

  init(_ acts: [Int: [Act]]) { self.acts = acts }

  func next(_ trial: Int) -> Act {
    submitted.append(trial)
    let turn = done[trial, default: 0]
    done[trial] = turn + 1
    let own = acts[trial] ?? [.finish]
    return own[min(turn, own.count - 1)]
  }
}

struct ScriptedEngine: Engine {
  let script: Script
  let sweep: SweepDirectory
  let capacity = 1
  private var endings: [Int: JobEnding] = [:]
  private var waiting: [Int: JobEnding] = [:]

  init(_ script: Script, _ sweep: SweepDirectory) { (self.script, self.sweep) = (script, sweep) }

  mutating func submit(_ trials: [PlannedTrial]) throws(RunError) -> [JobID] {
    var jobs: [JobID] = []
    for trial in trials { jobs.append(JobID(try submit(trial))) }
    return jobs
  }

  private mutating func submit(_ trial: PlannedTrial) throws(RunError) -> Int {
    let job = script.submitted.count
    let folder = sweep.folder(trial)
    try FileLayer().makeDirectories(folder)
    func result(_ state: String, reason: String? = nil) throws(RunError) {
      let word = JSON.map([
        "state": .text(state), "step": .integer(9), "attempt": .integer(1),
        "reason": reason.map(JSON.text),
      ])
      try FileLayer().create("\(folder)/result.json", word.fileBytes)
    }
    switch script.next(trial.index) {
    case .finish:
      try result("finished")
      endings[job] = .exited(0)
    case .diverge:
      try result("diverged")
      endings[job] = .exited(6)
    case .stop(let reason):
      try result("stopped", reason: reason)
      endings[job] = .exited(0)
    case .diskFull(let step):
      let word = JSON.map([
        "state": .text("failed"), "step": .integer(step), "cause": .text("disk"),
        "reason": .text("no room"),
      ])
      try FileLayer().replace("\(folder)/status.json", with: word.fileBytes)
      endings[job] = .exited(4)
    case .finishedByAnother(let ending):
      try result("finished")
      endings[job] = ending
    case .heldByAnother(let ending):
      let claim = try RunClaim.take(
        folder, as: .current(), steps: 1, lostAfter: 120, files: FileLayer())
      DispatchQueue.global().async { [journal = sweep.journal] in
        // Until this sweep has seen it.
        func isSeen() -> Bool {
          (try? journal.content().records.contains {
            $0["event"]?.string == "held" && $0["trial"]?.int == trial.index
          }) ?? false
        }
        while !isSeen(), FileLayer().exists(claim.path) { usleep(10_000) }
        claim.forget()
      }
      endings[job] = ending
    case .exit(let code): endings[job] = .exited(code)
    case .die(let signal): endings[job] = .killed(signal: signal)
    case .whenAsked(let ending): waiting[job] = ending
    }
    return job
  }

  mutating func poll() -> [JobID: JobState] {
    var states: [JobID: JobState] = [:]
    for job in script.submitted.indices {
      let ending = script.asked.contains(job) ? waiting[job] : endings[job]
      states[JobID(job)] = ending.map(JobState.ended) ?? .alive
    }
    return states
  }

  func cancel(_ jobs: [JobID]) { script.asked.formUnion(jobs.compactMap { Int($0.word) }) }
  func log(of trial: PlannedTrial) -> String { "\(sweep.path)/logs/\(trial.name).txt" }
}
