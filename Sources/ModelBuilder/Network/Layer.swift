import Spec
import TensorCore

/// One kind of layer: what its spec keys are, which shapes it takes, and its maths.
///
/// Activations are `[batch, units]` or `[batch, height, width, channels]`. Building a layer is also
/// how its shapes are checked: there is no second place that could disagree.
package protocol Layer: Word {
  /// What comes out for `input`. Parameters, statistics and random masks are asked of `scope`.
  func apply(_ input: Value, in scope: LayerScope) throws(LayerMisfit) -> Value
  /// Between which values its results lie for inputs of `input`.
  func span(of input: Span) -> Span
}

extension Layer {
  package func span(of input: Span) -> Span { .any }
}

/// Why a layer cannot stand where it stands.
package struct LayerMisfit: Error, Sendable {
  package let message: String
  package let advice: String?
  /// The entry at fault, if it is one nested within the layer.
  package var choice: Choice?
  /// The state that is asked for in two ways, if that is why.
  var state: String?

  package init(_ message: String, advice: String? = nil) {
    self.message = message
    self.advice = advice
  }
}

/// How an activation is written for people: `128` or, as papers do, `channels×height×width`.
func described(_ shape: Shape) -> String {
  shape.rank == 4 ? "\(shape[3])×\(shape[1])×\(shape[2])" : "\(shape[1])"
}

extension Value {
  var batch: Int { shape[0] }

  /// Width of a vector activation.
  func units(for layer: String) throws(LayerMisfit) -> Int {
    guard shape.rank == 2 else {
      throw LayerMisfit(
        "\(layer) takes vectors, but \(described(shape)) images come in",
        advice: "put `flatten` before it")
    }
    return shape[1]
  }

  /// Vectors `[batch, units]` repeated at all places, if `activation` is images, as channels.
  func everywhere(in activation: Value) -> Value {
    guard activation.shape.rank == 4 else { return self }
    let tiled = Shape([batch, activation.shape[1], activation.shape[2], shape[1]])
    return broadcast(to: tiled, axes: [0, 3])
  }

  /// Height, width and channels of an image activation.
  func image(for layer: String) throws(LayerMisfit) -> (height: Int, width: Int, channels: Int) {
    guard shape.rank == 4 else {
      throw LayerMisfit(
        "\(layer) takes images, but vectors of \(shape[1]) come in",
        advice: "put `image: {channels: …, size: …}` before it")
    }
    return (shape[1], shape[2], shape[3])
  }
}
