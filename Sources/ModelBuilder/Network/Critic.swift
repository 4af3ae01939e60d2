import Spec
import TensorCore

/// What a critic may say of an image, and the name of the head that says it.
package enum CriticHead: String, CaseIterable, Sendable {
  /// How real it looks.
  case score
  /// The image again, through a narrow place: the critic is an autoencoder.
  case reconstruction
  /// Which of the data's classes it shows.
  case `class`
  /// The categorical and the continuous latent codes it was made from.
  case categorical, continuous
}

/// What one head says of a batch.
package struct Reading {
  /// As the last layer has it.
  package let output: Value
  /// What went into a closing sigmoid or softmax; the output itself where there is none. Losses
  /// made of logarithms use it, because the logarithm of a sigmoid is not accurate.
  package let logit: Value
}

/// What a critic says of a batch.
package struct Score {
  /// The network's output: `[batch, 1]`, or one number a patch; of an autoencoder, images.
  package let output: Value
  /// What went into a closing sigmoid or softmax; the output itself where there is none.
  package let logit: Value
  /// What was judged.
  package let images: ImageBatch
  /// Of a critic with several heads: what the others say, and what all of them look at.
  let others: [CriticHead: Reading]
  let features: Value?

  init(
    _ reading: Reading, of images: ImageBatch, others: [CriticHead: Reading] = [:],
    features: Value? = nil
  ) {
    (output, logit) = (reading.output, reading.logit)
    (self.images, self.others, self.features) = (images, others, features)
  }

  /// The number that says how real a sample looks: the only one, or that of the last class.
  var realness: Value {
    let (axis, width) = (output.shape.rank - 1, output.shape[output.shape.rank - 1])
    return width == 1 ? output : output.slice(axis: axis, width - 1..<width)
  }

  /// The logit of `real`: the only one, or of two classes the difference, which is all that matters
  /// of them.
  var evidence: Value {
    let axis = logit.shape.rank - 1
    if logit.shape[axis] == 1 { return logit }
    return logit.slice(axis: axis, 1..<2) - logit.slice(axis: axis, 0..<1)
  }

  /// What an autoencoder made of the images, less the images.
  var residue: Value { output - images.value }

  /// What a head says that the penalties' check has found to be there.
  func reading(_ head: CriticHead) -> Reading {
    guard let reading = others[head] else {
      preconditionFailure("unchecked: the critic has no head `\(head.rawValue)`")
    }
    return reading
  }
}

extension Reading {
  func part(_ samples: Range<Int>) -> Reading {
    Reading(output: output.slice(axis: 0, samples), logit: logit.slice(axis: 0, samples))
  }
}

extension Score {
  /// What was said of some samples of the batch.
  func part(_ samples: Range<Int>) -> Score {
    Score(
      Reading(output: output, logit: logit).part(samples),
      of: ImageBatch(value: images.value.slice(axis: 0, samples)),
      others: others.mapValues { $0.part(samples) },
      features: features?.slice(axis: 0, samples))
  }
}

/// Networks whose output is a judgement.
extension Network {
  /// nil: it says one thing.
  var heads: Heads? { layers.entries.last?.layer as? Heads }

  /// Walks samples through all layers and heads; `visit` sees each layer's result.
  func judge(
    _ images: ImageBatch, in pass: Pass, visit: LevelList.Visit = { _, _, _ in }
  ) throws(LayerMisfit) -> Score {
    let scope = scope(pass)
    guard let levels else { return try read(images.value, layers, of: images, scope, visit) }
    let features = try levels.judge(
      images.value, at: stage ?? levels.whole, in: scope, visit: visit)
    return try read(features, levels.plain, of: images, scope, visit)
  }

  /// Walks images as large as the data through every layer of every level.
  ///
  /// - Throws: also for levels that cannot be blended.
  func walk(
    _ images: ImageBatch, _ levels: LevelList, in pass: Pass, visit: LevelList.Visit
  ) throws(LayerMisfit) -> Score {
    let scope = scope(pass)
    let features = try levels.walk(judging: images.value, in: scope, visit: visit)
    return try read(features, levels.plain, of: images, scope, visit)
  }

  /// What the last layers, and heads, say.
  private func read(
    _ input: Value, _ layers: LayerList, of images: ImageBatch, _ scope: LayerScope,
    _ visit: LevelList.Visit
  ) throws(LayerMisfit) -> Score {
    guard let heads else {
      return Score(try layers.read(input, in: scope, visit: visit), of: images)
    }
    let trunk = LayerList(entries: layers.entries.dropLast(), first: layers.first)
    let features = try trunk.apply(input, in: scope, visit: visit)
    let place = scope.nested(layers.first + trunk.entries.count)
    var readings: [CriticHead: Reading] = [:]
    for (head, list) in heads.lists {
      readings[head] = try list.read(features, in: place.nested(head.rawValue), visit: visit)
    }
    let first = readings.removeValue(forKey: heads.main)
    guard let first else { preconditionFailure("the heads' check lets no critic without a score") }
    return Score(first, of: images, others: readings, features: features)
  }
}
