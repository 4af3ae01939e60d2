import COneDNN
import TensorCore

/// Each is a derivative of the others.
enum ConvolutionKind {
  case forward, inputGradient, weightGradient
}

extension Lowering {
  /// One of the three convolutions, by kernels of our own or as a product where these are faster.
  mutating func convolution(
    _ kind: ConvolutionKind, _ geometry: ConvGeometry, image: View, weight: View, output: View
  ) throws(BackendError) -> Blueprint {
    if let own = places(kind, geometry, image: image, weight: weight, output: output)
      ?? winograd(kind, geometry, image: image, weight: weight, output: output)
    {
      return own
    }
    // Forwards a product of all samples, whatever the channels.
    if kind == .forward,
      let product = try covering(kind, geometry, image: image, weight: weight, output: output)
    {
      return product
    }
    if let own = columns(kind, geometry, image: image, weight: weight, output: output) {
      return own
    }
    if let product = try covering(kind, geometry, image: image, weight: weight, output: output) {
      return product
    }
    return kind == .weightGradient
      ? try weightGradient(geometry, image: image, weight: weight, output: output)
      : try library(kind, geometry, image: image, weight: weight, output: output)
  }

  /// One of the three convolutions by oneDNN: images channels last, weights in the layout that the
  /// primitive likes, rearranged before (or after) each execution. Views are dense, and may begin
  /// anywhere in what they look at.
  func library(
    _ kind: ConvolutionKind, _ geometry: ConvGeometry, image: View, weight: View, output: View
  ) throws(BackendError) -> Blueprint {
    let w = weight.shape
    let (plain, free) = try Self.weightLayouts(w, groups: geometry.groups)
    let (what, primitive, xLayout, yLayout) = try convolutionPrimitive(
      kind, geometry, x: image.shape, w: w, y: output.shape, weights: free)
    let writesWeight = kind == .weightGradient
    let chosen = try primitive.layout(
      writesWeight ? dnnl_query_diff_weights_md : dnnl_query_weights_md)
    let pad = try primitive.layout(dnnl_query_scratchpad_md)
    let reorder = try weightReorder(
      w, from: writesWeight ? chosen : plain, to: writesWeight ? plain : chosen)
    let reorderPad = try reorder?.layout(dnnl_query_scratchpad_md)
    return unsafe Blueprint(
      label: "\(what) \(primitive.implementation)",
      scratch: [pad.byteCount, reorder == nil ? 0 : chosen.byteCount, reorderPad?.byteCount ?? 0]
    ) { place throws(BackendError) in
      let plainAddress = unsafe UnsafeMutableRawPointer(try place.floats(weight))
      let weights = unsafe reorder == nil ? plainAddress : place.scratch[1]
      let call = try unsafe DNNL.Call(
        primitive,
        [
          (kind.imageRole, xLayout, UnsafeMutableRawPointer(try place.floats(image))),
          (kind.weightRole, chosen, weights),
          (kind.outputRole, yLayout, UnsafeMutableRawPointer(try place.floats(output))),
          (DNNL_ARG_SCRATCHPAD, pad, place.scratch[0]),
        ])
      guard let reorder, let reorderPad else {
        return { () throws(BackendError) in try call.run() }
      }
      let rearrange = try unsafe DNNL.Call(
        reorder,
        [
          (DNNL_ARG_FROM, writesWeight ? chosen : plain, writesWeight ? weights : plainAddress),
          (DNNL_ARG_TO, writesWeight ? plain : chosen, writesWeight ? plainAddress : weights),
          (DNNL_ARG_SCRATCHPAD, reorderPad, place.scratch[2]),
        ])
      let (first, second) = writesWeight ? (call, rearrange) : (rearrange, call)
      return { () throws(BackendError) in
        try first.run()
        try second.run()
      }
    }
  }

  /// Nil if the layouts are the same.
  func weightReorder(
    _ weight: Shape, from: DNNL.Layout, to: DNNL.Layout
  ) throws(BackendError) -> DNNL.Primitive? {
    if from.isSame(as: to) { return nil }
    let engine = self.engine
    return try unsafe DNNL.Primitive("a reorder of \(weight)", engine) {
      unsafe gan_dnnl_reorder($0, engine.engine, from.desc, to.desc, $1)
    }
  }

