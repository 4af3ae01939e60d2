import Spec
import TensorCore

extension SampleFormat {
  /// Of a batch inside the graph: `[batch, height, width, channels]` or `[batch, length]`.
  package func shape(batch: Int) -> Shape {
    switch self {
    case .image(let image): [batch, image.height, image.width, image.channels]
    case .vector(let length): [batch, length]
    }
  }

  /// How PyTorch lays out a batch.
  package var layout: TensorLayout {
    switch self {
    case .image: .images
    case .vector: .plain
    }
  }
}
