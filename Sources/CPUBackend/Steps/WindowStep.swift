import CKernels
import TensorCore

extension Lowering {
  private typealias Kernel = (
    UnsafePointer<gan_window>?, UnsafePointer<Float>?, UnsafeMutablePointer<Float>?, UInt32
  ) -> Void

  /// Pooling: `x` is the shape of the image, `y` that of the windows.
  func window(_ node: Int, _ window: Window, operands: [View]) throws(BackendError) -> Blueprint {
    let op = facts.graph.nodes[node].op
    let result = facts.graph.nodes[node].type.shape
    let (first, second) = (operands[0], operands.last ?? operands[0])
    let (x, y): (Shape, Shape) =
      switch op {
      case .windowSumGradient: (result, first.shape)
      case .windowMaximumGradient: (first.shape, second.shape)
      case .windowSum, .windowMaximum, .windowMaximumSelect, .input, .constant, .iota, .random,
        .unary, .binary, .compare, .select, .convert, .broadcast, .reshape, .transpose, .slice,
        .pad, .concatenate, .gather, .scatterAdd, .reduce, .matmul, .convolution,
        .convolutionInputGradient, .convolutionWeightGradient:
        (first.shape, result)
      }
    var geometry = gan_window(window, x: x, y: y)
    let work = y.count * window.height * window.width
    return unsafe Blueprint(label: "\(op.name) \(x)") { place throws(BackendError) in
      let a = try unsafe place.floats(first)
      let b = try unsafe place.floats(second)
      let to = try unsafe place.floats(node)
      let threads = unsafe place.threads(for: work)
      return { () throws(BackendError) in
        switch op {
        case .windowSum: unsafe gan_window_sum(&geometry, a, to, threads)
        case .windowSumGradient: unsafe gan_window_sum_gradient(&geometry, a, to, threads)
        case .windowMaximum: unsafe gan_window_maximum(&geometry, a, to, threads)
        case .windowMaximumGradient:
          unsafe gan_window_maximum_gradient(&geometry, a, b, to, threads)
        case .windowMaximumSelect:
          unsafe gan_window_maximum_select(&geometry, a, b, to, threads)
        case .input, .constant, .iota, .random, .unary, .binary, .compare, .select, .convert,
          .broadcast, .reshape, .transpose, .slice, .pad, .concatenate, .gather, .scatterAdd,
          .reduce, .matmul, .convolution, .convolutionInputGradient, .convolutionWeightGradient:
          throw BackendError("\(op.name) has no windows")
        }
      }
    }
  }
}

extension gan_window {
  fileprivate init(_ window: Window, x: Shape, y: Shape) {
    self.init(
      batch: Int64(x[0]), height: Int64(x[1]), width: Int64(x[2]), channels: Int64(x[3]),
      outputHeight: Int64(y[1]), outputWidth: Int64(y[2]), windowHeight: Int64(window.height),
      windowWidth: Int64(window.width), strideHeight: Int64(window.strideHeight),
      strideWidth: Int64(window.strideWidth), padTop: Int64(window.padTop),
      padLeft: Int64(window.padLeft))
  }
}
