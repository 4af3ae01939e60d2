import COneDNN
import TensorCore

extension Lowering {
  /// `[…, m, k] · […, k, n]` by oneDNN; transposed sides are read through their strides.
  func product(
    _ node: Int, left: View, right: View, transposeLeft: Bool, transposeRight: Bool
  ) throws(BackendError) -> Blueprint {
    let shape = facts.graph.nodes[node].type.shape
    let a = try layout(transposeLeft ? left.matrixTransposed : left)
    let b = try layout(transposeRight ? right.matrixTransposed : right)
    let c = try layout(View(root: node, shape: shape))
    let engine = self.engine
    let primitive = try unsafe DNNL.Primitive("a product into \(shape)", engine) {
      unsafe gan_dnnl_matmul($0, engine.engine, a.desc, b.desc, c.desc, $1)
    }
    let pad = try primitive.layout(dnnl_query_scratchpad_md)
    return unsafe Blueprint(
      label: "matmul \(left.shape)·\(right.shape) \(primitive.implementation)",
      scratch: [pad.byteCount]
    ) { place throws(BackendError) in
      let call = try unsafe DNNL.Call(
        primitive,
        [
          (DNNL_ARG_SRC, a, UnsafeMutableRawPointer(try place.floats(left))),
          (DNNL_ARG_WEIGHTS, b, UnsafeMutableRawPointer(try place.floats(right))),
          (DNNL_ARG_DST, c, UnsafeMutableRawPointer(try place.floats(node))),
          (DNNL_ARG_SCRATCHPAD, pad, place.scratch[0]),
        ])
      return { () throws(BackendError) in try call.run() }
    }
  }

  /// Axes of one element get the stride they would have in row-major order.
  private func layout(_ view: View) throws(BackendError) -> DNNL.Layout {
    var strides = view.strides
    var below = 1
    for axis in strides.indices.reversed() {
      if view.shape[axis] == 1 { strides[axis] = below }
      below = max(below, strides[axis] * view.shape[axis])
    }
    return try DNNL.Layout(view.shape.extents, strides: strides)
  }
}

extension View {
  fileprivate var matrixTransposed: View {
    var axes = Array(0..<shape.rank)
    axes.swapAt(shape.rank - 2, shape.rank - 1)
    return transposed(axes)
  }
}
