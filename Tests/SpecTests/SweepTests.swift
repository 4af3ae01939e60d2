import Testing

@testable import Spec

private func load(_ sweep: String, sweeps: [String] = []) throws -> Experiment {
  try loadExperiment(
    text: goodSpec + "\nlatent: {size: 100}\nparams: {w: 1}\n" + sweep, sweeps: sweeps,
    vocabulary: vocabulary
  ).get()
}

private func points(_ sweep: String, seed: UInt64 = 0) throws -> [String] {
  let sweep = try #require(try load("sweep:\n  " + sweep).sweep)
  return try sweep.points(seed: seed).map { point in
    (point.settings.map { "\($0.path)=\($0.text)" }
      + (point.replicate > 0 ? ["+\(point.replicate)"] : []))
      .joined(separator: " ")
  }
}

struct SweepTests {
  static let plans = [
    Written(
      "axes: {loss.kind: [hinge, least_squares], latent.size: [16, 64]}",
      [
        "loss.kind=hinge latent.size=16", "loss.kind=hinge latent.size=64",
        "loss.kind=least_squares latent.size=16", "loss.kind=least_squares latent.size=64",
      ]),
    .init(
      "{axes: {latent.size: [16, 64]}, replicates: 2}",
      ["latent.size=16", "latent.size=16 +1", "latent.size=64", "latent.size=64 +1"]),
    .init(
      "linked: {recipe: [{loss.kind: hinge, seed: 1}, {loss.kind: least_squares, seed: 5}]}\n"
        + "  axes: {latent.size: [16, 64]}",
      [
        "loss.kind=hinge seed=1 latent.size=16", "loss.kind=hinge seed=1 latent.size=64",
        "loss.kind=least_squares seed=5 latent.size=16",
        "loss.kind=least_squares seed=5 latent.size=64",
      ]),
    .init(
      "axes: {loss.kind: [hinge, least_squares]}\n"
        + "  when: [{if: 'loss.kind == \"least_squares\"', axes: {loss.scale: [0.5, 1]}}]",
      [
        "loss.kind=hinge", "loss.kind=least_squares loss.scale=0.5",
        "loss.kind=least_squares loss.scale=1",
      ]),
    .init(
      "axes: {latent.size: [16, 64], data.batch: [32, 512]}\n"
        + "  exclude: ['latent.size == 16 and data.batch == 512']",
      [
        "latent.size=16 data.batch=32", "latent.size=64 data.batch=32",
        "latent.size=64 data.batch=512",
      ]),
    // Conditions see what the file says where no axis does.
    .init(
      "axes: {latent.size: [16, 64]}\n"
        + "  exclude: ['latent.size == 16 and data.batch == 512 and data.drop_last == \"false\"', 'seed > 3']",
      ["latent.size=64"]),
    .init(
      "axes: {latent.size: [16, 64]}\n"
        + "  exclude: ['latent.size == 16 and data.batch == 512 and data.drop_last']",
      ["latent.size=16", "latent.size=64"]),
    .init(
      "{method: list, axes: {latent.size: [16, 64], seed: [3, 9]}}",
      ["latent.size=16 seed=3", "latent.size=64 seed=9"]),
    .init(
      "axes: {labels: [none, {classes: 3}], data.source.folder: ['a #b', '007']}",
      [
        "labels=none data.source.folder=\"a #b\"", "labels=none data.source.folder=\"007\"",
        "labels={classes: 3} data.source.folder=\"a #b\"",
        "labels={classes: 3} data.source.folder=\"007\"",
      ]),
    // The same experiment with other seeds, and nothing else.
    .init("{replicates: 3}", ["", "+1", "+2"]),
  ]

  @Test(arguments: plans)
  func trialsStandInTheOrderOfTheFile(_ plan: Written<[String]>) throws {
    #expect(try points(plan.text) == plan.value)
  }

