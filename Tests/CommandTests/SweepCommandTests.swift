import Foundation
import Testing

@Suite
struct SweepCommandTests {
  private static let metrics = """
    metrics: {every: 1 epochs, of: [{sliced_wasserstein: {samples: 16, projections: 8, patches: 2}}], \
    objective: {minimize: sliced_wasserstein}}
    """

  private func spec(length: String = "1 epochs", sweep: String) -> String {
    TinySpec(
      width: "4", length: length, record: "{log: 2 steps, samples: none, checkpoint: none}",
      more: "\(Self.metrics)\nsweep: \(sweep)"
    ).yaml
  }

  /// How often the journal of the only sweep has this event, by trial.
  private func counts(of event: String, in place: Place) throws -> [Int: Int] {
    let journal = try place.text("\(try place.resultDirectory())/journal.jsonl")
    let records = try journal.split(separator: "\n").map { try object(String($0)) }
    return Dictionary(
      records.filter { $0["event"] as? String == event }.compactMap { $0["trial"] as? Int }
        .map { ($0, 1) }, uniquingKeysWith: +)
  }

  @Test
  func twoProcessesThatShareASearchAskForEveryTrialOnceAndLoseNone() throws {
    let place = try Place()
    try place.write(
      "search.yaml",
      spec(
        sweep: "{method: tpe, axes: {optimizer.learning_rate: {log: [1e-5, 1e-1]}, "
          + "latent.size: {int: [2, 9]}}, start_with: [{latent.size: 7}], budget: {trials: 12}}"))
    let first = try place.start(["run", "search.yaml", "--jobs", "1", "--threads", "1"])
    try first.wait(for: "the sweep's folder") { (try? place.resultDirectory()) != nil }
    let second = try place.start(["run", "search.yaml", "--join", "--jobs", "1", "--threads", "1"])
    let ends = [try first.finish(limit: 120), try second.finish(limit: 120)]
    #expect(ends.map(\.end) == [.exit(0), .exit(0)], "\(ends.map(\.errors))")
    // Both may start a worker for one trial at the same moment: then one of the two gives way.
    let once = Dictionary(uniqueKeysWithValues: (0..<12).map { ($0, 1) })
    let held = try counts(of: "held", in: place)
    #expect(try counts(of: "started", in: place).merging(held, uniquingKeysWith: -) == once)
    let folder = try place.resultDirectory()
    #expect(try place.text("\(folder)/summary.csv").split(separator: "\n").count == 13)
    let trials = try FileManager.default.contentsOfDirectory(
      atPath: "\(place.path)/\(folder)/trials")
    #expect(trials.count == 12)
    for trial in trials {
      let result = try place.json("\(folder)/trials/\(trial)/result.json")
      #expect(result["state"] as? String == "finished", "\(trial)")
      #expect(result["attempt"] as? Int == 1, "\(trial)")
    }
  }

  @Test
  func processesThatBeginASweepAtTheSameMomentMakeOne() throws {
    let place = try Place()
    try place.write(
      "together.yaml", spec(sweep: "{axes: {latent.size: [2, 3, 4, 5, 6, 7, 8, 9]}}"))
    let words = ["run", "together.yaml", "--join", "--jobs", "1", "--threads", "1"]
    let processes = try (0..<4).map { _ in try place.start(words) }
    for process in processes {
      let end = try process.finish(limit: 120)
      #expect(end.end == .exit(0), "\(end.errors)")
    }
    // Throws where there are several.
    let folder = try place.resultDirectory()
    #expect(try place.text("\(folder)/summary.csv").split(separator: "\n").count == 9)
    for trial in 0..<8 {
      #expect(try counts(of: "ended", in: place)[trial] == 1)
    }
  }

  @Test
  func aTrialThatIsWorseThanOthersIsEndedEarlyAndCompareSaysWhy() throws {
    let place = try Place()
    // The last one learns nothing.
    try place.write(
      "stops.yaml",
      spec(
        length: "4 epochs",
        sweep: "{axes: {optimizer.learning_rate: [1e-1, 1e-2, 1e-12]}, "
          + "early_stopping: {rule: median, grace: 2 epochs, trials: 2}}"))
    let run = try place.run("run", "stops.yaml", "--jobs", "1", "--threads", "1", limit: 120)
    #expect(run.end == .exit(0), "\(run.errors)")
    let folder = try place.resultDirectory()
    let table = try place.run("compare", folder, "--csv").output
    let rows = table.split(separator: "\n").map { $0.split(separator: ",", maxSplits: 3) }
    try #require(rows.count == 4, "\(table)")
    #expect(rows[0].starts(with: ["run", "state"]))
    #expect(rows.dropFirst().map { $0[1] } == ["finished", "finished", "stopped"])
    let reason = try #require(table.split(separator: "\n").last)
    #expect(reason.contains("the median of 2 finished trials"), "\(table)")
    #expect(try place.text("\(folder)/summary.csv").contains("median"))
  }

