import Foundation
import TensorCore
import Testing

@testable import CPUBackend

/// eˣ − 1, where the numbers of single precision that lie nearest to it are known: in double precision.
@Suite struct ExponentialTests {
  @Test func theExponentialMinusOneIsTheNearestNumber() throws { try Self.hold() }

  static func hold() throws {
    var inputs: [Float] = [0, -0.0, .infinity, -.infinity, 88.72, 88.73, 100, -17.32, -17.33, -200]
    inputs += stride(from: -104, through: 88, by: 0.013).map { Float($0) }
    inputs += (0..<120).flatMap { power in
      [1, -1].map { $0 * Float(pow(10, -Double(power) / 4)) }
    }
    let builder = GraphBuilder()
    let x = builder.feed("x", [inputs.count + 1])
    let session = try CPUBackend(threads: 2).makeSession(states: [])
    let executable = try session.compile(
      builder.finish(
        outputs: [("y", x.exponentialMinusOne), ("linear", x.exponentialLinear)], updates: []))
    try executable.feed("x", array: inputs + [.nan])
    try executable.run()
    let outputs = try executable.output("y").floats
    let wrong = zip(inputs, outputs).filter { input, output in
      Float(expm1(Double(input))).bitPattern != output.bitPattern
    }
    #expect(wrong.isEmpty, "\(wrong.prefix(5).map { "\($0.0): \($0.1)" })")
    #expect(outputs.last?.isNaN == true)
    let linear = try executable.output("linear").floats
    let straight = zip(inputs, zip(outputs, linear)).filter { input, output in
      (input > 0 ? input : output.0).bitPattern != output.1.bitPattern
    }
    #expect(straight.isEmpty, "\(straight.prefix(5).map { "\($0.0): \($0.1.1)" })")
    #expect(linear.last?.isNaN == true)
  }
}
