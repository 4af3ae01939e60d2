import Spec
import TensorCore

/// One line of a network's table.
package struct LayerSummary: Sendable {
  /// `generator.3`
  package let path: String
  package let name: String
  /// For one sample: `128`, or `channels×height×width`.
  package let output: String
  /// Trainable numbers.
  package let parameters: Int
  /// Floating-point operations of one forward pass of one sample.
  package let flops: Int
  /// Whether it plays no more when networks that grow are whole: the way from or to images of a
  /// smaller level.
  package var isOutgrown = false
}

package struct NetworkSummary: Sendable {
  package let name: String
  package let input: String
  package let layers: [LayerSummary]
  /// What its weights are when the game begins, if they are not drawn, and whether they stay so.
  package let remark: String?
  package var parameters: Int { layers.map(\.parameters).reduce(0, +) }
  /// Of the whole network, which outgrown layers are no part of.
  package var flops: Int { layers.filter { !$0.isOutgrown }.map(\.flops).reduce(0, +) }
}

extension TrainingProgram {
  /// Layer by layer: what comes out, what is learned, what it costs.
  package func summary(of name: String) -> NetworkSummary {
    let network = game.network(name)
    // Costs are those of a batch divided by its size, so that what a batch shares is shared.
    let batch = experiment.data.batch
    let builder = GraphBuilder(convolutionsAsWritten: true)
    let (input, pass) = game.trialWalk(of: network, walks[name], batch: batch, builder)
    let outgrown = network.levels?.outgrown.map { "\(name).\($0)" } ?? []
    var layers: [LayerSummary] = []
    var counted = builder.nodes.count
    func visit(_ path: String, _ entry: LayerList.Entry, _ result: Value) {
      let own = pass.states.declarations.filter {
        $0.role == .parameter && $0.name.hasPrefix(path + ".")
      }
      let flops = builder.nodes[counted...].map { node in
        node.operationCount(node.operands.map { builder.nodes[$0].type })
      }
      layers.append(
        LayerSummary(
          path: path, name: entry.choice.name, output: described(result.shape),
          parameters: own.map(\.type.shape.count).reduce(0, +),
          flops: flops.reduce(0, +) / batch,
          isOutgrown: outgrown.contains { path.hasPrefix($0) }))
      counted = builder.nodes.count
    }
    counted = builder.nodes.count
    do throws(LayerMisfit) {
      switch (network.levels, growth) {
      case (let levels?, let growth?) where levels.direction == .toImages:
        try levels.walk(generating: input, growth, in: network.scope(pass), visit: visit)
      case (let levels?, _?):
        _ = try network.walk(ImageBatch(value: input), levels, in: pass, visit: visit)
      default: _ = try network.answer(input, in: pass, visit: visit)
      }
    } catch {
      preconditionFailure("unchecked shapes: \(error.message)")
    }
    return NetworkSummary(
      name: name, input: described(input.shape), layers: layers, remark: network.remark)
  }
}

extension Network {
  fileprivate var remark: String? {
    let start = weights.map { weights in
      let more = [
        weights.network, weights.checkpoint.map { "checkpoint \($0.text)" },
        weights.isAverage ? "moving average" : nil, weights.isPartial ? "where it fits" : nil,
      ].compactMap(\.self)
      return "starts from \(weights.path)"
        + (more.isEmpty ? "" : " (\(more.joined(separator: ", ")))")
    }
    let parts = [isFrozen ? "frozen" : nil, start].compactMap(\.self)
    return parts.isEmpty ? nil : "\(name): " + parts.joined(separator: ", ")
  }
}

extension Game {
  /// A network's input and a way through it, for a look at what it is.
  ///
  /// - Parameter walk: what goes into it; nil: nothing is known to.
  func trialWalk(
    of network: Network, _ walk: NetworkWalk?, batch: Int, _ builder: GraphBuilder
  ) -> (input: Value, pass: Pass) {
    guard let walk else { preconditionFailure("nothing goes into \(network.name)") }
    func shape(_ other: Shape) -> Shape { Shape([batch] + other.extents.dropFirst()) }
    let pass = Pass(
      states: StateTable(builder: builder), mode: network.isFrozen ? .inference : .training,
      labels: walk.classes > 0 ? builder.feed("labels", [batch], .int32) : nil,
      classes: walk.classes, initializers: network.initializers,
      draws: Draws(key: builder.feed("key", [3], .int32), move: ""))
    for (name, other) in walk.others {
      pass.inputs[name] = builder.feed("input/\(name)", shape(other))
    }
    lead(pass)
    return (builder.feed("input", shape(walk.input)), pass)
  }

  /// Lets layers of a trial walk call other networks.
  private func lead(_ pass: Pass) {
    pass.call = { [self] callee, input, scope throws(LayerMisfit) in
      let (network, outer) = (network(callee), scope.pass)
      let inner = Pass(
        states: outer.states, mode: network.isFrozen ? .inference : outer.mode,
        labels: outer.labels, classes: outer.classes, initializers: network.initializers,
        draws: outer.draws, name: scope.path)
      inner.inputs = outer.inputs
      lead(inner)
      return try network.answer(input, in: inner).output
    }
  }
}
