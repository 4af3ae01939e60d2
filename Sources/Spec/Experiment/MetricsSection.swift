/// What is measured of samples and of values while a run goes on.
package struct MetricsSection: Sendable {
  /// Which weights of the networks: those just trained, or their moving averages.
  package enum Weights: String, CaseIterable, Sendable { case raw, ema }

  /// The number a run is to be good at.
  package struct Objective: Sendable, Hashable {
    package let metric: String
    package let minimizes: Bool

    package init(metric: String, minimizes: Bool) {
      (self.metric, self.minimizes) = (metric, minimizes)
    }

    /// Whether `value` is better than `other`.
    package func prefers(_ value: Double, to other: Double) -> Bool {
      minimizes ? value < other : value > other
    }
  }

  package let every: Period
  package let of: [Choice]
  package let weights: Weights
  /// Of the latents, and of what a metric draws.
  package let seed: UInt64
  package let objective: Objective?
  package let origin: Origin
  /// The values of `weights` and of the objective.
  package let weightsOrigin: Origin
  package let objectiveOrigin: Origin
}

extension MetricsSection {
  private static let everyKey = Field<Period>(
    "every", .period, default: .scalar("10 epochs"),
    "How often; once more at the end of the run"
  ) {
    if case .period(let period) = $0 { period } else { nil }
  }
  private static let ofKey = Field.choices("of", from: .metric, "What is measured")
  private static let weightsKey = Field.choice(
    "weights", of: Weights.self, default: .raw,
    "The networks' weights as they are (`raw`) or, of those that keep one, their moving average (`ema`)"
  )
  private static let seedKey = Field.integer(
    "seed", default: 0, in: .atLeast(0), "Seed of the latents and of a metric's own draws")
  private static let minimizeKey = Field.optionalText("minimize", "The smaller, the better")
  private static let maximizeKey = Field.optionalText("maximize", "The larger, the better")
  private static let objectiveDeclaration = Declaration(
    "objective", "The number by which runs are judged: the best checkpoint, `@best`, searches",
    fields: [minimizeKey.declaration, maximizeKey.declaration],
    example: "{minimize: sliced_wasserstein}",
    check: { record in
      (record[minimizeKey] == nil) != (record[maximizeKey] == nil)
        ? [] : [Objection("minimize", "an objective has one of `minimize` and `maximize`")]
    })
  private static let objectiveKey = Field<Record?>.optionalSection(
    "objective", objectiveDeclaration, "The number by which runs are judged")

  static let declaration = Declaration(
    "metrics", "What is measured of generated samples and of values, into metrics.csv",
    fields: [
      everyKey.declaration, ofKey.declaration, weightsKey.declaration, seedKey.declaration,
      objectiveKey.declaration,
    ],
    example:
      "{every: 5 epochs, of: [sliced_wasserstein], objective: {minimize: sliced_wasserstein}}",
    check: { record in
      record[ofKey].isEmpty ? [Objection("of", "`of` in metrics names no metric")] : []
    })

  init(_ record: Record, origin: Origin) {
    every = record[Self.everyKey]
    of = record[Self.ofKey]
    weights = record[Self.weightsKey]
    seed = UInt64(record[Self.seedKey])
    objective = record[Self.objectiveKey].flatMap { objective in
      objective[Self.minimizeKey].map { Objective(metric: $0, minimizes: true) }
        ?? objective[Self.maximizeKey].map { Objective(metric: $0, minimizes: false) }
    }
    self.origin = origin
    weightsOrigin = record.origin(of: Self.weightsKey)
    objectiveOrigin = record.origin(of: Self.objectiveKey)
  }
}
