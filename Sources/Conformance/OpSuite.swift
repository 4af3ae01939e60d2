import TensorCore

/// One operation with random operands.
package struct OpCase: Sendable {
  package let name: String
  var tolerance = 2e-6
  let build: @Sendable (inout GraphTrial) -> Void

  /// The operation on `backend` against the reference, with operands from each of these seeds.
  package func agreement(
    of backend: any Backend, seeds: Range<UInt64>
  ) throws(BackendError) -> Agreement {
    var agreement = Agreement()
    for seed in seeds {
      var trial = GraphTrial(seed: seed &* 7919 &+ 13)
      build(&trial)
      agreement.add(
        try trial.agreement(of: backend, tolerance: tolerance, "\(name) seed \(seed)"))
    }
    return agreement
  }
}

/// All operations of the core, each alone: put any backend in.
package enum OpSuite {
  package static let cases: [OpCase] =
    unary + binary + comparisons + elements + movements + tables + folds + products
    + convolutions + windows
}
