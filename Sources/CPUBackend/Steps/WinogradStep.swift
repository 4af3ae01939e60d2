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
    guard let filters = Self.filters(convolution, geometry, x: x, w: w, y: y) else { return nil }
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

  /// Fewer channels than this are no work for vectors; fewer tiles, and sums of weights cost more than they save.
  private static let fewest = (channels: 32, tiles: 96)
  /// Of the products of the direct form, above which the sums around ours take what was saved.
  private static let largestShare = 0.8

  private static func filters(
    _ convolution: ConvolutionKind, _ geometry: ConvGeometry, x: Shape, w: Shape, y: Shape
  ) -> (rows: MinimalFilter, columns: MinimalFilter)? {
    let g = geometry
    guard g.groups == 1, g.dilationHeight == 1, g.dilationWidth == 1,
      g.strideHeight > 1, g.strideWidth > 1, min(w[2], w[3]) >= fewest.channels
    else { return nil }
    func filter(_ kernel: Int, _ stride: Int, _ padding: Int, _ image: Int, _ output: Int)
      -> MinimalFilter?
    {
      convolution == .inputGradient
        ? .inputGradient(kernel: kernel, stride: stride, padding: padding, extent: image)
        : .forward(kernel: kernel, stride: stride, padding: padding, outputs: output)
    }
    guard let rows = filter(w[0], g.strideHeight, g.padTop, x[1], y[1]),
      let columns = filter(w[1], g.strideWidth, g.padLeft, x[2], y[2])
    else { return nil }
    let tiles = rows.tiles * columns.tiles
    let products = tiles * rows.products * columns.products
    let direct = y[1] * y[2] * w[0] * w[1]
    guard x[0] * tiles >= fewest.tiles,
      Double(products) <= largestShare * Double(direct)
    else { return nil }
    return (rows, columns)
  }
}
