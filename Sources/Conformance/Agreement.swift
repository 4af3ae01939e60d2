import TensorCore

/// The largest difference, as a part of the largest number that is expected (or of `floor`); infinite where one side alone is no
/// number.
package func worstError(
  _ seen: HostTensor, _ expected: HostTensor, floor: Double = 1e-30
) -> Double {
  let scale = expected.doubles.filter(\.isFinite).map(abs).max() ?? 0
  return zip(seen.doubles, expected.doubles).map { a, b in
    if a == b || a.isNaN && b.isNaN { return 0 }
    let error = abs(a - b) / max(scale, floor)
    return error.isNaN ? .infinity : error
  }.max() ?? 0
}

/// How far a backend was from the reference.
package struct Agreement: Sendable {
  /// Of the largest number that was expected.
  package private(set) var worst = 0.0
  /// What is further off than it may be, in words.
  package private(set) var faults: [String] = []

  package init() {}

  package mutating func add(_ other: Agreement) {
    worst = max(worst, other.worst)
    faults += other.faults
  }

  mutating func fail(_ words: String) { faults.append(words) }

  mutating func compare(
    _ seen: HostTensor, _ expected: HostTensor, within tolerance: Double, _ name: String
  ) {
    guard seen.type == expected.type else {
      faults.append("\(name) is \(seen.type), not \(expected.type)")
      return
    }
    let error = worstError(seen, expected)
    worst = max(worst, error)
    if error > tolerance {
      faults.append("\(name) \(seen.type): \(seen.head) is not \(expected.head)")
    }
  }
}

extension GraphTrial {
  /// Plays it on `backend` and on the reference.
  package func agreement(
    of backend: any Backend, times: Int = 1, tolerance: Double = 2e-6, _ name: String = ""
  ) throws(BackendError) -> Agreement {
    let expected = try run(on: ReferenceBackend(), times: times)
    let seen = try run(on: backend, times: times)
    var agreement = Agreement()
    for (a, b) in zip(seen, expected) {
      agreement.compare(a.tensor, b.tensor, within: tolerance, "\(name) \(a.name)")
    }
    return agreement
  }
}

extension HostTensor {
  fileprivate var head: String { doubles.prefix(6).map { "\($0)" }.joined(separator: " ") }
}
