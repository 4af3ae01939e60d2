import Spec
import TensorCore

/// A list of layers with the entries of the spec that they come from.
package struct LayerList: Sendable {
  struct Entry: Sendable {
    let choice: Choice
    let layer: any Layer
  }
  let entries: [Entry]
  /// Number of the first of them in the list they come from, after which they are named.
  let first: Int

  init(_ choices: [Choice]) {
    entries = choices.map { Entry(choice: $0, layer: Catalog.layer($0)) }
    first = 0
  }

  init(entries: some Sequence<Entry>, first: Int = 0) {
    (self.entries, self.first) = (Array(entries), first)
  }

  /// No machine holds what these numbers are beyond, and their products would leave an integer.
  private static let activationLimit = 1 << 28
  private static let parameterLimit = 1 << 31

  private func requireSane(_ value: Value, _ scope: LayerScope) throws(LayerMisfit) {
    guard value.shape.count / value.batch <= Self.activationLimit else {
      throw LayerMisfit("\(described(value.shape)) numbers a sample are too many")
    }
    let prefix = scope.path + "."
    for state in scope.pass.states.declarations
    where state.type.shape.count > Self.parameterLimit && state.name.hasPrefix(prefix) {
      throw LayerMisfit("\(state.name) would be \(state.type.shape): too many numbers")
    }
  }

  /// Walks `input` through all layers; `visit` sees each layer's result.
  func apply(
    _ input: Value, in scope: LayerScope,
    visit: (_ path: String, _ entry: Entry, _ result: Value) -> Void = { _, _, _ in }
  ) throws(LayerMisfit) -> Value {
    var value = input
    for (index, entry) in entries.enumerated() {
      let inner = scope.nested(first + index)
      do throws(LayerMisfit) {
        value = try entry.layer.apply(value, in: inner)
        try requireSane(value, inner)
      } catch {
        var located = error
        located.choice = error.choice ?? entry.choice
        throw located
      }
      visit(inner.path, entry, value)
    }
    return value
  }

  /// The same, for a list whose result is a judgement.
  func read(
    _ input: Value, in scope: LayerScope,
    visit: (_ path: String, _ entry: Entry, _ result: Value) -> Void = { _, _, _ in }
  ) throws(LayerMisfit) -> Reading {
    guard let last = entries.last, last.layer is Sigmoid || last.layer is Softmax else {
      let output = try apply(input, in: scope, visit: visit)
      return Reading(output: output, logit: output)
    }
    let logit = try LayerList(entries: entries.dropLast(), first: first)
      .apply(input, in: scope, visit: visit)
    let place = scope.nested(first + entries.count - 1)
    let output = try last.layer.apply(logit, in: place)
    visit(place.path, last, output)
    return Reading(output: output, logit: logit)
  }
}

/// Real or generated samples as a network sees them: images `[batch, height, width, channels]`, or
/// vectors `[batch, length]`.
package struct ImageBatch { package let value: Value }

/// A named list of layers with weights of its own.
struct Network: Sendable {
  let name: String
  let layers: LayerList
  /// Names of its inputs behind the first, for layers that ask for them.
  let inputs: [String]
  let initializers: InitializerSet
  /// nil: its weights are not averaged.
  let average: WeightAverage?
  /// What its parameters are brought back to after each step.
  let constraints: [any Constraint]
  /// What it starts from; nil: from drawn numbers.
  let weights: WeightsSection?
  /// Whether it never moves, and answers in training as it does otherwise.
  let isFrozen: Bool
  /// nil: it does not grow.
  let levels: LevelList?
  /// What plays of one that grows; nil: all of it.
  var stage: GrowthStage?

  /// - Parameter direction: whether it makes samples or judges them.
  init(
    _ name: String, _ layers: LayerList, _ direction: LevelList.Direction,
    initializers: InitializerSet, inputs: [String] = [], average: WeightAverage? = nil,
    constraints: [any Constraint] = [], weights: WeightsSection? = nil, isFrozen: Bool = false
  ) {
    (self.name, self.layers, self.inputs) = (name, layers, inputs)
    (self.initializers, self.average) = (initializers, average)
    self.constraints = constraints
    (self.weights, self.isFrozen) = (weights, isFrozen)
    levels = LevelList(layers, direction)
  }

  func scope(_ pass: Pass) -> LayerScope { LayerScope(pass: pass, network: name, path: name) }

  /// What it makes of its first input; `visit` sees each layer's result.
  func answer(
    _ input: Value, in pass: Pass, visit: LevelList.Visit = { _, _, _ in }
  ) throws(LayerMisfit) -> Score {
    if let levels, levels.direction == .toImages {
      let made = try levels.generate(
        input, at: stage ?? levels.whole, in: scope(pass), visit: visit)
      return Score(Reading(output: made, logit: made), of: ImageBatch(value: input))
    }
    return try judge(ImageBatch(value: input), in: pass, visit: visit)
  }
}
