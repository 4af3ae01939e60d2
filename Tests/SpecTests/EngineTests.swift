import Testing

@testable import Spec

/// What an experiment asks of a cluster, and what its site says of it.
@Suite struct EngineTests {
  private func experiment(_ slurm: String) throws -> SlurmSettings {
    let text = goodSpec + "\nengine: {slurm: \(slurm)}\n"
    return try #require(try loadExperiment(text: text, vocabulary: vocabulary).get().engine.slurm)
  }

  private func site(_ slurm: String) throws -> SlurmSettings {
    try #require(
      EngineSection.read("slurm: \(slurm)\n", name: "engines.yaml", vocabulary: vocabulary).slurm)
  }

  /// A value of the experiment, one of the site, and what a trial gets.
  struct Case: Sendable, CustomTestStringConvertible {
    let experiment: String
    let site: String
    let both: @Sendable (inout SlurmSettings) -> Void
    var testDescription: String { "\(experiment) over \(site)" }

    init(
      _ experiment: String, over site: String,
      _ both: @escaping @Sendable (inout SlurmSettings) -> Void
    ) {
      (self.experiment, self.site, self.both) = (experiment, site, both)
    }
  }

  static let cases = [
    Case("{srun: true}", over: "{srun: false}") { $0.usesSrun = true },
    Case("{srun: false}", over: "{srun: true}") { $0.usesSrun = false },
    Case("{requeues: 50}", over: "{requeues: 3}") { $0.requeues = 50 },
    Case("{requeues: 1}", over: "{requeues: 3}") { $0.requeues = 1 },
    Case("{partition: a}", over: "{partition: b, cpus: 4}") { ($0.partition, $0.cpus) = ("a", 4) },
    Case("{partition: none}", over: "{partition: b}") { $0.partition = nil },
    Case("{time: 2h}", over: "{time: 1h}") { $0.seconds = 7200 },
    Case("{gpus: 0}", over: "{gpus: 2}") { $0.gpus = 0 },
    Case("{cpus: 1}", over: "{cpus: 2}") { $0.cpus = 1 },
    Case("{memory: 1GB}", over: "{memory: 2GB}") { $0.memory = 1_000_000_000 },
    Case("{at_once: none}", over: "{at_once: 2}") { $0.atOnce = nil },
    Case("{modules: []}", over: "{modules: [cuda]}") { $0.modules = [] },
    Case("{cpus: 1}", over: "{srun: false, requeues: 3, modules: [cuda]}") {
      ($0.cpus, $0.usesSrun, $0.requeues, $0.modules) = (1, false, 3, ["cuda"])
    },
    // Of an option that is given twice, sbatch takes the last.
    Case("{extra: [--nice=1]}", over: "{extra: [--account=lab]}") {
      $0.extra = ["--account=lab", "--nice=1"]
    },
  ]

  @Test(arguments: cases) func whatTheExperimentSaysWinsKeyByKey(_ test: Case) throws {
    var whole = try experiment(test.experiment).filled(from: try site(test.site))
    var wanted = SlurmSettings()
    test.both(&wanted)
    whole.said = []
    #expect(whole == wanted)
  }

  @Test func anExperimentThatSaysNothingTakesWhatTheSiteSays() throws {
    let site = try site("{partition: b, srun: false}")
    #expect(SlurmSettings().filled(from: site) == site)
  }

  /// What sbatch would be given, and whether it may be.
  static let words: [(slurm: String, problem: String?)] = [
    ("{extra: [--account=lab, -q, --qos=long, --ntasks-per-node=1, --signal=USR2@60, -N1]}", nil),
    ("{extra: [--array=0-1]}", "`--array=0-1` cannot be chosen"),
    ("{extra: [--arr=0-1]}", "`--arr=0-1` cannot be chosen"),
    ("{extra: [-a0-1]}", "`-a0-1` cannot be chosen"),
    ("{extra: [--job-name=mine]}", "`--job-name=mine` cannot be chosen"),
    ("{extra: [-J, mine]}", "`-J` cannot be chosen"),
    ("{extra: [--output=/dev/null]}", "`--output=/dev/null` cannot be chosen"),
    ("{extra: [--wrap=true]}", "`--wrap=true` cannot be chosen"),
    ("{extra: [--test-only]}", "`--test-only` cannot be chosen"),
    ("{extra: [--account, lab]}", "`lab` is no option of sbatch"),
    (
      "{extra: [\"--comment=a\\nb\"]}", "`extra` has a word that is empty or has a line break in it"
    ),
    ("{partition: \"a\\nb\"}", "`partition` has a word that is empty or has a line break in it"),
    ("{partition: \"\"}", "`partition` has a word that is empty or has a line break in it"),
    ("{modules: [\"a\\nb\"]}", "`modules` has a word that is empty or has a line break in it"),
    ("{memory: 0MB}", "less than 1 MiB, which Slurm takes for all that a node has"),
    ("{memory: 300MB}", nil),
  ]

  @Test(arguments: words) func wordsThatJobsAreNotFoundByAreTaken(
    _ slurm: String, _ problem: String?
  ) {
    let found: [String?] = [
      {
        do { _ = try experiment(slurm) } catch { return "\(error)" }; return nil
      }(),
      {
        do { _ = try site(slurm) } catch { return "\(error)" }; return nil
      }(),
    ]
    for text in found {
      #expect((text == nil) == (problem == nil), "\(text ?? "no problem")")
      if let text, let problem { #expect(text.contains(problem), "\(text)") }
    }
  }

  @Test func aSitesFileThatIsNoMapIsAnError() {
    for text in ["- slurm: {partition: gpu}\n", "slurm\n"] {
      #expect(throws: Diagnostics.self) {
        try EngineSection.read(text, name: "engines.yaml", vocabulary: vocabulary)
      }
    }
    #expect(throws: Never.self) {
      try EngineSection.read("# nothing yet\n", name: "engines.yaml", vocabulary: vocabulary)
    }
  }
}
