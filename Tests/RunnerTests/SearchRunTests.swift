import Foundation
import Images
import Metrics
import ModelBuilder
import RunFormat
import Spec
import Testing

@testable import Runner

/// Workers that need no time: what a trial comes to is a function of its learning rate.
private struct ValuedEngine: Engine {
  let sweep: String
  let value: (PlannedTrial) -> Double?
  let capacity = 1
  private(set) var submitted = 0

  init(_ sweep: String, _ value: @escaping (PlannedTrial) -> Double?) {
    (self.sweep, self.value) = (sweep, value)
  }

  mutating func submit(_ trials: [PlannedTrial]) throws(RunError) -> [JobID] {
    var jobs: [JobID] = []
    for trial in trials {
      try play(trial)
      submitted += 1
      jobs.append(JobID(submitted))
    }
    return jobs
  }

  private func play(_ trial: PlannedTrial) throws(RunError) {
    let folder = "\(sweep)/trials/\(trial.name)"
    try FileLayer().makeDirectories(folder)
    if let value = value(trial) {
      let row = "9,1,36,sliced_wasserstein,\(value),8,0,train,raw,\n"
      try FileLayer().create("\(folder)/metrics.csv", Array((MetricsRow.header + row).utf8))
    }
    let word = JSON.map([
      "state": .text(value(trial) == nil ? "diverged" : "finished"), "step": .integer(9),
      "attempt": .integer(1),
    ])
    try FileLayer().create("\(folder)/result.json", word.fileBytes)
  }

  func poll() -> [JobID: JobState] {
    Dictionary(
      uniqueKeysWithValues: (0...submitted).map { (JobID($0), JobState.ended(.exited(0))) })
  }
  func cancel(_ jobs: [JobID]) {}
  func log(of trial: PlannedTrial) -> String { "\(sweep)/logs/\(trial.name).txt" }
}

struct SearchRunTests {
  private static let axes =
    "axes: {optimizer.learning_rate: {log: [1e-6, 1]}, latent.size: [3, 4, 5]}"

  private func experiment(_ sweep: String) throws -> Experiment {
    let metrics =
      "metrics: {of: [sliced_wasserstein], objective: {minimize: sliced_wasserstein}}\n"
    let vocabulary = Catalog.vocabulary(
      sources: DatasetCatalog.declarations, metrics: MetricCatalog.declarations)
    let yaml = TinyRun().yaml + metrics + "sweep: {method: tpe, \(sweep)}\n"
    return try loadExperiment(text: yaml, name: "search.yaml", vocabulary: vocabulary).get()
  }

  private func planned(
    _ experiment: Experiment, _ points: [SweepPoint], from index: Int
  ) throws -> [PlannedTrial] {
    let section = try #require(experiment.sweep)
    return try points.enumerated().map { place, point in
      PlannedTrial(
        index: index + place, point: point,
        experiment: try section.experiment(at: point, seed: experiment.seed), dataDigest: "d",
        numericsVersion: 1)
    }
  }

  private static func rate(_ trial: PlannedTrial) -> Double {
    trial.point.settings.first { $0.path == "optimizer.learning_rate" }
      .flatMap { Double($0.text) } ?? .nan
  }

  /// Best at a rate of 1e-3 with 4 latents.
  private static func value(_ trial: PlannedTrial) -> Double? {
    let size = trial.point.settings.first { $0.path == "latent.size" }?.text
    return abs(log10(rate(trial)) + 3) + (size == "4" ? 0 : 1)
  }

  private func play(
    _ scratch: Scratch, _ sweep: String, stopAfter: Int? = nil,
    refuse: @escaping (SweepPoint) -> Bool = { _ in false },
    value: @escaping (PlannedTrial) -> Double? = Self.value
  ) throws -> (sweep: SweepDirectory, outcome: SweepOutcome) {
    let experiment = try experiment(sweep)
    let section = try #require(experiment.sweep)
    let first = try planned(experiment, try section.points(seed: experiment.seed), from: 0)
    let opened = try SweepDirectory.open(
      first, of: experiment, merged: section.mergedYAML,
      context: try TinyRun().setup("x").context, dataDigest: "d", results: scratch.path,
      fresh: false, searches: true
    ).sweep
    let objective = try #require(experiment.metrics?.objective)
    let search = try SweepSearch(section, objective, seed: experiment.seed) { points, index in
      if let bad = points.first(where: refuse) {
        throw Diagnostics([
          Diagnostic("\(bad.settings.count) settings are refused", at: section.origin)
        ])
      }
      return try planned(experiment, points, from: index)
    }
    var options = SweepOptions()
    options.objective = objective
    let started = Counter()
    options.interrupt = { stopAfter.map { started.count >= $0 } == true ? 15 : 0 }
    var run = SweepRun(
      opened, engine: ValuedEngine(opened.path, value), options, search: search
    ) { event in
      if case .started = event { _ = started.next() }
    }
    let outcome = try run.play()
    return (try SweepDirectory(reading: opened.path), outcome)
  }

