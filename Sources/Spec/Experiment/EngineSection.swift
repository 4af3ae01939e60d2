/// What plays the trials of a sweep, where it is not this machine. It decides no number of a trial.
package struct EngineSection: Sendable {
  /// nil: this machine does.
  package let slurm: SlurmSettings?
}

/// What each trial asks of Slurm.
package struct SlurmSettings: Sendable, Hashable {
  package var partition: String?
  /// The limit of a trial's time, in seconds.
  package var seconds: Double?
  package var gpus: Int?
  package var cpus: Int?
  /// In bytes.
  package var memory: Int?
  /// Trials that run at the same time.
  package var atOnce: Int?
  package var modules: [String] = []
  /// Words for sbatch as they are.
  package var extra: [String] = []
  package var usesSrun = true
  /// How often a trial that was asked to stop puts itself into the queue again.
  package var requeues = 50
  /// The keys that a file says, be it `none`.
  package var said: Set<String> = []

  package init() {}

  /// What is not said here as it is said there. Words for sbatch are added to those there: of an option
  /// that is given twice, sbatch takes the last.
  package func filled(from site: SlurmSettings) -> SlurmSettings {
    var whole = site
    whole.said.formUnion(said)
    func keep<Value>(_ key: String, _ value: WritableKeyPath<SlurmSettings, Value>) {
      if said.contains(key) { whole[keyPath: value] = self[keyPath: value] }
    }
    keep("partition", \.partition)
    keep("time", \.seconds)
    keep("gpus", \.gpus)
    keep("cpus", \.cpus)
    keep("memory", \.memory)
    keep("at_once", \.atOnce)
    keep("modules", \.modules)
    keep("srun", \.usesSrun)
    keep("requeues", \.requeues)
    whole.extra += extra
    return whole
  }
}

extension EngineSection {
  private static let partitionKey = Field.optionalText(
    "partition", "In which jobs are queued; `none`: the site's own choice")
  private static let timeKey = Field<Double?>(
    "time", .duration, default: DefaultText.none, isOptional: true,
    "After which Slurm ends a trial; three minutes before, of less than nine a third, it saves and queues "
      + "itself again"
  ) {
    if case .duration(let seconds) = $0 { .some(seconds) } else { .some(nil) }
  }
  private static let gpusKey = Field.optionalInteger(
    "gpus", in: .within(0...64), "Cards for each trial")
  private static let cpusKey = Field.optionalInteger(
    "cpus", in: .within(1...4096), "Cores for each trial, which it uses")
  private static let memoryKey = Field<Int?>(
    "memory", .bytes, default: DefaultText.none, isOptional: true, "For each trial"
  ) {
    if case .bytes(let bytes) = $0 { .some(bytes) } else { .some(nil) }
  }
  private static let atOnceKey = Field.optionalInteger(
    "at_once", in: .within(1...1_000_000),
    "Trials that run at the same time; `none`: as many as fit")
  private static let modulesKey = Field<[String]>.texts(
    "modules", "What a job loads with `module load` before it begins")
  private static let extraKey = Field<[String]>.texts(
    "extra", "More words for sbatch, such as `--account=lab`")
  private static let srunKey = Field.flag(
    "srun", default: true,
    "Whether a trial is a job step: then it hears at once that it is to make room")
  private static let requeuesKey = Field.integer(
    "requeues", default: 50, in: .within(0...1_000_000),
    "How often a trial that has to stop puts itself into the queue again")

  private static let slurmFields = [
    partitionKey.declaration, timeKey.declaration, gpusKey.declaration, cpusKey.declaration,
    memoryKey.declaration, atOnceKey.declaration, modulesKey.declaration, extraKey.declaration,
    srunKey.declaration, requeuesKey.declaration,
  ]

  private static let slurmKey = Field<Record?>.optionalSection(
    "slurm",
    Declaration(
      "slurm", "What each trial asks of Slurm", fields: slurmFields,
      example: "{partition: gpu, time: 2h, gpus: 1, cpus: 4, memory: 8GB, at_once: 16}",
      check: { objections(to: $0) }),
    "Trials are tasks of a job array on a cluster")

  private static func objections(to record: Record) -> [Objection] {
    var found = SlurmObjections.toExtra(record[extraKey])
    let partition = record[partitionKey].map { [$0] } ?? []
    for (key, words) in [
      ("partition", partition), ("modules", record[modulesKey]), ("extra", record[extraKey]),
    ] { found += SlurmObjections.toControlCharacters(in: words, of: key) }
    if let memory = record[memoryKey], memory < 1 << 20 {
      found.append(
        Objection(
          "memory", "less than 1 MiB, which Slurm takes for all that a node has",
          label: "write what a trial needs, such as 4GB, or none"))
    }
    return found
  }

  static let declaration = Declaration(
    "engine", "What plays the trials of a sweep; it changes nothing about them",
    fields: [slurmKey.declaration])

  init(_ record: Record) {
    slurm = record[Self.slurmKey].map { record in
      var settings = SlurmSettings()
      settings.partition = record[Self.partitionKey]
      settings.seconds = record[Self.timeKey]
      settings.gpus = record[Self.gpusKey]
      settings.cpus = record[Self.cpusKey]
      settings.memory = record[Self.memoryKey]
      settings.atOnce = record[Self.atOnceKey]
      settings.modules = record[Self.modulesKey]
      settings.extra = record[Self.extraKey]
      settings.usesSrun = record[Self.srunKey]
      settings.requeues = record[Self.requeuesKey]
      settings.said = Set(
        Self.slurmFields.map(\.name).filter { !record.origin(of: $0).isDefault })
      return settings
    }
  }

  /// engines.yaml of a site: the same section as a file of its own.
  ///
  /// - Throws: everything that is wrong with it.
  package static func read(
    _ text: String, name: String, vocabulary: Vocabulary
  ) throws(Diagnostics) -> EngineSection {
    let source = SourceText(name: name, text: text)
    let start = Origin(source: source, mark: Mark(line: 1, column: 1))
    var findings: [Diagnostic] = []
    let node = Composer.compose(text, source: source, findings: &findings)
    if let node, node.entries == nil, !node.isNothing {
      findings.append(
        Diagnostic(
          "\(name) is no map of keys and values", at: node.origin,
          label: "write slurm: {partition: …}"))
    }
    var reader = RecordReader(vocabulary: vocabulary)
    let record = reader.record(
      declaration, node?.entries ?? [], at: start,
      RecordReader.Subject(name: name, path: "engine"))
    findings += reader.findings
    guard let record, !findings.contains(where: { $0.severity == .error }) else {
      throw Diagnostics(findings)
    }
    return EngineSection(record)
  }
}
