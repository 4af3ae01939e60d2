/// A family of experiments.
package struct SweepSection: Sendable {
  package enum Method: String, CaseIterable, Sendable { case grid, random, list, tpe }

  package let method: Method
  /// Dotted paths that change from trial to trial, in the order of the file.
  package let axes: [String]
  package let replicates: Int
  /// At most so many trials, and none after this time.
  package let budgetTrials: Int?
  package let budgetSeconds: Double?
  /// How often a failed trial is tried again, and how many failures in a row are too many.
  package let retries: Int
  package let stopAfter: Int?
  /// nil: every trial runs to its end.
  package let earlyStopping: EarlyStopping?
  /// The key `sweep`.
  package let origin: Origin

  let axisList: [SweepAxis]
  let linkedNames: [String]
  /// Groups of rows whose cells move together.
  let linked: [[[YAMLEntry]]]
  let rules: [SweepRule]
  /// Settings that a search tries first.
  let startWith: [[YAMLEntry]]
  let excludes: [SweepCondition]
  let base: SweepBase
}

struct SweepCondition: Sendable {
  let condition: Condition
  let origin: Origin
}

/// Axes for the trials in which a condition holds.
struct SweepRule: Sendable {
  let condition: SweepCondition
  let axes: [SweepAxis]
}

extension SweepSection {
  static let methodKey = Field.choice(
    "method", of: Method.self, default: .grid,
    "How trials are chosen; `tpe` is Optuna's TPESampler with `multivariate=False`: each axis by itself"
  )
  static let replicatesKey = Field.integer(
    "replicates", default: 1, in: .within(1...10_000), "Seeds a trial: seed, seed + 1, …")
  static let trialsKey = Field.optionalInteger(
    "trials", in: .atLeast(1), "At most so many trials")
  static let timeKey = Field<Double?>(
    "time", .duration, default: DefaultText.none, isOptional: true, "No new trial after this time"
  ) {
    if case .duration(let seconds) = $0 { .some(seconds) } else { .some(nil) }
  }
  static let retriesKey = Field.integer(
    "retries", default: 0, in: .within(0...100), "How often a failed trial is tried again")
  /// What it says that a process has to look after while trials go.
  package var keysOfWhoeverWaits: [String] {
    [
      ("sweep.budget.time", budgetSeconds != nil), ("sweep.on_failure.retries", retries > 0),
      ("sweep.on_failure.stop_after", stopAfter != nil),
    ].filter(\.1).map(\.0)
  }

  static let stopAfterKey = Field.optionalInteger(
    "stop_after", in: .atLeast(1), "Stop the sweep after so many failures in a row")

  static let budgetKey = Field<Record>.section(
    "budget",
    Declaration(
      "budget", "Limits of the sweep", fields: [trialsKey.declaration, timeKey.declaration]),
    "Limits of the sweep")
  static let onFailureKey = Field<Record>.section(
    "on_failure",
    Declaration(
      "on_failure", "What a failed trial leads to",
      fields: [retriesKey.declaration, stopAfterKey.declaration]),
    "What a failed trial leads to")

  static let earlyStoppingKey = Field<Record?>.optionalSection(
    "early_stopping", EarlyStopping.declaration,
    "Ends trials whose objective is worse than that of others; `none` ends none")

  /// The keys that are plain values; `axes`, `linked`, `when` and `exclude` speak of paths.
  static let declaration = Declaration(
    "sweep", "A family of experiments: one run for each trial",
    fields: [
      methodKey.declaration, replicatesKey.declaration,
      budgetKey.declaration, onFailureKey.declaration,
      earlyStoppingKey.declaration,
    ],
    example: """

        axes: {latent.size: [16, 64], optimizer.learning_rate: [2e-4, 1e-3]}
        replicates: 3
      """)

  static let pathKeys: [(name: String, summary: String)] = [
    (
      "axes",
      "Paths and their values: a list, or for random {log: [low, high]}, {uniform: …}, {int: …} (with `step`), {choice: […], weights: […]}"
    ),
    ("linked", "Groups of rows; the paths of a row move together"),
    ("when", "Further axes for the trials in which a condition holds"),
    ("start_with", "Settings that `method: tpe` tries first; paths left out are drawn"),
    ("exclude", "Conditions under which a trial is left out"),
  ]
}
