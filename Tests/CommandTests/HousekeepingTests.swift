import Foundation
import Testing

@Suite
struct HousekeepingTests {
  private static let record =
    "{log: 2 steps, samples: none, checkpoint: {every: 1 epochs, keep: {last: 5}}}"

  private func place(_ more: String = "") throws -> Place {
    let place = try Place()
    try place.write("tiny.yaml", TinySpec(width: "4", record: Self.record, more: more).yaml)
    return place
  }

  private func checkpoints(_ run: String, _ place: Place) throws -> [String] {
    try place.names(in: "\(run)/checkpoints").filter { $0.hasPrefix("step-") && $0.hasSuffix("/") }
  }

  @Test
  func aRunIsTaggedNotedListedPrunedAndStillARun() throws {
    let place = try place()
    #expect(try place.run("run", "tiny.yaml").end == .exit(0))
    let run = try place.resultDirectory()
    #expect(try place.run("tag", "@last", "paper", "draft").output == "\(run)\n")
    #expect(try place.run("tag", run, "draft", "--remove").end == .exit(0))
    #expect(try place.run("tag", run).output == "paper\n")
    #expect(try place.run("note", run, "= first").end == .exit(0))
    #expect(try place.run("note", run, "second", "--append").end == .exit(0))
    #expect(try place.run("note", run).output == "= first\nsecond\n")
    #expect(try place.run("ls", "--where", "tag == \"paper\"").lines.count == 2)
    #expect(try place.run("tag", run, "a b").end == .exit(2))
    #expect(try place.run("note", run, "--remove").end == .exit(0))
    #expect(try place.run("note", run).output == "")

    #expect(try checkpoints(run, place).count == 3)
    let dry = try place.run("prune", "--dry-run")
    #expect(dry.end == .exit(0) && dry.output.hasPrefix("\(run): steps 4, 8 removed, 12 kept"))
    let asked = try place.run("prune")
    #expect(asked.end == .exit(2) && asked.errors.contains("--yes is needed"))
    #expect(try checkpoints(run, place).count == 3)
    let pruned = try place.run("prune", run, "--keep", "last=1", "--drop", "optimizer", "--yes")
    #expect(pruned.end == .exit(0) && pruned.output == "\(run)\n")
    #expect(try checkpoints(run, place) == ["step-00000012/"])
    for command in ["show", "compare", "sample"] {
      #expect(try place.run(command, run).end == .exit(0), "\(command)")
    }
    let before = try place.names(in: run)
    let longer = try place.run("resume", run, "--extend", "length=4 epochs")
    #expect(longer.end == .exit(2))
    #expect(longer.errors.contains("optimizer.safetensors of step 12 was dropped"))
    #expect(try place.names(in: run) == before)
    let done = try place.run("resume", run)
    #expect(done.end == .exit(0) && done.errors.contains("was dropped"))
    #expect(try place.run("prune", "--keep", "last=0").end == .exit(2))
    let use = try object(place.run("du", "--json").output)
    let list = try #require(use["runs"] as? [[String: Any]])
    #expect(list.map { $0["path"] as? String } == [run])
  }

  @Test
  func rmWhereListsFirstAndRemovesOnlyThese() throws {
    let place = try place()
    for rate in ["1e-3", "2e-3"] {
      let words = ["run", "tiny.yaml", "--set", "optimizer.learning_rate=\(rate)"]
      #expect(try place.start(words).finish().end == .exit(0))
    }
    let condition = "optimizer.learning_rate == 2e-3"
    let dry = try place.run("rm", "--where", condition, "--dry-run")
    #expect(dry.end == .exit(0) && dry.lines.count == 1)
    #expect(dry.errors.contains("would remove 1 run, "))
    let asked = try place.run("rm", "--where", condition)
    #expect(asked.end == .exit(2) && asked.errors.contains("--yes is needed"))
    let removed = try place.run("rm", "--where", condition, "--yes")
    #expect(removed.end == .exit(0) && removed.lines.count == 1)
    #expect(dry.output.hasPrefix(removed.output.dropLast()))
    #expect(try place.run("ls").lines.count == 2)
    let none = try place.run("rm", "--where", condition, "--yes")
    #expect(none.end == .exit(0) && none.errors.contains("nothing to remove"))
    #expect(try place.run("rm").end == .exit(2))
  }

