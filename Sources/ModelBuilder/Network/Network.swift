import Spec
import TensorCore

/// A list of layers with the entries of the spec that they come from.
package struct LayerList: Sendable {
  struct Entry: Sendable {
    let choice: Choice
    let layer: any Layer
  }
  let entries: [Entry]

  init(_ choices: [Choice]) {
    entries = choices.map { Entry(choice: $0, layer: Catalog.layer($0)) }
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
      let inner = scope.nested(index)
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
}

/// What a critic says of a batch.
package struct Score {
  /// The network's output: `[batch, 1]`, or one number a patch.
  package let output: Value
  /// What went into a closing sigmoid or softmax; the output itself where there is none. Losses
  /// made of logarithms use it, because the logarithm of a sigmoid is not accurate.
  package let logit: Value

  /// The number that says how real a sample looks: the only one, or that of the last class.
  var realness: Value {
    let (axis, width) = (output.shape.rank - 1, output.shape[output.shape.rank - 1])
    return width == 1 ? output : output.slice(axis: axis, width - 1..<width)
  }
}

extension Score {
  /// What was said of some samples of the batch.
  func part(_ samples: Range<Int>) -> Score {
    Score(
      output: output.slice(axis: 0, samples), logit: logit.slice(axis: 0, samples))
  }
}

/// Images as a network sees them: `[batch, height, width, channels]`.
package struct ImageBatch { package let value: Value }
/// `[batch, size]`.
package struct Latent { package let value: Value }
/// Class indices, int32 `[batch]`.
package struct Label { package let value: Value }

struct Generator {
  let layers: LayerList

  func apply(_ latent: Latent, in pass: Pass) throws(LayerMisfit) -> ImageBatch {
    let scope = LayerScope(pass: pass, player: .generator, path: Player.generator.rawValue)
    return ImageBatch(value: try layers.apply(latent.value, in: scope))
  }
}

struct Discriminator {
  let layers: LayerList

  func apply(_ images: ImageBatch, in pass: Pass) throws(LayerMisfit) -> Score {
    let scope = LayerScope(pass: pass, player: .discriminator, path: Player.discriminator.rawValue)
    var results = [images.value]
    let output = try layers.apply(images.value, in: scope) { _, _, result in
      results.append(result)
    }
    let closing = layers.entries.last?.layer
    let squashes = closing is Sigmoid || closing is Softmax
    return Score(output: output, logit: squashes ? results[results.count - 2] : output)
  }
}
