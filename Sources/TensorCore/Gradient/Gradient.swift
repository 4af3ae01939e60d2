extension GraphBuilder {
  /// The gradient of the sum of `loss`'s elements (weighted by `seed`, shaped like `loss`, if there
  /// is one) with respect to each of `targets`, as values of this graph: they can be differentiated
  /// again.
  ///
  /// Reverse accumulation that visits only what lies on a path from `loss` to a target: a critic's
  /// weights that are no targets get no gradient node, and nothing behind a target is walked. A
  /// target may be any value, not only an input; one that `loss` does not depend on gets zeros.
  ///
  /// - Parameter holding: values that count as constants, whatever they were computed from. In a graph
  ///   of several moves the critic's new weights depend on the fakes, hence on the generator: the
  ///   generator's move holds them, or it would look through the critic's step (an unrolled GAN, Metz
  ///   et al. 2017).
  package func gradient(
    of loss: Value, withRespectTo targets: [Value], holding held: [Value] = [], seed: Value? = nil
  ) -> [Value] {
    precondition(seed == nil || seed?.shape == loss.shape, "the seed is shaped like the loss")
    let leads = leadsToTarget(
      Set(targets.map(\.id)), holding: Set(held.map(\.id)), upTo: loss.id)
    var adjoints = [Value?](repeating: nil, count: loss.id + 1)
    adjoints[loss.id] = seed ?? constant(1, loss.shape)
    for id in (0...loss.id).reversed() where leads[id] {
      guard let adjoint = adjoints[id] else { continue }
      let value = Value(builder: self, id: id)
      for (index, operand) in value.operands.enumerated() where leads[operand.id] {
        guard let share = value.adjoint(ofOperand: index, adjoint) else { continue }
        adjoints[operand.id] = adjoints[operand.id].map { $0 + share } ?? share
      }
    }
    return targets.map { target in
      let found = target.id <= loss.id ? adjoints[target.id] : nil
      return found ?? constant(0, target.shape)
    }
  }

  /// For each node up to `last`: whether it is a target, or computed from one and not held.
  private func leadsToTarget(
    _ targets: Set<Int>, holding held: Set<Int>, upTo last: Int
  ) -> [Bool] {
    var leads = [Bool](repeating: false, count: last + 1)
    for id in leads.indices {
      leads[id] =
        targets.contains(id)
        || (!held.contains(id) && nodes[id].operands.contains { leads[$0] })
    }
    return leads
  }
}