  @Test func aTrialIsTheFileWithItsValues() throws {
    let experiment = try load(
      "sweep: {axes: {latent.size: [16], loss.kind: [hinge], params.w: [3]}, replicates: 2}")
    let sweep = try #require(experiment.sweep)
    let trials = try sweep.points(seed: 7).map { try sweep.experiment(at: $0, seed: 7) }
    #expect(trials.map(\.seed) == [0, 8])
    #expect(
      trials.allSatisfy {
        $0.twoPlayers!.latent.size == 16 && $0.twoPlayers!.loss.name == "hinge" && $0.sweep == nil
      })
    #expect(trials[0].root.origin(of: "loss").summary == "sweep")
    #expect(trials[0].data.batchOrigin.summary == "spec.yaml:2")
  }

  @Test(arguments: [
    "latent.size=16", "loss.kind=hinge", "optimizer.discriminator.learning_rate=1", "params.w=7",
    "labels={classes: 3}", "architecture.generator[2].leaky_relu=0.5", "name=other", "seed=12",
    "record.checkpoint=none", "data={source: synthetic, batch: 3}",
  ])
  func aTrialIsWhatSetWouldMakeOfTheFile(_ setting: String) throws {
    let sweep = try #require(try load("sweep: {axes: {seed: [1, 2]}}").sweep)
    let parts = setting.split(separator: "=", maxSplits: 1).map(String.init)
    let trial = try sweep.experiment(
      at: SweepPoint(settings: [.init(path: parts[0], text: parts[1])], replicate: 0), seed: 0)
    let plain = try loadExperiment(
      text: goodSpec + "\nlatent: {size: 100}\nparams: {w: 1}\n", overrides: [setting],
      vocabulary: vocabulary
    ).get()
    #expect(trial.resolvedJSON == plain.resolvedJSON)
  }

  @Test func whatATrialLacksIsSaidAtTheSweep() throws {
    let sweep = try #require(
      try load("sweep: {axes: {latent.size: [16]}}").sweep)
    let point = SweepPoint(
      settings: [.init(path: "optimizer.kind", text: "warm")], replicate: 0)
    let found = #expect(throws: Diagnostics.self) { try sweep.experiment(at: point, seed: 0) }
    #expect(found?.entries.first?.origin.summary == "sweep")
  }

  @Test func drawsKeepToTheirRangesAndGrids() throws {
    let axes = """
      method: random
        axes:
          optimizer.learning_rate: {log: [1e-5, 1e-3]}
          data.batch: {int: [16, 64], step: 16}
          architecture.generator[2].leaky_relu: {uniform: [0, 1], step: 0.1}
          latent.size: {log: [2, 64]}
          loss.kind: {choice: [hinge, least_squares], weights: [1, 9]}
        budget: {trials: 400}
      """
    let all = try points(axes)
    #expect(all.count == 400 && Set(all).count > 390)
    func column(_ index: Int) -> [String] {
      all.map { String($0.split(separator: " ")[index].split(separator: "=")[1]) }
    }
    let rates = column(0).compactMap(Double.init)
    #expect(rates.allSatisfy { (1e-5...1e-3).contains($0) })
    // Even in the logarithm: half of them lie below the geometric mean.
    #expect((160...240).contains(rates.count { $0 < 1e-4 }))
    #expect(Set(column(1)) == ["16", "32", "48", "64"])
    #expect((70...130).contains(column(1).count { $0 == "16" }))
    #expect(Set(column(2)) == Set(["0", "1"] + (1...9).map { "0.\($0)" }))
    #expect(column(3).compactMap(Int.init).count == 400)
    #expect((20...60).contains(column(4).count { $0 == "hinge" }))
  }

  @Test func moreDrawsAndMoreAxesKeepTheFirstOnes() throws {
    func draw(_ trials: Int, _ more: String = "") throws -> [String] {
      try points(
        "method: random\n  axes: {latent.size: {int: [1, 9999]}\(more)}\n"
          + "  budget: {trials: \(trials)}"
      ).map { String($0.split(separator: " ")[0]) }
    }
    #expect(try draw(9) == Array(try draw(20).prefix(9)))
    #expect(try draw(9) == (try draw(9, ", loss.scale: {uniform: [0, 1]}")))
    let other = try points(
      "method: random\n  axes: {latent.size: {int: [1, 9999]}}\n  budget: {trials: 9}", seed: 1)
    #expect(try draw(9) != other)
  }

  static let refusals = [
    Written(
      "{early_stopping: median, axes: {latent.size: [1, 2]}}",
      "`early_stopping` needs an objective"),
    .init(
      "{axes: {latent.size: [1, 2]}, start_with: [{latent.size: 1}]}",
      "`start_with` needs `method: tpe`"),
    .init(
      "method: random\n  axes: {latent.size: {int: [1, 9]}}",
      "`method: random` needs to know how many"),
    .init(
      "{axes: {latent.size: [1, 2]}, budget: {trials: 1}}",
      "this sweep has 2 trials, sweep.budget.trials is 1"),
    .init(
      "{axes: {latent.size: [1, 2]}, exclude: ['latent.size > 0']}", "no trial is left"),
    .init(
      "{method: list, axes: {latent.size: [1, 2], seed: [1]}}",
      "`method: list` takes the values of equal places together"),
    .init(
      "{method: tpe, axes: {latent.size: [1, 2]}}",
      "`method: tpe` needs an objective"),
    .init("{method: random, axes: {seed: [1]}, linked: {a: []}}", "`a` in linked has no rows"),
    .init(
      "{axes: {record.log: [1 steps, 2 steps]}}",
      "the axis `record.log` changes no number: its trials would all be the same"),
    .init(
      "{axes: {latent.size: {choice: [1, 2], weights: [3, 1]}}}",
      "`weights` need `method: random` or `method: tpe`"),
    .init(
      "{early_stopping: {rule: median, factor: 3}, axes: {latent.size: [1, 2]}}",
      "`factor` belongs to `rule: asha`"),
    .init(
      "{axes: {notify.timeout: [1s, 2s]}}",
      "`notify.timeout` is no part of a trial, which is the same wherever it is played"),
    .init(
      "{axes: {engine.slurm.partition: [a, b]}}",
      "`engine.slurm.partition` is no part of a trial, which is the same wherever it is played"),
    .init(
      "{axes: {seed: [1, 2]}, exclude: ['engine.slurm.cpus == 2']}",
      "`engine.slurm.cpus` is no part of a trial, which is the same wherever it is played"),
    .init(
      "{linked: {a: [{seed: 1, engine: {slurm: {}}}]}}",
      "`engine` is no part of a trial, which is the same wherever it is played"),
  ]

  @Test(arguments: refusals)
  func whatCannotBePlannedIsRefusedInWords(_ refusal: Written<String>) throws {
    let found = #expect(throws: Diagnostics.self) { try points(refusal.text) }
    #expect(found?.entries.map(\.message) == [refusal.value])
  }

  @Test func threeMillionPointsAreCountedWithoutBuildingThem() throws {
    let values = "[\((1...12).map(String.init).joined(separator: ", "))]"
    let axes = ["latent.size", "data.batch", "seed", "loss.scale", "params.w"]
      .map { "\($0): \(values)" }
    let sweep = try #require(
      try load("sweep: {axes: {\(axes.joined(separator: ", "))}, replicates: 12}").sweep)
    let start = processorSeconds()
    #expect(sweep.combinations == 2_985_984)
    let found = #expect(throws: Diagnostics.self) { try sweep.points(seed: 0) }
    #expect(found?.entries.first?.message == "this sweep has 2985984 trials, the limit is 1000000")
    #expect(processorSeconds() - start < 0.05)
  }

  static let tooMany: [Written<String>] = [
    Written(
      "{method: random, axes: {latent.size: {int: [1, 1000]}}, budget: {trials: 100000000}}",
      "this sweep has 100000000 trials, the limit is 1000000"),
    .init(
      "{method: random, axes: {latent.size: {int: [1, 9]}}, budget: {trials: 9223372036854775807}}",
      "this sweep has 9223372036854775807 trials, the limit is 1000000"),
    .init(
      "{axes: {seed: [1]}, when: [{if: 'seed == 1', axes: {\(hundredThousand)}}], replicates: 20}",
      "this sweep has 2000000 trials, the limit is 1000000"),
    .init(
      "{axes: {seed: [1]}, when: [{if: 'seed == 1', axes: {\(hundredThousand)}}, "
        + "{if: 'seed < 2', axes: {\(hundredThousand), schedule.accumulate: \(ten)}}]}",
      "this sweep has 100000000000 trials, the limit is 1000000"),
    .init(
      "{method: random, axes: {latent.size: {int: [1, 9]}}, exclude: ['latent.size > 0'], "
        + "budget: {trials: 20000}}", "no trial is left"),
  ]
  private static let ten = "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]"
  private static let hundredThousand = [
    "latent.size", "data.batch", "record.samples.seed", "schedule.generator_steps",
    "schedule.discriminator_steps",
  ].map { "\($0): \(ten)" }.joined(separator: ", ")

  @Test(arguments: tooMany)
  func whatIsFarTooLargeIsRefusedAtOnce(_ plan: Written<String>) throws {
    let start = processorSeconds()
    let found = #expect(throws: Diagnostics.self) { try points(plan.text) }
    #expect(found?.entries.map(\.message) == [plan.value])
    #expect(processorSeconds() - start < 5)
  }

  @Test func axesOnTheCommandLineJoinThoseOfTheFile() throws {
    func axes(_ spec: String, _ sweeps: String...) throws -> [[String]] {
      let sweep = try #require(try load(spec, sweeps: sweeps).sweep)
      return try sweep.points(seed: 0).map { $0.settings.map { "\($0.path)=\($0.text)" } }
    }
    #expect(
      try axes("", "latent.size=[16, 64]") == [["latent.size=16"], ["latent.size=64"]])
    #expect(
      try axes("sweep: {axes: {seed: [1, 2]}}", "latent.size=[16]", "seed=[4]")
        == [["seed=4", "latent.size=16"]])
    let failure = loadExperiment(
      text: goodSpec, sweeps: ["latent.sise=[1]"], vocabulary: vocabulary)
    guard case .failure(let found) = failure else {
      Issue.record("a misspelled axis was taken")
      return
    }
    #expect(found.entries.first?.message == "there is no `latent.sise` to vary")
    #expect(found.entries.first?.origin.summary == "--sweep")
  }

  @Test(arguments: plans.map(\.text) + ["axes: {'architecture.generator[2].leaky_relu': [0.1]}"])
  func theMergedFileGivesTheSameTrials(_ text: String) throws {
    let experiment = try load("sweep:\n  " + text)
    let sweep = try #require(experiment.sweep)
    let again = try loadExperiment(text: sweep.mergedYAML, vocabulary: vocabulary).get()
    #expect(again.resolvedJSON == experiment.resolvedJSON)
    let copy = try #require(again.sweep)
    #expect(try copy.points(seed: 0) == sweep.points(seed: 0))
    for point in try sweep.points(seed: 0) {
      #expect(
        try copy.experiment(at: point, seed: 0).resolvedJSON
          == sweep.experiment(at: point, seed: 0).resolvedJSON)
    }
  }

  @Test func identityIsWhatDecidesTheNumbers() throws {
    func identity(_ change: String...) throws -> String {
      try loadExperiment(text: goodSpec, overrides: change, vocabulary: vocabulary).get()
        .identityText
    }
    let plain = try identity()
    for same in [
      "name=other", "description=words", "record.log=3 steps", "data.batch=512.0",
      // What there was before there was the key.
      "precision.products=float32",
    ] {
      #expect(try identity(same) == plain, "\(same)")
    }
    for other in [
      "seed=1", "data.batch=511", "loss.scale=2", "schedule.length=3 steps",
      "precision.products=tf32",
    ] {
      #expect(try identity(other) != plain, "\(other)")
    }
  }

  /// What trials of one shape keep is looked at once for all that say the same of it.
  @Test func howMuchIsKeptDependsOnRecordsAndOnKindsOfOptimizersNotOnTheirNumbers() throws {
    func storage(_ change: String...) throws -> String {
      try loadExperiment(text: goodSpec, overrides: change, vocabulary: vocabulary).get()
        .storageText
    }
    let sgd = "optimizer={kind: sgd, learning_rate: 0.1, momentum: 0.5}"
    #expect(try storage(sgd) == storage(sgd, "optimizer.learning_rate=2e-4", "seed=3"))
    #expect(try storage(sgd) != storage(sgd, "optimizer.momentum=0"))
    #expect(try storage(sgd) != storage())
    #expect(try storage(sgd) != storage(sgd, "record.checkpoint.every=7 steps"))
  }
}
