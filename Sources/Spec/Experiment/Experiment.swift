/// One experiment, complete and checked: what a spec says after `extends`, `--set`, `params`,
/// `for` and all defaults. Large and never changed: all that holds one shares it.
package final class Experiment: Sendable {
  package let name: String
  package let description: String?
  package let seed: UInt64
  package let data: DataSection
  /// Of two players what their file stands for.
  package let game: GameSection
  /// nil: the spec says its game in the general form.
  package let twoPlayers: TwoPlayerSections?
  /// Of everything the critic sees.
  package let augmentations: [Choice]
  package let schedule: ScheduleSection
  package let record: RecordSection
  /// nil: nothing is measured.
  package let metrics: MetricsSection?
  package let precision: PrecisionSection
  package let guards: GuardsSection
  /// nil: nobody is told of its end.
  package let notify: NotifySection?
  package let engine: EngineSection
  /// Recognised and validated; whoever runs a single experiment must refuse it.
  package let sweep: SweepSection?
  /// The spec file.
  package let source: SourceText
  package let warnings: [Diagnostic]
  /// The whole file, resolved.
  let root: Record
  /// The same in the general form.
  let general: Record

  init(
    _ root: Record, sweep: SweepSection?, source: SourceText, warnings: [Diagnostic],
    _ form: GameForm, _ vocabulary: Vocabulary
  ) {
    typealias Key = ExperimentSchema
    self.root = root
    self.sweep = sweep
    self.source = source
    self.warnings = warnings
    name = root[Key.name]
    description = root[Key.description]
    seed = UInt64(root[Key.seed])
    let general = form == .general ? root : TwoPlayerForm.expanded(root, vocabulary)
    let players =
      form == .general
      ? nil : TwoPlayerSections(root, schedule: root[Key.schedule(vocabulary, form)])
    game = GameSection(general).placed(as: players?.penalties, vocabulary)
    self.general = general
    let section = Key.data(form)
    data = DataSection(root[section], origin: root.origin(of: section), sources: game.sources)
    augmentations = root[Key.augment]
    schedule = ScheduleSection(root[Key.schedule(vocabulary, form)])
    twoPlayers = players
    record = RecordSection(root[Key.record])
    metrics = root[Key.metrics].map { MetricsSection($0, origin: root.origin(of: Key.metrics)) }
    precision = PrecisionSection(root[Key.precision])
    guards = GuardsSection(root[Key.guards])
    notify = root[Key.notify].map { NotifySection($0) }
    engine = EngineSection(root[Key.engine])
  }
}

extension Experiment {
  /// Where the spec itself, `--set` or a sweep says the value at a dotted path; nil where nothing is
  /// said, only what is so by default, or only a file that the spec builds on speaks.
  package func chosenOrigin(of path: String) -> Origin? {
    root.chosenOrigin(of: path.split(separator: ".")).flatMap { origin in
      origin.source.kind != .file || origin.source === source ? origin : nil
    }
  }
}
