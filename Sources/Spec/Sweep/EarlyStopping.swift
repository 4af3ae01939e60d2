/// When a trial that does worse than others is ended before its time, to leave its hours to them.
package struct EarlyStopping: Sendable, Hashable {
  package enum Rule: String, CaseIterable, Sendable {
    /// Its best value so far is worse than the median of what finished trials had there (Golovin et al.
    /// 2017, section 3.2.2).
    case median
    /// At each rung it is not among the best 1/η of those that came so far (asynchronous successive
    /// halving, Li et al. 2020).
    case asha
  }
  package let rule: Rule
  /// No trial is ended before; for `asha`, the first rung.
  package let grace: Period
  /// For `median`: so many trials must have finished.
  package let trials: Int
  /// For `asha`: η, the distance of the rungs and the share that goes on.
  package let factor: Int

  package init(rule: Rule, grace: Period, trials: Int = 5, factor: Int = 4) {
    (self.rule, self.grace, self.trials, self.factor) = (rule, grace, trials, factor)
  }
}

extension EarlyStopping {
  private static let ruleKey = Field.choice(
    "rule", of: Rule.self,
    "`median`: worse than the median of finished trials; `asha`: not among the best 1/factor at a rung"
  )
  private static let graceKey = Field<Period>(
    "grace", .period, default: .scalar("1 epochs"),
    "No trial is ended before; for `asha` the first rung"
  ) {
    if case .period(let period) = $0 { period } else { nil }
  }
  private static let trialsKey = Field.integer(
    "trials", default: 5, in: .within(1...100_000), "After so many finished trials"
  ).only(when: "rule", is: "median")
  private static let factorKey = Field.integer(
    "factor", default: 4, in: .within(2...100),
    "Rungs at grace · factorᵏ, and the best 1/factor go on"
  ).only(when: "rule", is: "asha")

  static let declaration = Declaration(
    "early_stopping", "Ends trials whose objective is worse than that of others",
    fields: [
      ruleKey.declaration, graceKey.declaration, trialsKey.declaration, factorKey.declaration,
    ],
    shorthand: "rule", example: "{rule: median, grace: 2 epochs}")

  init(_ record: Record) {
    self.init(
      rule: record[Self.ruleKey], grace: record[Self.graceKey], trials: record[Self.trialsKey],
      factor: record[Self.factorKey])
  }
}
