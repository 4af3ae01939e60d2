import Spec
import TensorCore

/// What a formula is for some samples of a batch.
package struct Evaluated {
  /// Images `[batch, height, width, channels]`, vectors `[batch, length]`, or classes int32 `[batch]`.
  package let value: Value
  /// What went into a closing sigmoid or softmax; the value itself where there is none.
  package let logit: Value
  /// The classes that it carries along, and how many there are.
  let label: Label?
  /// What its network says besides, and its named inner places.
  let parts: [String: Reading]

  struct Label {
    /// int32 `[batch]`
    let value: Value
    let classes: Int
  }

  init(_ value: Value, logit: Value? = nil, label: Label? = nil, parts: [String: Reading] = [:]) {
    (self.value, self.logit) = (value, logit ?? value)
    (self.label, self.parts) = (label, parts)
  }

  /// It, where numbers are wanted.
  ///
  /// - Throws: for classes.
  func numbers(of formula: Formula) throws(LayerMisfit) -> Evaluated {
    guard value.shape.rank > 1 else {
      throw LayerMisfit(
        "\(formula) are classes, and numbers are wanted",
        advice: "write \(formula).one_hot, or `label: \(formula)` in the call of a network")
    }
    return self
  }

  init(_ reading: Reading, label: Label?) {
    self.init(reading.output, logit: reading.logit, label: label)
  }
}

extension Formula {
  /// The sources and latents that it is made of, in order, each once; of a label the source.
  var leaves: [String] {
    var found: [String] = []
    func visit(_ formula: Formula) {
      switch formula {
      case .name(let name): if !found.contains(name) { found.append(name) }
      case .call(_, let inputs, let label):
        inputs.forEach(visit)
        if let label { visit(label) }
      case .part(let whole, _): visit(whole)
      case .joined(let parts), .inputs(let parts): parts.forEach(visit)
      }
    }
    visit(self)
    return found
  }

  /// The calls of networks within it, the inner ones first.
  var calls: [Formula] {
    switch self {
    case .name: []
    case .call(_, let inputs, let label):
      inputs.flatMap(\.calls) + (label?.calls ?? []) + [self]
    case .part(let whole, _): whole.calls
    case .joined(let parts), .inputs(let parts): parts.flatMap(\.calls)
    }
  }

  /// The networks called in it by name.
  var networks: [String] {
    calls.compactMap { if case .call(let network, _, _) = $0 { network } else { nil } }
  }

  /// With what `meanings` says of names in their place.
  func expanded(_ meanings: [String: Formula]) -> Formula {
    switch self {
    case .name(let name): meanings[name]?.expanded(meanings) ?? self
    case .call(let network, let inputs, let label):
      .call(
        network: network, inputs.map { $0.expanded(meanings) }, label: label?.expanded(meanings))
    case .part(let whole, let name): .part(whole.expanded(meanings), name)
    case .joined(let parts): .joined(parts.map { $0.expanded(meanings) })
    case .inputs(let parts): .inputs(parts.map { $0.expanded(meanings) })
    }
  }
}
