import Spec

/// What a parameter is, as `architecture.init` names it.
package enum ParameterKind: Hashable, Sendable {
  case linear(Part)
  case convolution(Part)
  case batchNorm(Part)
  /// Of vectors.
  case batchNorm1D(Part)
  case embedding

  package enum Part: Hashable, Sendable { case weight, bias }

  /// Whether it is a vector of offsets: rules made of fan-in and fan-out say nothing of those.
  var isBias: Bool {
    switch self {
    case .linear(let part), .convolution(let part), .batchNorm(let part), .batchNorm1D(let part):
      part == .bias
    case .embedding: false
    }
  }
}

/// Connections into and out of one unit, as PyTorch counts them
/// (`torch.nn.init._calculate_fan_in_and_fan_out`).
package struct Fans: Hashable, Sendable {
  package let input: Int
  package let output: Int

  package init(input: Int, output: Int) {
    self.input = input
    self.output = output
  }

  /// Of a table `[classes, width]`: PyTorch takes its second axis for the inputs, as of a linear layer's
  /// weight.
  static func embedding(classes: Int, width: Int) -> Fans { Fans(input: width, output: classes) }
}

/// A rule for first values.
package protocol Initializer: Word {
  func initialValue(of kind: ParameterKind, _ fans: Fans) -> InitialValue
}
