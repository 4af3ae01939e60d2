import CKernels
import Conformance
import TensorCore
import Testing

@testable import CPUBackend

/// Right sides that several products share are rearranged once.
@Suite struct PackingTests {
  /// Two products with one right side and steps between them.
  private func sharing() -> GraphTrial {
    var trial = GraphTrial(seed: 3)
    let (x, w, u) = (
      trial.feed([256, 256], in: -0.1...0.1), trial.feed([256, 1024], in: -0.1...0.1),
      trial.feed([1024, 256], in: -0.1...0.1)
    )
    let middle = x.matmul(w).tanh.matmul(u).tanh
    trial.output(middle)
    trial.output(middle.matmul(w))
    return trial
  }

  @Test(
    .enabled(
      if: gan_instruction_set() == 2, "oneDNN wants a right side in another order with AVX-512"))
  func aSharedRightSideIsPackedOnce() throws {
    let trial = sharing()
    let session = try CPUBackend(threads: 2).makeSession(states: [])
    let graph = trial.builder.finish(outputs: trial.outputs, updates: [])
    let executable = try #require(try session.compile(graph) as? CPUExecutable)
    #expect(executable.labels.count { $0.hasSuffix("after packing") } == 1)
  }

  @Test func aPackedRightSideOutlivesTheStepsBetweenItsReaders() throws {
    let trial = sharing()
    let both = try trial.run(on: CPUBackend(threads: 2))

    // The second product again, as the only reader of its right side.
    var alone = GraphTrial(seed: 4)
    let left = alone.feed(both[0].tensor)
    let right = alone.feed(try #require(trial.feeds["feed1"]))
    alone.output(left.matmul(right))
    let expected = try alone.run(on: CPUBackend(threads: 2))
    #expect(worstError(both[1].tensor, expected[0].tensor) < 1e-5)
  }
}
