import CKernels
import TensorCore

extension Lowering {
  /// A convolution as products of sums, by kernels of our own; nil where that is no faster than oneDNN.
  func winograd(
    _ convolution: ConvolutionKind, _ geometry: ConvGeometry, image: View, weight: View,
    output: View
  )
    -> Blueprint?
  {
    let (x, w, y) = (image.shape, weight.shape, output.shape)
    guard let filters = rules.filters(convolution, geometry, x: x, w: w, y: y) else { return nil }
    let (rows, columns) = filters
    let isBackward = convolution == .inputGradient
    let plan = WinogradPlan(
      rows: rows, columns: columns, source: isBackward ? y : x, weight: w,
      target: isBackward ? x : y, isTransposed: isBackward)
    let isGradient = convolution == .weightGradient
    let products = rows.products * columns.products
    return unsafe Blueprint(
      label: "\(convolution.name) \(x) \(w) \(y) \(products) products a tile",
      scratch: [plan.scratch(ofGradient: isGradient, threads: threads)]
    ) { place throws(BackendError) in
      let (x, w, y) = try unsafe (
        place.floats(image), place.floats(weight), place.floats(output)
      )
      let scratch = unsafe place.scratch[0].assumingMemoryBound(to: Float.self)
      let threads = unsafe UInt32(place.threads)
      return { () throws(BackendError) in
        switch convolution {
        case .forward: unsafe plan.run(x, w, y, scratch, threads: threads)
        case .inputGradient: unsafe plan.run(y, w, x, scratch, threads: threads)
        case .weightGradient: unsafe plan.runGradient(x, y, w, scratch, threads: threads)
        }
      }
    }
  }
}
