package struct RecordSection: Sendable {
  package struct Samples: Sendable {
    package let every: Period
    package let grid: Grid
    /// Generated vectors on a picture; images use `grid`.
    package let points: Int
    /// Of the fixed latents.
    package let seed: UInt64
    /// What stands beside each other of each sample; nothing: what the game makes.
    package let show: [Formula]
  }
  package struct Checkpoint: Sendable {
    package let every: Period
    /// How many of the newest to keep.
    package let keepLast: Int
    /// The same of a trial of a sweep that has come to its end; nil: as many as `keepLast`.
    package let keepFinished: Int?
    /// How many of the best by the objective to keep, besides.
    package let keepBest: Int
    /// One that stays for good, so often; nil for none.
    package let milestones: Period?
  }
  package let log: Period
  package let samples: Samples?
  package let checkpoint: Checkpoint?
  package let tensorboard: Bool
  /// How often; nil: never.
  package let histograms: Period?

  /// Whether the run leaves files for TensorBoard.
  package var writesEvents: Bool { tensorboard || histograms != nil }
}

extension RecordSection {
  private static func every(_ name: String, _ fallback: String, _ summary: String) -> Field<Period>
  {
    Field(name, .period, default: .scalar(fallback), summary) {
      if case .period(let period) = $0 { period } else { nil }
    }
  }

  private static let logKey = every("log", "100 steps", "How often losses go to losses.csv")
  private static let samplesEveryKey = every(
    "every", "10 epochs", "How often; one more is drawn at the end of the first epoch")
  private static let gridKey = Field<Grid>(
    "grid", .grid, default: .scalar("4x5"), "Rows and columns of images"
  ) {
    if case .grid(let grid) = $0 { grid } else { nil }
  }
  private static let pointsKey = Field.integer(
    "points", default: 2500, in: .within(1...100_000),
    "Of data that are vectors: how many generated ones a picture shows")
  private static let seedKey = Field.integer(
    "seed", default: 0, in: .atLeast(0), "Seed of the fixed latents")
  private static let showKey = Field<Formula?>.optionalFormula(
    "show",
    "What stands beside each other of each sample: `[photos, painter(photos)]`; `none`: what the first "
      + "adversarial term calls fake"
  ).unsaidByDefault()
  private static let samplesKey = Field<Record?>.optionalSection(
    "samples",
    Declaration(
      "samples", "Pictures of generated samples from fixed latents",
      fields: [
        samplesEveryKey.declaration, gridKey.declaration, pointsKey.declaration,
        seedKey.declaration, showKey.declaration,
      ],
      example: "{every: 10 epochs, grid: 4x5, seed: 0}"),
    isPresent: true,
    "Pictures of generated samples from fixed latents; `none` draws none")
  private static let checkpointEveryKey = every("every", "10 epochs", "How often")
  private static let lastKey = Field.integer(
    "last", default: 2, in: .within(1...1_000_000), "How many of the newest to keep")
  private static let finishedKey = Field<Int?>(
    "finished", .integer(.within(1...1_000_000)), default: .scalar("1"), isOptional: true,
    "How many of these stay of a trial of a sweep that has finished, if `last` is more; `none`: as many "
      + "as `last`"
  ) {
    if case .integer(let n) = $0 { .some(n) } else { .some(nil) }
  }.unsaidByDefault()
  private static let bestKey = Field.integer(
    "best", default: 1, in: .within(0...1_000),
    "How many of the best by `metrics.objective`; they are saved when they are measured")
  private static let milestonesKey = Field<Period?>(
    "milestones", .period, default: DefaultText.none, isOptional: true,
    "How often one is saved that stays for good"
  ) {
    if case .period(let period) = $0 { .some(period) } else { .some(nil) }
  }
  private static let keepKey = Field<Record>.section(
    "keep",
    Declaration(
      "keep", "Which checkpoints stay",
      details:
        "Where several rules keep one, it stays once. A trial of a sweep that has finished, or that its "
        + "sweep has stopped, has nothing to go back to: of the newest only `finished` stay then. The best "
        + "and milestones stay all the same.",
      fields: [
        lastKey.declaration, finishedKey.declaration, bestKey.declaration,
        milestonesKey.declaration,
      ]),
    "Which checkpoints stay")
  private static let checkpointKey = Field<Record?>.optionalSection(
    "checkpoint",
    Declaration(
      "checkpoint", "Everything needed to go on from there",
      fields: [checkpointEveryKey.declaration, keepKey.declaration],
      example: "{every: 10 epochs, keep: {last: 2, best: 1, milestones: 50 epochs}}"),
    isPresent: true, "Everything needed to go on from there; `none` keeps only the end")

  private static let tensorboardKey = Field.flag(
    "tensorboard", default: false,
    "Whether losses, learning rates, gradient norms, samples and the networks also go to event "
      + "files, for TensorBoard")
  private static let histogramsKey = Field<Period?>(
    "histograms", .period, default: DefaultText.none, isOptional: true,
    "How often the distribution of every weight goes to the event files, which are then written"
  ) {
    if case .period(let period) = $0 { .some(period) } else { .some(nil) }
  }

  static let declaration = Declaration(
    "record", "What the run writes down, and how often",
    fields: [
      logKey.declaration, samplesKey.declaration, checkpointKey.declaration,
      tensorboardKey.declaration, histogramsKey.declaration,
    ])

  init(_ record: Record) {
    log = record[Self.logKey]
    tensorboard = record[Self.tensorboardKey]
    histograms = record[Self.histogramsKey]
    samples = record[Self.samplesKey].map {
      Samples(
        every: $0[Self.samplesEveryKey], grid: $0[Self.gridKey], points: $0[Self.pointsKey],
        seed: UInt64($0[Self.seedKey]), show: $0[Self.showKey]?.together ?? [])
    }
    checkpoint = record[Self.checkpointKey].map {
      let keep = $0[Self.keepKey]
      return Checkpoint(
        every: $0[Self.checkpointEveryKey], keepLast: keep[Self.lastKey],
        keepFinished: keep[Self.finishedKey], keepBest: keep[Self.bestKey],
        milestones: keep[Self.milestonesKey])
    }
  }
}

extension Formula {
  /// The parts of a list, or the one that is none.
  fileprivate var together: [Formula] {
    if case .joined(let parts) = self { parts } else { [self] }
  }
}
