/// Which checkpoints of a run that has ended are to stay, as `prune --keep best=1,last=1` says it.
package struct KeepRule: Sendable, Hashable {
  /// How many of the best by the objective.
  package var best = 1
  /// How many of the newest: at least the one that everybody begins with who names none.
  package var last = 1
  /// Whether those stay that `keep.milestones` of the spec has made.
  package var milestones = true
  /// Whether those that stay lose what only training needs.
  package var dropsOptimizer = false

  package init() {}

  /// - Parameter text: `best=1,last=1,milestones=no`; what is not said is as above.
  /// - Throws: a sentence about what is wrong with it.
  package init(_ text: String) throws(KeepRuleError) {
    var said: Set<Substring> = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let words = part.split(separator: "=", omittingEmptySubsequences: false)
      guard words.count == 2, said.insert(words[0]).inserted else {
        throw KeepRuleError("takes best=1,last=1,milestones=yes, not `\(text)`")
      }
      switch (words[0], words[1], Int(words[1])) {
      case ("best", _, let count?) where count >= 0: best = count
      case ("last", _, let count?) where count >= 1: last = count
      case ("last", "0", _):
        throw KeepRuleError(
          "cannot leave out the newest checkpoint: it is the one that `sample` and `resume --extend` "
            + "begin with (last=1)")
      case ("milestones", "yes", _): milestones = true
      case ("milestones", "no", _): milestones = false
      case ("best", _, _), ("last", _, _):
        throw KeepRuleError("takes a number behind `\(words[0])=`, not `\(words[1])`")
      case ("milestones", _, _):
        throw KeepRuleError("takes yes or no behind `milestones=`, not `\(words[1])`")
      case _: throw KeepRuleError("takes best, last and milestones, not `\(words[0])`")
      }
    }
  }
}

/// What is wrong with a rule, as a sentence that lacks its subject.
package struct KeepRuleError: Error, Hashable, CustomStringConvertible {
  package let description: String
  init(_ description: String) { self.description = description }
}
