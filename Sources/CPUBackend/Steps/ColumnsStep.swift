import CKernels
import TensorCore

extension Lowering {
  /// The gradient of an image with few channels, or a transposed convolution into one, by a kernel of our own; nil where
  /// that is no faster than oneDNN.
  func columns(
    _ kind: ConvolutionKind, _ geometry: ConvGeometry, image: View, weight: View, output: View
  ) -> Blueprint? {
    let (x, w, y) = (image.shape, weight.shape, output.shape)
    guard rules.takesColumns(kind, geometry, w: w) else { return nil }
    var columns = gan_columns(
      batch: Int64(x[0]), height: Int64(x[1]), width: Int64(x[2]), channels: Int64(x[3]),
      outputHeight: Int64(y[1]), outputWidth: Int64(y[2]), depth: Int64(y[3]),
      kernelHeight: Int64(w[0]), kernelWidth: Int64(w[1]),
      strideHeight: Int64(geometry.strideHeight), strideWidth: Int64(geometry.strideWidth),
      padTop: Int64(geometry.padTop), padLeft: Int64(geometry.padLeft))
    let scratch = unsafe gan_columns_scratch(&columns, UInt32(threads))
    return unsafe Blueprint(
      label: "\(kind.name) \(x) \(w) \(y) by columns",
      scratch: [Int(scratch) * MemoryLayout<Float>.stride]
    ) { place throws(BackendError) in
      let (x, w, y) = try unsafe (
        place.floats(image), place.floats(weight), place.floats(output)
      )
      let scratch = unsafe place.scratch[0].assumingMemoryBound(to: Float.self)
      let threads = unsafe UInt32(place.threads)
      return { () throws(BackendError) in
        unsafe gan_columns_input_gradient(&columns, y, w, x, scratch, threads)
      }
    }
  }
}
