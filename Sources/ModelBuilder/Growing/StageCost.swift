import Spec
import TensorCore

/// What a network is in a stage of growing.
package struct StageCost: Sendable, Hashable {
  /// Trainable numbers that play.
  package let parameters: Int
  /// Floating-point operations of one forward pass of one sample.
  package let flops: Int
}

extension TrainingProgram {
  package func cost(of name: String, at stage: GrowthStage) -> StageCost {
    let batch = experiment.data.batch
    let game = game.playing(stage)
    let network = game.network(name)
    let builder = GraphBuilder()
    let pass = Pass(
      states: StateTable(builder: builder), mode: .training,
      labels: game.classes > 0 ? builder.feed("labels", [batch], .int32) : nil,
      classes: game.classes, initializers: game.initializers,
      draws: Draws(key: builder.feed("key", [3], .int32), move: ""))
    do throws(LayerMisfit) {
      if name == game.generator.name {
        _ = try network.apply(
          builder.feed("latents", [batch, experiment.twoPlayers!.latent.width]), in: pass)
      } else {
        let size = growth?.images(of: stage.level)
        let shape = size.map { SampleFormat.image($0).shape(batch: batch) }
        let images = builder.feed("real", shape ?? game.sampleShape(batch: batch))
        _ = try network.judge(ImageBatch(value: images), in: pass)
      }
    } catch {
      preconditionFailure("unchecked shapes: \(error.message)")
    }
    let operations = builder.nodes.map { node in
      node.operationCount(node.operands.map { builder.nodes[$0].type })
    }
    return StageCost(
      parameters: pass.states.parameters(of: name).map(\.declaration.type.shape.count)
        .reduce(0, +),
      flops: operations.reduce(0, +) / batch)
  }
}