  @Test func aSearchLooksWhereItWasGoodAndKeepsItsBudget() throws {
    let scratch = try Scratch()
    defer { withExtendedLifetime(scratch) {} }
    let (sweep, outcome) = try play(
      scratch,
      "\(Self.axes), budget: {trials: 45}, start_with: [{optimizer.learning_rate: 0.5}]")
    #expect(outcome.exitCode == 0 && outcome.states.count == 45)
    #expect(sweep.trials.count == 45)
    #expect(Self.rate(sweep.trials[0]) == 0.5)
    func mean(_ trials: ArraySlice<PlannedTrial>) -> Double {
      trials.reduce(0) { $0 + (Self.value($1) ?? 0) } / Double(trials.count)
    }
    // At random it is 2.2 on average.
    #expect(mean(sweep.trials.prefix(10)) > 1.5)
    #expect(mean(sweep.trials.suffix(15)) < 1.1)
    #expect(try text("\(sweep.path)/summary.csv").contains("best_sliced_wasserstein,reason\n"))
    #expect(Set(sweep.trials.map(\.name)).count == 45)
  }

  @Test func aSearchThatWasInterruptedGoesOnAsIfItHadNotBeen() throws {
    let budget = "\(Self.axes), budget: {trials: 20}"
    let (first, scratch) = (try Scratch(), try Scratch())
    let whole = try play(first, budget).sweep
    #expect(try play(scratch, budget, stopAfter: 14).outcome.exitCode == 143)
    let continued = try play(scratch, budget).sweep
    #expect(continued.trials == whole.trials)
    // A larger budget adds to the same directory.
    let larger = try play(scratch, "\(Self.axes), budget: {trials: 23}").sweep
    #expect(larger.path == continued.path && larger.trials.count == 23)
    #expect(Array(larger.trials.prefix(20)) == whole.trials)
  }

  @Test func replicatesOfASettingRunSideBySideAndCountTogether() throws {
    let scratch = try Scratch()
    defer { withExtendedLifetime(scratch) {} }
    let (sweep, outcome) = try play(
      scratch, "\(Self.axes), budget: {trials: 28}, replicates: 2")
    #expect(outcome.states.count == 28)
    for pair in stride(from: 0, to: 28, by: 2) {
      #expect(sweep.trials[pair].point.settings == sweep.trials[pair + 1].point.settings)
      #expect(sweep.trials[pair + 1].seed == sweep.trials[pair].seed + 1)
    }
  }

  @Test func aSmallSpaceIsExhaustedAndNoSettingRunsTwice() throws {
    let scratch = try Scratch()
    defer { withExtendedLifetime(scratch) {} }
    let (sweep, outcome) = try play(
      scratch, "axes: {latent.size: [3, 4, 5], seed: [1, 2, 3, 4, 5]}, budget: {trials: 90}")
    #expect(outcome.ending == .complete)
    #expect(Set(sweep.trials.map(\.identity)).count == sweep.trials.count)
    #expect((14...15).contains(sweep.trials.count))
  }

  @Test func whatCannotBePlayedIsPassedOverAndWrittenDown() throws {
    let scratch = try Scratch()
    defer { withExtendedLifetime(scratch) {} }
    let (sweep, outcome) = try play(
      scratch, "\(Self.axes), budget: {trials: 25}",
      refuse: { point in point.settings.contains { $0.path == "latent.size" && $0.text == "5" } })
    #expect(outcome.states.count == 25)
    let later = sweep.trials.dropFirst(10)
    #expect(later.allSatisfy { !$0.point.settings.contains { $0.text == "5" } })
    let refused = try sweep.journal.content().records.filter { $0["event"]?.string == "refused" }
    #expect((1..<15).contains(refused.count))
    #expect(refused.allSatisfy { $0["reason"]?.string?.contains("are refused") == true })
  }

  @Test func divergedTrialsAreBadAndTheSearchLeavesThem() throws {
    let scratch = try Scratch()
    defer { withExtendedLifetime(scratch) {} }
    let (sweep, outcome) = try play(
      scratch, "\(Self.axes), budget: {trials: 50}",
      value: { Self.rate($0) > 1e-4 ? nil : Self.value($0) })
    #expect(outcome.count("diverged") > 0 && outcome.states.count == 50)
    let bad = sweep.trials.suffix(20).count { Self.rate($0) > 1e-4 }
    #expect(bad < 10, "at random 13 of 20 diverge")
  }
}
