import ArgumentParser
import Foundation
import Results
import RunFormat
import Runner
import Spec

struct Prune: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Takes checkpoints away from runs that have ended; the best and the last stay.",
    discussion: """
      What is left is a run like any other, for show, compare, sample, report and resume. --drop optimizer \
      takes the state of the optimizers out of the checkpoints that stay: then it can be sampled from, and \
      training cannot go on.
      """)

  enum Part: String, CaseIterable, ExpressibleByArgument { case optimizer }

  @Argument(help: "Runs, sweeps, or folders of them; none: all of --results.")
  var references: [String] = []
  @Option(
    help: ArgumentHelp(
      "What stays: best=1,last=1,milestones=yes where nothing else is said.", valueName: "rule"))
  var keep: String?
  @Option(help: ArgumentHelp("Takes this out of what stays.", valueName: "optimizer"))
  var drop: Part?
  @Option(help: ArgumentHelp("The best are those with the least of it.", valueName: "metric"))
  var minimize: String?
  @Option(help: ArgumentHelp("The best are those with the most of it.", valueName: "metric"))
  var maximize: String?
  @Option(
    name: .customLong("where"),
    help: ArgumentHelp("Only runs for which this holds.", valueName: "condition"))
  var condition: String?
  @OptionGroup var confirmation: ConfirmationOptions
  @OptionGroup var results: ResultsOptions

  func validate() throws {
    let rule = try rule()
    if minimize != nil, maximize != nil {
      throw ValidationError("the best are by one metric: --minimize or --maximize")
    }
    if objective != nil, rule.best == 0 {
      throw ValidationError(
        "with best=0 none of the best stays: it goes without \(objectiveOption)")
    }
  }

  private func rule() throws -> KeepRule {
    do throws(KeepRuleError) {
      var rule = try keep.map { text throws(KeepRuleError) in try KeepRule(text) } ?? KeepRule()
      rule.dropsOptimizer = drop == .optimizer
      return rule
    } catch {
      throw ValidationError("--keep \(error)")
    }
  }

  private var objective: MetricsSection.Objective? {
    minimize.map { .init(metric: $0, minimizes: true) }
      ?? maximize.map { .init(metric: $0, minimizes: false) }
  }

  private var objectiveOption: String { minimize == nil ? "--maximize" : "--minimize" }

  func run() throws {
    let list = try results.list(references, where: condition)
    let runs = list.runs.map(\.run).filter { PlainFiles.isFolder($0.path) }
    try requireMeasured(runs)
    let all = try plans(of: runs)
    guard !all.isEmpty else { return Terminal.error("nothing to prune") }
    for plan in all {
      try confirmation.announce("\(plan.run): \(plan.words), \(ByteCount(plan.freed))")
    }
    let sum = all.reduce(0) { $0 + $1.freed }
    let total = "\(ByteCount(sum)) of \(all.count) run\(all.count == 1 ? "" : "s")"
    if confirmation.dryRun { return Terminal.error("would free \(total)") }
    guard try confirmation.confirm("free \(total)?", about: total) else { return }
    for plan in all {
      try Failure.catching(plan.carryOut)
      try Output.result(plan.run)
    }
    Terminal.error("freed \(total)")
  }

  /// Whether some run was measured by what --minimize or --maximize names.
  private func requireMeasured(_ runs: [Results.Run]) throws {
    guard let metric = objective?.metric, !runs.isEmpty else { return }
    var known: Set<String> = []
    for run in runs {
      known.formUnion(try Failure.catching { try Pruning.metricNames(of: run.path) })
    }
    if known.contains(metric) { return }
    let names = known.sorted()
    let near = nearest(to: metric, in: names).map { "did you mean `\($0)`?" }
    let advice =
      near
      ?? (names.isEmpty
        ? "none of them was measured by anything" : "metrics: \(names.joined(separator: ", "))")
    throw Failure(
      status: .commandLine,
      message: "error: \(objectiveOption): no run here was measured by `\(metric)`\n  = \(advice)")
  }

  /// What there is to do; what is left alone is said.
  private func plans(of runs: [Results.Run]) throws -> [Pruning] {
    var (all, reasons): ([Pruning], [String: Int]) = ([], [:])
    var held: Set<String> = []
    let rule = try rule()
    for run in runs {
      do {
        switch try Failure.catching({ try Pruning.plan(of: run.path, rule, objective: objective) })
        {
        case .success(let plan):
          Terminal.note(plan.notes)
          if !plan.isNothing { all.append(plan) }
        case .failure(let left):
          reasons[left.reason, default: 0] += 1
          if references.contains(run.path) || runs.count == 1 {
            Terminal.error("left alone: \(run.path): \(left.reason)")
            reasons[left.reason] = 0
          }
        }
      } catch let failure as Failure where failure.status == .locked {
        // Of a sweep that is played once, not for each of its trials.
        let line = failure.message.replacing(/^error:/, with: "left alone:")
        if held.insert(line).inserted { Terminal.error(line) }
      }
    }
    for (reason, count) in reasons.sorted(by: { $0.key < $1.key }) where count > 0 {
      Terminal.error("left alone: \(count) run\(count == 1 ? "" : "s"): \(reason)")
    }
    return all
  }
}
