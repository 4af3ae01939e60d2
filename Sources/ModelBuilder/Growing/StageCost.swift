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
    let builder = GraphBuilder(convolutionsAsWritten: true)
    let walk = walks[name].map { walk in
      guard let size = growth?.images(of: stage.level), network.levels?.direction == .fromImages
      else { return walk }
      return NetworkWalk(
        input: SampleFormat.image(size).shape(batch: batch), others: walk.others,
        classes: walk.classes)
    }
    let (input, pass) = game.trialWalk(of: network, walk, batch: batch, builder)
    do throws(LayerMisfit) {
      _ = try network.answer(input, in: pass)
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