  /// One of the three convolutions, its name, and the layouts of `x` and `y`.
  func convolutionPrimitive(
    _ kind: ConvolutionKind, _ geometry: ConvGeometry, x: Shape, w: Shape, y: Shape,
    weights: DNNL.Layout
  ) throws(BackendError) -> (
    name: String, primitive: DNNL.Primitive, x: DNNL.Layout, y: DNNL.Layout
  ) {
    let engine = self.engine
    let xLayout = try Self.channelsLast(x)
    let yLayout = try Self.channelsLast(y)
    let name = "\(kind.name) \(x) \(w) \(y)"
    var shape = gan_dnnl_geometry(geometry, x: x, w: w, y: y)
    let primitive = try unsafe DNNL.Primitive(name, engine) {
      unsafe gan_dnnl_convolution(
        $0, engine.engine, Int32(kind.operation.rawValue), xLayout.desc, weights.desc, yLayout.desc,
        &shape, $1)
    }
    return (name, primitive, xLayout, yLayout)
  }

  /// `[n, h, w, c]` in memory, in oneDNN's logical order n, c, h, w.
  private static func channelsLast(_ shape: Shape) throws(BackendError) -> DNNL.Layout {
    let strides = shape.strides
    let order = [0, 3, 1, 2]
    return try DNNL.Layout(order.map { shape[$0] }, strides: order.map { strides[$0] })
  }

  /// `[h, w, ci, co]` in memory, in the logical order (groups,) co, ci, h, w; and any layout.
  static func weightLayouts(
    _ shape: Shape, groups: Int
  ) throws(BackendError) -> (plain: DNNL.Layout, free: DNNL.Layout) {
    let strides = shape.strides
    let outputs = shape[3] / groups
    var extents = [outputs, shape[2], shape[0], shape[1]]
    var steps = [1, strides[2], strides[0], strides[1]]
    if groups > 1 {
      extents.insert(groups, at: 0)
      steps.insert(outputs, at: 0)
    }
    return (
      try DNNL.Layout(extents, strides: steps), try DNNL.Layout(extents, strides: nil)
    )
  }
}

extension ConvolutionKind {
  /// As the op is called.
  var name: String {
    switch self {
    case .forward: "convolution"
    case .inputGradient: "convolution_input_gradient"
    case .weightGradient: "convolution_weight_gradient"
    }
  }
  fileprivate var operation: gan_dnnl_operation {
    switch self {
    case .forward: GAN_DNNL_CONVOLUTION
    case .inputGradient: GAN_DNNL_CONVOLUTION_INPUT_GRADIENT
    case .weightGradient: GAN_DNNL_CONVOLUTION_WEIGHT_GRADIENT
    }
  }
  fileprivate var imageRole: Int32 {
    self == .inputGradient ? DNNL_ARG_DIFF_SRC : DNNL_ARG_SRC
  }
  fileprivate var weightRole: Int32 {
    self == .weightGradient ? DNNL_ARG_DIFF_WEIGHTS : DNNL_ARG_WEIGHTS
  }
  fileprivate var outputRole: Int32 {
    self == .forward ? DNNL_ARG_DST : DNNL_ARG_DIFF_DST
  }
}

extension gan_dnnl_geometry {
  /// The padding behind the image is what the output really reads, which rounding down may have
  /// made less than was asked for.
  fileprivate init(_ geometry: ConvGeometry, x: Shape, w: Shape, y: Shape) {
    self.init()
    func behind(
      _ image: Int, _ kernel: Int, _ output: Int, _ stride: Int, _ dilation: Int, _ before: Int
    )
      -> Int64
    {
      Int64((output - 1) * stride + dilation * (kernel - 1) + 1 - image - before)
    }
    let g = geometry
    strides.0 = Int64(g.strideHeight)
    strides.1 = Int64(g.strideWidth)
    dilations.0 = Int64(g.dilationHeight - 1)
    dilations.1 = Int64(g.dilationWidth - 1)
    paddingBefore.0 = Int64(g.padTop)
    paddingBefore.1 = Int64(g.padLeft)
    paddingAfter.0 = behind(x[1], w[0], y[1], g.strideHeight, g.dilationHeight, g.padTop)
    paddingAfter.1 = behind(x[2], w[1], y[2], g.strideWidth, g.dilationWidth, g.padLeft)
  }
}
