/// A family of experiments, as far as this version understands it: recognised and validated.
package struct SweepSection: Sendable {
  package enum Method: String, CaseIterable, Sendable { case grid, random, list, tpe }

  package let method: Method
  /// Dotted paths that change from trial to trial, in the order of the file.
  package let axes: [String]
  package let replicates: Int
  /// The key `sweep`.
  package let origin: Origin
}

extension SweepSection {
  static let methodKey = Field.choice(
    "method", of: Method.self, default: .grid, "How trials are chosen")
  static let replicatesKey = Field.integer(
    "replicates", default: 1, in: .within(1...10_000), "Seeds a trial: seed, seed + 1, …")
  private static let trialsKey = Field.optionalInteger(
    "trials", in: .atLeast(1), "At most so many trials")
  private static let timeKey = Field<Double?>(
    "time", .duration, default: DefaultText.none, isOptional: true, "No new trial after this time"
  ) {
    if case .duration(let seconds) = $0 { .some(seconds) } else { .some(nil) }
  }
  private static let retriesKey = Field.integer(
    "retries", default: 0, in: .within(0...100), "How often a failed trial is tried again")
  private static let stopAfterKey = Field.optionalInteger(
    "stop_after", in: .atLeast(1), "Stop the sweep after so many failures in a row")

  /// The keys that are plain values; `axes`, `linked`, `when` and `exclude` speak of paths.
  static let declaration = Declaration(
    "sweep", "A family of experiments",
    fields: [
      methodKey.declaration, replicatesKey.declaration,
      Field<Record>.section(
        "budget",
        Declaration(
          "budget", "Limits of the sweep",
          fields: [trialsKey.declaration, timeKey.declaration]),
        "Limits of the sweep"
      ).declaration,
      Field<Record>.section(
        "on_failure",
        Declaration(
          "on_failure", "What a failed trial leads to",
          fields: [retriesKey.declaration, stopAfterKey.declaration]),
        "What a failed trial leads to"
      ).declaration,
    ])

  static let pathKeys: [(name: String, summary: String)] = [
    ("axes", "Paths and their values: a list, {log: [low, high]} or {uniform: [low, high]}"),
    ("linked", "Groups of rows; the paths of a row move together"),
    ("when", "Further axes for the trials in which a condition holds"),
    ("exclude", "Conditions under which a trial is left out"),
  ]
}
