import CKernels
import TensorCore

extension Lowering {
  /// A convolution as products of sums, by kernels of our own; nil where that is no faster than oneDNN. Sums of weights
  /// serve all convolutions that want the same ones.
  mutating func winograd(
    _ kind: ConvolutionKind, _ geometry: ConvGeometry, image: View, weight: View, output: View
  ) -> Blueprint? {
    let (x, w, y) = (image.shape, weight.shape, output.shape)
    guard let (rows, columns) = rules.filters(kind, geometry, x: x, w: w, y: y) else { return nil }
    let isBackward = kind == .inputGradient
    let plan = WinogradPlan(
      rows: rows, columns: columns, source: isBackward ? y : x, weight: w,
      target: isBackward ? x : y, isTransposed: isBackward)
    let isGradient = kind == .weightGradient
    let products = rows.products * columns.products
    var blueprint = unsafe Blueprint(
      label: "\(kind.name) \(x) \(w) \(y) \(products) products a tile",
      scratch: [plan.scratch(ofGradient: isGradient, threads: threads)]
    ) { place throws(BackendError) in
      let (x, y) = try unsafe (place.floats(image), place.floats(output))
      let scratch = unsafe place.scratch[0].assumingMemoryBound(to: Float.self)
      let threads = unsafe UInt32(place.threads)
      if isGradient {
        let w = try unsafe place.floats(weight)
        return { () throws(BackendError) in
          unsafe plan.runGradient(x, y, w, scratch, threads: threads)
        }
      }
      let sums = unsafe place.shared[0].assumingMemoryBound(to: Float.self)
      let (source, target) = unsafe isBackward ? (y, x) : (x, y)
      return { () throws(BackendError) in
        unsafe plan.run(source, sums, target, scratch, threads: threads)
      }
    }
    if isGradient { return blueprint }
    let (shared, isFirst) = share(
      .winograd(weight: weight, kind, geometry), byteCount: plan.weightSums)
    blueprint.shared = [shared]
    guard isFirst else { return blueprint }
    let multiply = unsafe blueprint.bind
    unsafe blueprint.bind = { place throws(BackendError) in
      let w = try unsafe place.floats(weight)
      let sums = unsafe place.shared[0].assumingMemoryBound(to: Float.self)
      let threads = unsafe UInt32(place.threads)
      let multiplied = try unsafe multiply(place)
      return { () throws(BackendError) in
        unsafe plan.addWeights(w, sums, threads: threads)
        try multiplied()
      }
    }
    return blueprint
  }
}
