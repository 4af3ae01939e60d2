import TensorCore

/// A recipe for the first value of a state; drawing the numbers is the runner's work.
package enum InitialValue: Hashable, Sendable {
  case constant(Double)
  case uniform(low: Double, high: Double)
  case normal(mean: Double, standardDeviation: Double)
  /// Rows (or columns, whichever are fewer) of `[out, in · kernel]` orthonormal, times `gain`
  /// (Saxe et al. 2013).
  case orthogonal(gain: Double)
}

/// A named tensor that lives between moves.
package struct StateDeclaration: Hashable, Sendable {
  package enum Role: String, Hashable, Sendable, CaseIterable {
    /// Moved by the optimizers of the moves that step its network.
    case parameter
    /// Kept by a layer: running means, spectral-norm vectors.
    case statistic
    /// A parameter's moving average.
    case average
    /// Kept by a loss: BEGAN's k.
    case controller
    /// Kept by an optimizer: moments, step counts.
    case optimizer
  }
  /// `generator.3.weight`: PyTorch's name, with the network's in front. An optimizer's states stand
  /// under `optimizer.`, averages under `ema.`, a loss's under `loss.`.
  package let name: String
  /// The network that it belongs to; of what a loss or an optimizer keeps, the first one that changes with
  /// it.
  package let network: String
  package let role: Role
  /// In our own order of axes.
  package let type: TensorType
  package let layout: TensorLayout
  package let initial: InitialValue
  /// What `architecture.init` names it by; nil where that has no say in how it begins.
  package let kind: ParameterKind?

  package init(
    name: String, network: String, role: Role, type: TensorType, layout: TensorLayout,
    initial: InitialValue, kind: ParameterKind? = nil
  ) {
    (self.name, self.network, self.role) = (name, network, role)
    (self.type, self.layout, self.initial, self.kind) = (type, layout, initial, kind)
  }
}

extension StateDeclaration {
  static let averagePrefix = "ema."

  /// The moving average of a parameter, which begins as the parameter does.
  var average: StateDeclaration {
    StateDeclaration(
      name: Self.averagePrefix + name, network: network, role: .average, type: type, layout: layout,
      initial: initial)
  }

  /// The state whose first value this one has too: for an average, the parameter.
  package var nameOfFirstValue: String {
    role == .average ? String(name.dropFirst(Self.averagePrefix.count)) : name
  }
}