  @Test func aSweepIsNamedAsARunIs() throws {
    let place = try Place()
    let sweep = "sweep: {axes: {latent.size: [2, 3, 4]}}"
    try place.write("tiny.yaml", TinySpec(length: "1 epochs", more: sweep).yaml)
    let run = try place.run("run", "tiny.yaml", "-q", "--threads", "1", "--only", "0,1")
    #expect(run.end == .exit(0), "\(run.errors)")
    let folder = try place.resultDirectory()
    let id = try #require(folder.split(separator: "/").last.map(String.init))
    let digest = try #require(id.split(separator: "-").last.map(String.init))
    for name in ["@last", id, digest, "tiny/\(id)", folder] {
      #expect(try place.run("compare", name, "--csv").lines.count == 3, "\(name)")
      #expect(try place.run("ls", name).lines.count == 3, "\(name)")
      let report = try place.run("report", name, "--to", "report.html")
      #expect(report.end == .exit(0), "\(name): \(report.errors)")
    }
    let shown = try place.run("show", id)
    #expect(shown.end == .exit(0), "\(shown.errors)")
    #expect(shown.output.contains(/trials +2 finished, 1 to come\n/), "\(shown.output)")
    let status = try place.run("status", digest)
    #expect(status.output.hasSuffix("\(folder): 2 finished, 1 pending\n"), "\(status.errors)")
    let sampled = try place.run("sample", id)
    #expect(sampled.end == .exit(2))
    #expect(
      sampled.errors.hasPrefix(
        "error: \(folder): a sweep, where one run is wanted; 2 of its trials were begun\n"))
    for name in ["\(digest)/1", "\(id)/1"] {
      let single = try place.run("status", name)
      #expect(single.end == .exit(2))
      #expect(single.errors.contains("a single run, where a sweep is wanted"), "\(single.errors)")
    }
    let trial = try place.run("show", "\(digest)/0001", "--json")
    #expect(trial.end == .exit(0), "\(trial.errors)")

    let resumed = try place.run("resume", "@last", "-q", "--threads", "1")
    #expect(resumed.output == "\(folder)\n", "\(resumed.errors)")
    #expect(try place.run("ls").lines.count == 4)

