import Conformance
import TensorCore
import Testing

extension OpCase: CustomTestStringConvertible {
  public var testDescription: String { name }
}

extension StateCase: CustomTestStringConvertible {
  public var testDescription: String { name }
}

/// Holds `backend` to the reference on one operation.
func hold(
  _ backend: any Backend, to test: OpCase, seeds: Range<UInt64>,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let agreement = try test.agreement(of: backend, seeds: seeds)
  #expect(agreement.faults == [], sourceLocation: sourceLocation)
}

/// Holds `backend` to the reference on one graph.
func expectAgreement(
  _ trial: GraphTrial, on backend: any Backend, times: Int = 1, tolerance: Double = 2e-6,
  _ name: String = "", sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let agreement = try trial.agreement(of: backend, times: times, tolerance: tolerance, name)
  #expect(agreement.faults == [], sourceLocation: sourceLocation)
}
