import COneDNN
import TensorCore

extension Lowering {
  /// A convolution whose kernel covers its image, as the product that it is: a sample's pixels are a row of the left side,
  /// the weights lie as the right side already. nil for any other.
  func covering(
    _ kind: ConvolutionKind, _ geometry: ConvGeometry, image: View, weight: View, output: View
  ) throws(BackendError) -> Blueprint? {
    let (x, w, y) = (image.shape, weight.shape, output.shape)
    guard rules.isCovering(geometry, x: x, w: w, y: y) else { return nil }
    let (samples, pixels, outputs) = (x[0], x[1] * x[2] * x[3], y[3])
    func matrix(_ rows: Int, _ columns: Int, isTransposed: Bool = false) throws(BackendError)
      -> DNNL.Layout
    {
      try DNNL.Layout([rows, columns], strides: isTransposed ? [1, rows] : [columns, 1])
    }
    let (left, right, product): (View, View, View)
    let (a, b, c): (DNNL.Layout, DNNL.Layout, DNNL.Layout)
    switch kind {
    case .forward:
      (left, right, product) = (image, weight, output)
      (a, b, c) = try (
        matrix(samples, pixels), matrix(pixels, outputs), matrix(samples, outputs)
      )
    case .inputGradient:
      (left, right, product) = (output, weight, image)
      (a, b, c) = try (
        matrix(samples, outputs), matrix(outputs, pixels, isTransposed: true),
        matrix(samples, pixels)
      )
    case .weightGradient:
      (left, right, product) = (image, output, weight)
      (a, b, c) = try (
        matrix(pixels, samples, isTransposed: true), matrix(samples, outputs),
        matrix(pixels, outputs)
      )
    }
    let engine = self.engine
    let primitive = try unsafe DNNL.Primitive("\(kind.name) \(x) \(w) \(y)", engine) {
      unsafe gan_dnnl_matmul($0, engine.engine, a.desc, b.desc, c.desc, $1)
    }
    let pad = try primitive.layout(dnnl_query_scratchpad_md)
    return unsafe Blueprint(
      label: "\(kind.name) \(x) \(w) \(y) as a product", scratch: [pad.byteCount]
    ) { place throws(BackendError) in
      let call = try unsafe DNNL.Call(
        primitive,
        [
          (DNNL_ARG_SRC, a, UnsafeMutableRawPointer(try place.floats(left))),
          (DNNL_ARG_WEIGHTS, b, UnsafeMutableRawPointer(try place.floats(right))),
          (DNNL_ARG_DST, c, UnsafeMutableRawPointer(try place.floats(product))),
          (DNNL_ARG_SCRATCHPAD, pad, place.scratch[0]),
        ])
      return { () throws(BackendError) in try call.run() }
    }
  }
}
