import CKernels
import TensorCore

extension Lowering {
  /// A convolution of few places and many weights by kernels of our own, which read these where they lie; nil where the
  /// rules say others.
  func places(
    _ kind: ConvolutionKind, _ geometry: ConvGeometry, image: View, weight: View, output: View
  ) -> Blueprint? {
    let (x, w, y) = (image.shape, weight.shape, output.shape)
    guard rules.takesPlaces(kind, geometry, x: x, w: w, y: y) else { return nil }
    var places = gan_places(
      batch: Int64(x[0]), height: Int64(x[1]), width: Int64(x[2]), channels: Int64(x[3]),
      outputHeight: Int64(y[1]), outputWidth: Int64(y[2]), depth: Int64(y[3]),
      kernelHeight: Int64(w[0]), kernelWidth: Int64(w[1]),
      strideHeight: Int64(geometry.strideHeight), strideWidth: Int64(geometry.strideWidth),
      padTop: Int64(geometry.padTop), padLeft: Int64(geometry.padLeft),
      dilationHeight: Int64(geometry.dilationHeight), dilationWidth: Int64(geometry.dilationWidth))
    return unsafe Blueprint(
      label: "\(kind.name) \(x) \(w) \(y) of few places",
      scratch: [Int(gan_places_scratch(&places, UInt32(threads))) * MemoryLayout<Float>.stride]
    ) { place throws(BackendError) in
      let (x, w, y) = try unsafe (
        place.floats(image), place.floats(weight), place.floats(output)
      )
      let scratch = unsafe place.scratch[0].assumingMemoryBound(to: Float.self)
      let threads = unsafe UInt32(place.threads)
      return { () throws(BackendError) in
        switch kind {
        case .forward: unsafe gan_places_forward(&places, x, w, y, scratch, threads)
        case .inputGradient: unsafe gan_places_input_gradient(&places, y, w, x, scratch, threads)
        case .weightGradient: unsafe gan_places_weight_gradient(&places, x, y, w, scratch, threads)
        }
      }
    }
  }
}
