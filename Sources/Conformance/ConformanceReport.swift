import TensorCore

/// What a backend makes of everything that backends are held to.
package struct ConformanceReport: Sendable {
  /// One row of what was tried.
  package struct Part: Sendable {
    /// `operations`, `random graphs`, `states`.
    package let name: String
    package let count: Int
    package let agreement: Agreement
  }
  package let parts: [Part]

  package var faults: [String] { parts.flatMap(\.agreement.faults) }

  /// Each operation by itself, random graphs, states that are written while they are read; what the backend refuses is a fault.
  package init(of backend: any Backend) {
    func part(
      _ name: String, _ trials: [(name: String, play: () throws(BackendError) -> Agreement)]
    ) -> Part {
      var agreement = Agreement()
      for trial in trials {
        do throws(BackendError) {
          agreement.add(try trial.play())
        } catch {
          agreement.fail("\(trial.name): \(error)")
        }
      }
      return Part(name: name, count: trials.count, agreement: agreement)
    }
    parts = [
      part(
        "operations",
        OpSuite.cases.map { test in
          (test.name, { () throws(BackendError) in try test.agreement(of: backend, seeds: 0..<1) })
        }),
      part(
        "random graphs",
        (UInt64(0)..<8).map { seed in
          (
            "random graph \(seed)",
            { () throws(BackendError) in
              try GraphTrial.random(seed: seed, size: 40).agreement(
                of: backend, times: 2, tolerance: 1e-4, "random graph \(seed)")
            }
          )
        }),
      part(
        "ways to write states",
        StateSuite.cases.map { test in
          (
            test.name,
            { () throws(BackendError) in
              try test.trial(seed: 5).agreement(
                of: backend, times: 3, tolerance: 1e-5, test.name)
            }
          )
        }),
    ]
  }
}