    let asked = try place.run("rm", id)
    #expect(asked.end == .exit(2))
    #expect(
      asked.errors.replacing(/, [\d.]+ [kM]B\)/, with: ", SIZE)") == """
        error: \(folder) (tiny, a sweep with its 3 trials that were begun, SIZE): --yes is needed where \
        nobody can be asked

        """)
    #expect(try place.run("rm", "--yes", id).output == "\(folder)\n")
    #expect(!place.exists(folder))

    // What somebody else calls trials is no sweep.
    try place.makeFolder("studies/trials/first")
    let foreign = try place.run("rm", "--yes", "studies")
    #expect(foreign.end == .exit(2))
    #expect(place.exists("studies/trials/first"))
  }

  @Test
  func resumeExtendLengthensEveryTrialWithTheRowsOfOneThatWasLongFromTheStart() throws {
    let place = try Place()
    func write(_ name: String, length: String) throws {
      let record = "{log: 2 steps, samples: none, checkpoint: {every: 1 epochs}}"
      let sweep = "sweep: {axes: {latent.size: [2, 3]}}"
      try place.write(name, TinySpec(length: length, record: record, more: sweep).yaml)
    }
    try write("short.yaml", length: "1 epochs")
    try write("long.yaml", length: "2 epochs")
    #expect(try place.run("run", "short.yaml", "-q", "--threads", "1").end == .exit(0))
    let long = try place.run("run", "long.yaml", "-q", "--threads", "1", "--results", "long")
    #expect(long.end == .exit(0))
    let folder = try place.resultDirectory()
    let less = try place.run("resume", folder, "--extend", "length=1 epochs")
    #expect(less.errors.contains("--extend takes a greater length"), "\(less.errors)")
    let resumed = try place.run("resume", folder, "--extend", "length=2 epochs", "--threads", "1")
    #expect(resumed.end == .exit(0), "\(resumed.errors)")
    func losses(_ folder: String) throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: "\(place.path)/\(folder)/trials").sorted()
        .map { try place.text("\(folder)/trials/\($0)/losses.csv") }
    }
    let directory = try #require(long.lines.first)
    #expect(try losses(folder) == losses(directory))
    #expect(
      try losses(folder).allSatisfy { $0.split(separator: "\n").last?.hasPrefix("8,2,") == true })
  }

  @Test
  func seedsMakeASweepOfTheSameSpecWhoseRunsAreOneRow() throws {
    let place = try Place()
    try place.write("tiny.yaml", TinySpec(length: "1 epochs", more: Self.metrics).yaml)
    let run = try place.run("run", "tiny.yaml", "--seeds", "3", "--threads", "1", limit: 120)
    #expect(run.end == .exit(0), "\(run.errors)")
    let folder = try place.resultDirectory()
    #expect(run.output == "\(folder)\n")
    let digest = try #require(folder.split(separator: "-").last)
    let rows = try place.run("ls", folder, "--cols", "seed,id").lines.dropFirst()
    // In the order in which they began: side by side any.
    #expect(
      rows.sorted().map { $0.split(separator: " ").map(String.init) }
        == [["5", "\(digest)/0"], ["6", "\(digest)/1"], ["7", "\(digest)/2"]])
    let compare = try place.run("compare", folder).output
    #expect(compare.contains(" (3)"), "\(compare)")
    // The same trials once more, and what is best of them.
    let end = run.errors.split(separator: "\n").suffix(5).map(String.init)
    #expect(end[0].contains(#/^best: [0-9a-f]+/[012], sliced_wasserstein [0-9.]+: seed=[567]$/#))
    #expect(end[1] == "next: gan-exp show \(digest)     # how it went")
    for line in end.dropFirst() {
      let words = line.replacing("next: ", with: "").split(separator: "#")[0].split(separator: " ")
      let said = try place.start(words.dropFirst().map(String.init)).finish()
      #expect(said.end == .exit(0), "\(line): \(said.errors)")
    }

    let one = try place.run(
      "run", "tiny.yaml", "--seeds", "1", "--threads", "1", "-q", "--results", "one")
    #expect(one.end == .exit(0), "\(one.errors)")
    #expect(try place.exists("\(#require(one.lines.first))/losses.csv"))
    for words in [["--seeds", "0"], ["--seeds", "2", "--sweep", "seed=[1,2]"]] {
      #expect(try place.start(["run", "tiny.yaml"] + words).finish().end == .exit(2))
    }
  }

  @Test(arguments: [false, true])
  func aPlanSaysHowLongItTakesByRoundsTimedHereAndWhatItLeavesAndMakesNothing(
    _ isSweep: Bool
  ) throws {
    let place = try Place()
    let sweep = "sweep: {axes: {latent.size: [2, 3], optimizer.learning_rate: [1e-3, 1e-2]}}"
    try place.write("tiny.yaml", TinySpec(length: "5 epochs", more: isSweep ? sweep : "").yaml)
    let plan = try place.run("run", "tiny.yaml", "--plan", "--threads", "1")
    #expect(plan.end == .exit(0), "\(plan.errors)")
    #expect(
      plan.output.contains(
        isSweep
          ? #/\ntime: .*, and what pictures and checkpoints take: 80 rounds of 4 trials, .* ms a round, the median of 40 timed here on made-up samples with 1 thread\n/#
          : #/\ntime: .*: 20 rounds, .* ms a round, the median of 20 timed here on made-up samples with 1 thread\n/#
      ), "\(plan.output)")
    // Of a trial that has finished one checkpoint stays.
    #expect(
      plan.output.contains(
        isSweep
          ? #/\ndisk: about [0-9.]+ [kM]B: 1 checkpoint of [0-9.]+ kB for the largest trial/#
          : #/\ndisk: about [0-9.]+ [kM]B: 2 checkpoints of [0-9.]+ kB;/#))
    #expect(plan.output.contains(isSweep ? "\nmemory of a trial: about" : "\nmemory: about"))
    #expect(!place.exists("results"))
  }

  /// A new build, or an update, while a sweep goes on: its other trials are played by the program that began it.
  @Test
  func aProgramThatIsRemovedWhileASweepRunsPlaysItToTheEnd() throws {
    let place = try Place()
    try place.write(
      "going.yaml", spec(length: "20 epochs", sweep: "{axes: {latent.size: [2, 3, 4]}}"))
    // By a process of its own: one that another test starts meanwhile must not have the copy open for writing.
    try place.use("cp", Program.path, "gan-exp")
    let sweep = try place.launch([
      "\(place.path)/gan-exp", "run", "going.yaml", "--jobs", "1", "--threads", "1",
    ])
    try sweep.wait(for: "the sweep's folder") { (try? place.resultDirectory()) != nil }
    try FileManager.default.removeItem(atPath: "\(place.path)/gan-exp")
    let end = try sweep.finish(limit: 120)
    #expect(end.end == .exit(0), "\(end.errors)")
    let folder = try place.resultDirectory()
    let summary = try place.text("\(folder)/summary.csv")
    #expect(summary.split(separator: "\n").count { $0.contains(",finished,") } == 3, "\(summary)")
  }
}
