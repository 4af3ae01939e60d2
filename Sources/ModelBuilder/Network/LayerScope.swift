import Spec
import TensorCore

/// Which numbers batch statistics and dropout use.
package enum NetworkMode: Sendable { case training, inference }

/// One walk of data through a network: what every layer on the way shares.
final class Pass {
  let states: StateTable
  let mode: NetworkMode
  /// Class of each sample, int32 `[batch]`.
  let labels: Value?
  let classes: Int
  let initializers: InitializerSet
  /// nil where nothing is drawn.
  let draws: Draws?
  /// Tells the walks of one network within one move apart: `real`, `fake`, or nothing.
  let name: String
  /// Whether parameters are read as they are or as their moving averages.
  let weights: Weights
  /// What another network of the game makes of a value in this walk; nil where there is no other. It finds the walk in
  /// the scope: one that it held itself would never be freed, nor its graph.
  var call: ((_ network: String, Value, LayerScope) throws(LayerMisfit) -> Value)?
  /// Whether layers say so that learn nothing of a single sample, for which the batch is looked at apart.
  var refusesOneSample = false
  /// What goes into the network besides the first input, by name: images or vectors.
  var inputs: [String: Value] = [:]
  /// The values at the inner places that have a name.
  fileprivate(set) var marks: [String: Value] = [:]
  /// The layers that named them.
  fileprivate var markers: [String: String] = [:]

  init(
    states: StateTable, mode: NetworkMode, labels: Value?, classes: Int,
    initializers: InitializerSet, draws: Draws?, name: String = "", weights: Weights = .raw
  ) {
    self.states = states
    self.mode = mode
    self.labels = labels
    self.classes = classes
    self.initializers = initializers
    self.draws = draws
    self.name = name
    self.weights = weights
  }
}

/// What a layer sees of the network around it.
package struct LayerScope {
  let pass: Pass
  /// Its name.
  let network: String
  /// The layer's own name, as in `nn.Sequential`: `generator.5.0`.
  package let path: String

  package var mode: NetworkMode { pass.mode }
  package var builder: GraphBuilder { pass.states.builder }
  package var labels: Value? { pass.labels }
  /// Number of classes; 0 without labels.
  package var classes: Int { pass.classes }

  /// The labels, for a layer that cannot do without.
  /// - Parameter use: what it does with them: "to concatenate".
  func labels(_ use: String) throws(LayerMisfit) -> Value {
    guard let labels else {
      throw LayerMisfit(
        "there are no labels \(use)", advice: "write `labels: {classes: 10}`")
    }
    return labels
  }

  /// An input of the network behind the first: images or vectors.
  func input(_ name: String) throws(LayerMisfit) -> Value {
    guard let value = pass.inputs[name] else {
      let names = pass.inputs.keys.sorted().map { "`\($0)`" }
      throw LayerMisfit(
        "the network has no input `\(name)`: "
          + (names.isEmpty
            ? "it takes one input only"
            : "behind the first it has \(names.joined(separator: ", "))"),
        advice: "write `inputs: [\(name)]` on the network")
    }
    guard [2, 4].contains(value.shape.rank) else {
      throw LayerMisfit(
        "the input `\(name)` is neither images nor vectors",
        advice: "a class goes in as `label:`")
    }
    return value
  }

  /// Gives a value within the network a name, by which it can be asked for.
  ///
  /// - Throws: if another layer has given the name to its own.
  func mark(_ name: String, _ value: Value) throws(LayerMisfit) {
    if let other = pass.markers[name], other != path {
      throw LayerMisfit(
        "`\(name)` is the name of two places, here and at \(other)",
        advice: "give each a name of its own")
    }
    pass.markers[name] = path
    pass.marks[name] = value
  }

  /// The scope of the `index`-th layer of a list inside this one.
  func nested(_ index: Int) -> LayerScope { nested("\(index)") }

  /// The scope of a part of this layer.
  func nested(_ name: String) -> LayerScope {
    LayerScope(pass: pass, network: network, path: "\(path).\(name)")
  }

  /// The newest value of a parameter.
  /// - Parameters:
  ///   - name: PyTorch's name: `weight`, `bias`.
  ///   - kind: says which entry of `architecture.init` gives its first value.
  ///   - fans: fan-in and fan-out as PyTorch counts them.
  package func parameter(
    _ name: String, _ shape: Shape, layout: TensorLayout = .plain, kind: ParameterKind, fans: Fans
  ) -> Value {
    parameter(
      name, shape, layout: layout, initial: pass.initializers.initialValue(of: kind, fans),
      kind: kind)
  }

  /// The same for a parameter whose first value is known.
  ///
  /// - Parameter kind: the entry of `architecture.init` that gave it; nil: none has a say in it.
  func parameter(
    _ name: String, _ shape: Shape, layout: TensorLayout = .plain, initial: InitialValue,
    kind: ParameterKind? = nil
  ) -> Value {
    let declaration = StateDeclaration(
      name: "\(path).\(name)", network: network, role: .parameter, type: TensorType(shape),
      layout: layout, initial: initial, kind: kind)
    switch pass.weights {
    case .raw: return pass.states.read(declaration)
    case .ema: return pass.states.read(declaration.average)
    }
  }

  /// A tensor the layer keeps for itself; not moved by the optimizer.
  package func statistic(
    _ name: String, _ shape: Shape, initial: InitialValue
  ) -> Statistic {
    Statistic(
      states: pass.states,
      declaration: StateDeclaration(
        name: "\(path).\(name)", network: network, role: .statistic, type: TensorType(shape),
        layout: .plain, initial: initial))
  }

  /// 1 with probability `probability`, else 0, anew in every execution.
  package func randomMask(_ shape: Shape, probability: Double) -> Value {
    guard let draws = pass.draws else { return builder.constant(1, shape) }
    let name = drawName("dropout")
    let mask = draws.draw(.uniform, name, shape).compared(.less, to: probability)
    draws.observe(name, mask, as: .activation)
    return mask
  }

  /// Standard normal numbers shaped like an activation, anew in every execution.
  func noise(like value: Value) -> Value {
    guard let draws = pass.draws else { return builder.constant(0, value.shape) }
    return draws.observedNoise(.normal, drawName("noise"), like: value)
  }

  /// Gives `trace` the numbers whose sign decides a slope, so that another framework whose rounding
  /// puts one of them on the other side of 0 can tell that from a mistake.
  func observeKink(_ value: Value) {
    pass.draws?.observe(drawName("kink"), value, as: .kink)
  }

  private func drawName(_ purpose: String) -> String {
    "\(purpose)/\(path)" + (pass.name.isEmpty ? "" : "/\(pass.name)")
  }
}

/// A state that a layer reads and replaces.
package struct Statistic {
  let states: StateTable
  let declaration: StateDeclaration

  package var value: Value { states.read(declaration) }
  package func update(_ value: Value) { states.write(declaration, value) }
}
