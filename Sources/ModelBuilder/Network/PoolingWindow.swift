import Spec
import TensorCore

/// The keys that average and maximum pooling share.
struct PoolingWindow: Sendable {
  static let kernel = Field.sizes(
    "kernel", default: 2, in: .within(1...255), "Height and width of the window")
  static let stride = Field.sizes(
    "stride", default: 0, in: .within(0...255), "Step between windows; 0: the window's own size")
  static let padding = Field.sizes(
    "padding", default: 0, in: .within(0...254), "Border on each side; less than the window")
  static let fields = [kernel.declaration, stride.declaration, padding.declaration]

  let window: Window

  init(_ record: Record) {
    let (kernel, stride) = (record[Self.kernel], record[Self.stride])
    let padding = record[Self.padding]
    window = Window(
      height: kernel[0], width: kernel[1],
      strideHeight: stride[0] == 0 ? kernel[0] : stride[0],
      strideWidth: stride[1] == 0 ? kernel[1] : stride[1],
      padTop: padding[0], padBottom: padding[0], padLeft: padding[1], padRight: padding[1])
  }

  func check(_ input: Value, for layer: String) throws(LayerMisfit) {
    let (height, width, _) = try input.image(for: layer)
    let size = "\(window.height)×\(window.width)"
    guard 2 * window.padTop <= window.height, 2 * window.padLeft <= window.width else {
      throw LayerMisfit("padding of a \(size) window is at most half of it")
    }
    guard window.outputHeight(height) >= 1, window.outputWidth(width) >= 1 else {
      throw LayerMisfit(
        "a \(size) window does not fit into \(described(input.shape)) images",
        advice: "a smaller window, or fewer stride-2 layers before it")
    }
  }
}
