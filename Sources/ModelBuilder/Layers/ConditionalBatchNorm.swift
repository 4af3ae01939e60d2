import Spec
import TensorCore

/// Batch normalisation whose scale and offset are looked up for each sample's label (Dumoulin et al.
/// 2017, de Vries et al. 2017).
package struct ConditionalBatchNorm: Layer {
  package static let declaration = Declaration(
    "conditional_batch_norm", "Batch normalisation with a scale and an offset of each class",
    details: "Dumoulin et al. 2017; de Vries et al. 2017; Miyato and Koyama 2018. Needs `labels:`. "
      + "The tables `scale.weight` and `offset.weight` are `[classes, channels]`; `init.batch_norm` "
      + "rules their first values. PyTorch: `nn.BatchNorm2d(affine=False)` and two `nn.Embedding`.",
    fields: [BatchNorm.epsilon.declaration, BatchNorm.momentum.declaration],
    example: "conditional_batch_norm")

  let epsilon: Double
  let momentum: Double

  package init(_ record: Record) {
    epsilon = record[BatchNorm.epsilon]
    momentum = record[BatchNorm.momentum]
  }

  package func apply(_ input: Value, in scope: LayerScope) throws(LayerMisfit) -> Value {
    let labels = try scope.labels("to choose scale and offset by")
    let shape = input.shape
    let channels = shape[shape.rank - 1]
    let (mean, variance) = try scope.batchMoments(of: input, momentum: momentum)
    func ofEachSample(_ name: String, _ part: ParameterKind.Part) -> Value {
      let table = scope.nested(name).parameter(
        "weight", [scope.classes, channels], kind: .batchNorm(part, rank: shape.rank),
        fans: .embedding(classes: scope.classes, width: channels))
      return table.gather(labels).broadcast(to: shape, axes: [0, shape.rank - 1])
    }
    let factor = (variance + epsilon).reciprocalSquareRoot
    let normal =
      (input - mean.broadcastChannels(to: shape)) * factor.broadcastChannels(to: shape)
    return normal * ofEachSample("scale", .weight) + ofEachSample("offset", .bias)
  }
}