  @Test
  func aProgramIsToldOfTheEndOfARunAndOfASweepOnceAndHarmsNothing() throws {
    let script = "echo $GAN_EXP_KIND $GAN_EXP_EVENT >> told; exit 3"
    let place = try place("notify: {exec: [sh, -c, '\(script)']}")
    let single = try place.run("run", "tiny.yaml")
    #expect(single.end == .exit(0))
    #expect(single.errors.contains("is run at the end"))
    #expect(single.errors.contains("warning: notify: sh ended with 3\n"))
    let log = try place.text("\(place.resultDirectory())/log.txt")
    #expect(log.contains("warning: notify: sh ended with 3"))
    #expect(try place.text("told") == "run finished\n")
    let sweep = try place.run("run", "tiny.yaml", "--sweep", "latent.size=[2,3]")
    #expect(sweep.end == .exit(0))
    #expect(sweep.errors.contains("of a trial that has finished, the newest one stays"))
    #expect(try place.text("told") == "run finished\nsweep finished\n")
    let trials = try place.run(
      "run", "tiny.yaml", "--fresh", "--sweep", "latent.size=[2,3]", "--set", "notify.trials=true")
    #expect(trials.end == .exit(0), "\(trials.errors)")
    #expect(
      try place.text("told").hasSuffix("\ntrial finished\ntrial finished\nsweep finished\n"))
    let before = try place.text("told")
    let silent = try place.run("run", "tiny.yaml", "--no-notify")
    #expect(silent.end == .exit(0) && silent.errors.contains("is not run (--no-notify)"))
    #expect(try place.text("told") == before)
  }

  /// docs/failures.md: `prune` by a metric that no run has: exit 2, nothing is gone
  @Test
  func aMetricThatNoRunHasTakesNothingAway() throws {
    let place = try place(
      "metrics: {every: 1 epochs, of: [{sliced_wasserstein: {samples: 16, projections: 8, patches: 2}}]}"
    )
    #expect(try place.run("run", "tiny.yaml").end == .exit(0))
    let run = try place.resultDirectory()
    let typo = try place.run("prune", run, "--minimize", "sliced_waserstein", "--yes")
    #expect(typo.end == .exit(2))
    #expect(
      typo.errors.contains(
        "--minimize: no run here was measured by `sliced_waserstein`\n  = did you mean "
          + "`sliced_wasserstein`?"), "\(typo.errors)")
    let other = try place.run("prune", run, "--maximize", "d_loss", "--yes")
    #expect(other.end == .exit(2) && other.errors.contains("metrics: sliced_wasserstein"))
    #expect(try checkpoints(run, place).count == 3)
    // Beside one that has it, one that has not is left alone.
    try place.write("plain.yaml", TinySpec(name: "plain", width: "4", record: Self.record).yaml)
    #expect(try place.run("run", "plain.yaml").end == .exit(0))
    let plain = try place.resultDirectory(of: "plain")
    let both = try place.run("prune", run, plain, "--minimize", "sliced_wasserstein", "--yes")
    #expect(both.end == .exit(0) && both.output == "\(run)\n", "\(both.errors)")
    #expect(both.errors.contains("no checkpoint of it was measured by sliced_wasserstein"))
    #expect(try checkpoints(plain, place).count == 3)
  }

  /// docs/failures.md: a run is named twice to `rm`: it is removed once, and stays gone
  @Test
  func whatIsRemovedTwiceIsRemovedOnceAndStaysGone() throws {
    let place = try place()
    #expect(try place.run("run", "tiny.yaml", "--sweep", "latent.size=[2,3]").end == .exit(0))
    let sweep = try place.resultDirectory()
    let trial = try #require(place.names(in: "\(sweep)/trials").first { $0.hasSuffix("/") })
    let dry = try place.run("rm", sweep, "\(sweep)/trials/\(trial)", sweep, "--dry-run")
    #expect(dry.end == .exit(0) && dry.lines.count == 1, "\(dry.output)")
    let removed = try place.run("rm", sweep, "\(sweep)/trials/\(trial)", sweep, "--yes")
    #expect(removed.end == .exit(0) && removed.output == "\(sweep)\n", "\(removed.errors)")
    #expect(!place.exists(sweep))
  }

  @Test
  func theFolderThatOneIsInGoes() throws {
    let place = try place()
    #expect(try place.run("run", "tiny.yaml").end == .exit(0))
    let run = try place.resultDirectory()
    let inside = try place.launch(["sh", "-c", "cd \(run) && \(Program.path) rm . --yes"]).finish()
    #expect(
      inside.end == .exit(0) && inside.lines.first?.hasSuffix(run) == true, "\(inside.errors)")
    #expect(!place.exists(run))
  }

  /// docs/failures.md: `notes.json` cannot be read: exit 4, what to do; it stays as it is
  @Test
  func notesThatCannotBeReadAreNotWrittenOverAndSaySo() throws {
    let place = try place()
    #expect(try place.run("run", "tiny.yaml").end == .exit(0))
    let run = try place.resultDirectory()
    try place.write("\(run)/notes.json", "{damaged")
    for words in [
      ["note", run, "--remove"], ["tag", run, "x"], ["note", run, "x"],
      ["note", run, "x", "--append"],
      ["tag", run],
    ] {
      let result = try place.start(words).finish()
      #expect(result.end == .exit(4), "\(words)")
      #expect(result.errors.contains("\n  = repair it, or remove the file\n"), "\(result.errors)")
    }
    #expect(try place.text("\(run)/notes.json") == "{damaged")
    try place.write(
      "\(run)/notes.json", "{\"format\": 1, \"tags\": [\"a b\"], \"rating\": 5}")
    #expect(try place.run("tag", run, "new").end == .exit(0))
    #expect(try place.run("tag", run, "new", "--remove").end == .exit(0))
    let left = try place.json("\(run)/notes.json")
    #expect(left["tags"] as? [String] == ["a b"] && left["rating"] as? Int == 5)
  }

  @Test
  func aSweepIsRemovedWholeWithItsSizeSaid() throws {
    let place = try place()
    #expect(try place.run("run", "tiny.yaml", "--sweep", "latent.size=[2,3]").end == .exit(0))
    let sweep = try place.resultDirectory()
    for trial in try place.names(in: "\(sweep)/trials") where !trial.dropLast().contains("/") {
      #expect(try checkpoints("\(sweep)/trials/\(trial)", place) == ["step-00000012/"])
    }
    let asked = try place.run("rm", sweep)
    #expect(asked.end == .exit(2))
    #expect(
      asked.errors.contains(/a sweep with its 2 trials that were begun, [\d.]+ [kM]B\): --yes/))
    #expect(try place.run("rm", sweep, "--yes").end == .exit(0))
    #expect(!place.exists(sweep))
  }
}
