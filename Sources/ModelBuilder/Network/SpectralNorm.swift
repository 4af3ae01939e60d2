import Spec
import TensorCore

/// Spectral normalisation (Miyato et al. 2018, algorithm 1): a weight divided by its largest singular
/// value, which one step of the power method a pass keeps track of, as `torch.nn.utils.spectral_norm`.
extension LayerScope {
  static let spectralNormKey = Field.flag(
    "spectral_norm", default: false,
    "Divide the weight by its largest singular value (Miyato et al. 2018)")

  /// A weight under spectral norm: `weight_orig`, with the vectors `weight_u` and `weight_v` as
  /// statistics.
  /// - Parameter outputAxis: the axis of outputs, whose rows PyTorch's matrix has.
  func spectrallyNormalized(
    _ shape: Shape, layout: TensorLayout, outputAxis: Int, initial: InitialValue,
    kind: ParameterKind?
  ) -> Value {
    let original = parameter("weight_orig", shape, layout: layout, initial: initial, kind: kind)
    let outputs = shape[outputAxis]
    let inputs = shape.count / outputs
    // [… inputs, outputs], in PyTorch's order of inputs.
    let axes = layout.axes.isEmpty ? Array(0..<shape.rank) : layout.axes
    let torchOrder = axes.filter { $0 != outputAxis } + [outputAxis]
    let matrix = original.transpose(torchOrder).reshape([inputs, outputs])
    let left = statistic("weight_u", [outputs], initial: .orthogonal(gain: 1))
    let right = statistic("weight_v", [inputs], initial: .orthogonal(gain: 1))
    if mode == .training {
      // The vectors count as given: gradients pass through the weight alone. They are held before
      // they are reshaped, because a reshape of a reshape does not pass through the first.
      let states = pass.states
      let inputSide = states.hold(matrix.matmul(left.value.reshape([outputs, 1])).normalized)
      let outputSide = states.hold(matrix.matmul(inputSide, transposeLeft: true).normalized)
      right.update(inputSide.reshape([inputs]))
      left.update(outputSide.reshape([outputs]))
    }
    let gain = right.value.reshape([1, inputs]).matmul(matrix)
      .matmul(left.value.reshape([outputs, 1])).reshape(.scalar)
    return original / gain
  }
}

extension Value {
  /// A matrix over the root of its sum of squares, as `torch.nn.functional.normalize`.
  fileprivate var normalized: Value { self / squared.sum().squareRoot.maximum(1e-12) }
}
