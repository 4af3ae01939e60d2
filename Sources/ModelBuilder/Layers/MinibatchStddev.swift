import Spec
import TensorCore

/// Appends a channel that says how much the samples of a batch differ (Karras et al. 2018, section 3),
/// so that a critic sees when all images are alike.
package struct MinibatchStddev: Layer {
  static let group = Field.integer(
    "group", default: 4, in: .atLeast(0),
    "Samples that are compared: the largest divisor of the batch that is not above; 0: all")
  static let epsilon = Field.number(
    "epsilon", default: 1e-8, in: .above(0), "Added to the variance under the root")
  package static let declaration = Declaration(
    "minibatch_stddev", "Appends a channel that says how much the samples of a batch differ",
    details: "Karras et al. 2018, section 3: the standard deviation of each number over a group of "
      + "samples, averaged over all numbers. Group k holds samples k, k + batch/group, ….",
    fields: [group.declaration, epsilon.declaration], shorthand: "group",
    example: "minibatch_stddev: 4")

  let group: Int
  let epsilon: Double

  package init(_ record: Record) {
    group = record[Self.group]
    epsilon = record[Self.epsilon]
  }

  package func apply(_ input: Value, in scope: LayerScope) throws(LayerMisfit) -> Value {
    let (batch, shape) = (input.batch, input.shape)
    let limit = group == 0 ? batch : min(group, batch)
    let members = (1...limit).last { batch % $0 == 0 } ?? 1
    let groups = batch / members
    let samples = input.reshape([members, groups, shape.count / batch])
    let centred = samples - samples.mean(axes: [0]).broadcast(to: samples.shape, axes: [1, 2])
    let deviation = (centred.squared.mean(axes: [0]) + epsilon).squareRoot.mean(axes: [1])
    let one = Shape([batch] + shape.extents.dropFirst().dropLast() + [1])
    let channel = deviation.broadcast(to: [members, groups], axes: [1]).reshape([batch])
      .broadcast(to: one, axes: [0])
    return input.concatenated(with: channel, axis: shape.rank - 1)
  }
}
