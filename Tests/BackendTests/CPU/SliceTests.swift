import Conformance
import TensorCore
import Testing

@testable import CPUBackend

/// Steps that read a part of something which does not begin where the whole does.
@Suite struct SliceTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// Of the second half of 8 images of 4×4 in 2 channels.
    let result: @Sendable (_ part: Value, inout GraphTrial) -> Value

    init(_ name: String, _ result: @escaping @Sendable (Value, inout GraphTrial) -> Value) {
      (testDescription, self.result) = (name, result)
    }
  }

  private static let geometry = ConvGeometry(padTop: 1, padBottom: 1, padLeft: 1, padRight: 1)
  private static let pairs = Window(
    height: 2, width: 2, strideHeight: 2, strideWidth: 2, padTop: 0, padBottom: 0, padLeft: 0,
    padRight: 0)

  static let cases = [
    Case("an image that is convolved") { part, trial in
      part.convolution(trial.feed([3, 3, 2, 5]), geometry)
    },
    Case("an image that is convolved by one pixel") { part, trial in
      part.convolution(trial.feed([1, 1, 2, 5]), ConvGeometry())
    },
    Case("a weight") { part, trial in
      let weight = part.slice(axis: 1, 0..<2).slice(axis: 2, 0..<2).transpose([1, 2, 3, 0])
      return trial.feed([3, 4, 4, 2]).convolution(weight, geometry)
    },
    Case("the gradient of an image") { part, trial in
      let image = trial.feed([4, 4, 4, 3])
      let result = image.convolution(trial.feed([3, 3, 3, 2]), geometry)
      return trial.builder.gradient(of: (result * part).sum(), withRespectTo: [image])[0]
    },
    Case("the gradient of a weight") { part, trial in
      let weight = trial.feed([3, 3, 2, 3])
      let result = part.convolution(weight, geometry)
      return trial.builder.gradient(of: result.squared.sum(), withRespectTo: [weight])[0]
    },
    Case("a transposed convolution") { part, trial in
      trial.builder.add(
        .convolutionInputGradient(geometry, height: 4, width: 4),
        [part, trial.feed([3, 3, 5, 2])])
    },
    Case("a pooled image") { part, trial in trial.builder.add(.windowSum(pairs), [part]) },
    Case("a largest pixel") { part, trial in trial.builder.add(.windowMaximum(pairs), [part]) },
    Case("a matrix") { part, trial in part.reshape([4, 32]).matmul(trial.feed([32, 3])) },
    Case("a table") { part, trial in
      part.reshape([4, 32]).gather(trial.feed(HostTensor([3], [Int32(3), 0, 2])))
    },
    Case("indices") { part, trial in
      let indices = trial.feed(HostTensor([6], [Int32(9), 9, 9, 3, 0, 2]))
      return trial.feed([4, 5]).gather(indices.slice(axis: 0, 3..<6)) + part.sum()
    },
    Case("what stands behind something else") { part, trial in
      trial.feed([4, 4, 4, 1]).concatenated(with: part, axis: 3)
    },
    Case("a sum") { part, trial in part.sum(axes: [1, 2]) },
  ]

  /// `isComputed`: the whole is computed before, or fed.
  @Test(arguments: cases, [false, true])
  func everyStepReadsASliceWhereItBegins(_ test: Case, isComputed: Bool) throws {
    var trial = GraphTrial(seed: 5)
    let whole = trial.feed([8, 4, 4, 2])
    let part = (isComputed ? whole.tanh : whole).slice(axis: 0, 4..<8)
    trial.output(test.result(part, &trial))
    // The whole is needed elsewhere too, so that nobody computes the half alone.
    if isComputed { trial.output(whole.tanh) }
    try expectAgreement(trial, on: CPUBackend(threads: 1), test.testDescription)
  }
}
