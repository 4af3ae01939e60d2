import CKernels
import TensorCore

extension Lowering {
  /// A convolution between an image of few channels and a deep one by kernels of our own; nil where the rules say
  /// others.
  func columns(
    _ kind: ConvolutionKind, _ geometry: ConvGeometry, image: View, weight: View, output: View
  ) -> Blueprint? {
    guard let form = rules.columns(kind, geometry, x: image.shape, w: weight.shape) else {
      return nil
    }
    // Of mirrored ones the output is the image of few channels.
    let isMirrored = form == .mirrored
    let (thin, deep) = isMirrored ? (output, image) : (image, output)
    let w = weight.shape
    var columns = gan_columns(
      batch: Int64(thin.shape[0]), height: Int64(thin.shape[1]), width: Int64(thin.shape[2]),
      channels: Int64(thin.shape[3]), outputHeight: Int64(deep.shape[1]),
      outputWidth: Int64(deep.shape[2]), depth: Int64(deep.shape[3]), kernelHeight: Int64(w[0]),
      kernelWidth: Int64(w[1]), strideHeight: Int64(geometry.strideHeight),
      strideWidth: Int64(geometry.strideWidth),
      padTop: Int64(isMirrored ? w[0] - 1 - geometry.padTop : geometry.padTop),
      padLeft: Int64(isMirrored ? w[1] - 1 - geometry.padLeft : geometry.padLeft),
      isMirrored: isMirrored ? 1 : 0)
    let isForward = kind == .forward && !isMirrored
    let scratch =
      if kind == .weightGradient {
        unsafe gan_columns_gradient_scratch(&columns, UInt32(threads))
      } else if isForward {
        unsafe gan_columns_forward_scratch(&columns, UInt32(threads))
      } else {
        unsafe gan_columns_scratch(&columns, UInt32(threads))
      }
    return unsafe Blueprint(
      label: "\(kind.name) \(image.shape) \(w) \(output.shape) by columns",
      scratch: [Int(scratch) * MemoryLayout<Float>.stride]
    ) { place throws(BackendError) in
      let (few, w, many) = try unsafe (
        place.floats(thin), place.floats(weight), place.floats(deep)
      )
      let scratch = unsafe place.scratch[0].assumingMemoryBound(to: Float.self)
      let threads = unsafe UInt32(place.threads)
      return { () throws(BackendError) in
        if kind == .weightGradient {
          unsafe gan_columns_weight_gradient(&columns, few, many, w, scratch, threads)
        } else if isForward {
          unsafe gan_columns_forward(&columns, few, w, many, scratch, threads)
        } else {
          unsafe gan_columns_input_gradient(&columns, many, w, few, scratch, threads)
        }
      }
    }
  }
}
