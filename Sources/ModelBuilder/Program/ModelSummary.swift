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
    let builder = GraphBuilder()
    let pass = Pass(
      states: StateTable(builder: builder), mode: .training,
      labels: game.classes > 0 ? builder.feed("labels", [batch], .int32) : nil,
      classes: game.classes, initializers: game.initializers,
      draws: Draws(key: builder.feed("key", [3], .int32), move: ""))
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
    let input: Value
    do throws(LayerMisfit) {
      if network.name == game.generator.name {
        input = builder.feed("latents", [batch, experiment.twoPlayers!.latent.width])
        counted = builder.nodes.count
        if let growth, let levels = network.levels {
          try levels.walk(generating: input, growth, in: network.scope(pass), visit: visit)
        } else {
          _ = try network.layers.apply(input, in: network.scope(pass), visit: visit)
        }
      } else {
        input = builder.feed("real", game.sampleShape(batch: batch))
        counted = builder.nodes.count
        let images = ImageBatch(value: input)
        if growth != nil, let levels = network.levels {
          _ = try network.walk(images, levels, in: pass, visit: visit)
        } else {
          _ = try network.judge(images, in: pass, visit: visit)
        }
      }
    } catch {
      preconditionFailure("unchecked shapes: \(error.message)")
    }
    return NetworkSummary(name: name, input: described(input.shape), layers: layers)
  }
}
