import COneDNN
import TensorCore

extension Lowering {
  /// `[…, m, k] · […, k, n]` by oneDNN; transposed sides are read through their strides.
  ///
  /// A right side whose rows start a multiple of 4096 bytes apart is rearranged, once for all products
  /// that read it: its columns would fall on the same few lines of the cache. That pays if there are
  /// two readers, or one with many rows. Few rows are left to oneDNN's plain product, which packs as it
  /// goes along.
  mutating func product(
    _ node: Int, left: View, right: View, transposeLeft: Bool, transposeRight: Bool
  ) throws(BackendError) -> Blueprint {
    let shape = facts.graph.nodes[node].type.shape
    let engine = self.engine
    let a = try layout(transposeLeft ? left.matrixTransposed : left)
    let b = try layout(transposeRight ? right.matrixTransposed : right)
    let c = try layout(View(root: node, shape: shape))
    let rows = shape[shape.rank - 2]
    if let few = try fewRows(
      node, left: left, right: right, isTransposed: transposeLeft || transposeRight)
    {
      return few
    }
    let isPacked =
      !transposeRight && shape.rank == 2 && right.shape[0] >= 256 && right.shape[1] % 1024 == 0
      && rows >= 256 && (rows >= 1024 || readers(ofRightSideOf: node) > 1)
    let wanted =
      isPacked ? try DNNL.Layout(right.shape.extents, strides: nil) : b
    let primitive = try unsafe DNNL.Primitive("a product into \(shape)", engine) {
      unsafe gan_dnnl_matmul($0, engine.engine, a.desc, wanted.desc, c.desc, $1)
    }
    let chosen = isPacked ? try primitive.layout(dnnl_query_weights_md) : b
    let pad = try primitive.layout(dnnl_query_scratchpad_md)
    var blueprint = unsafe Blueprint(
      label: "matmul \(left.shape)·\(right.shape) \(primitive.implementation)",
      scratch: [pad.byteCount]
    ) { place throws(BackendError) in
      let plain = unsafe UnsafeMutableRawPointer(try place.floats(right))
      let call = try unsafe DNNL.Call(
        primitive,
        [
          (DNNL_ARG_SRC, a, UnsafeMutableRawPointer(try place.floats(left))),
          (DNNL_ARG_WEIGHTS, chosen, place.shared.first ?? plain),
          (DNNL_ARG_DST, c, UnsafeMutableRawPointer(try place.floats(node))),
          (DNNL_ARG_SCRATCHPAD, pad, place.scratch[0]),
        ])
      return { () throws(BackendError) in try call.run() }
    }
    if chosen.isSame(as: b) { return blueprint }
    let (shared, isFirst) = share(
      .product(right: right, rows: rows), byteCount: chosen.byteCount)
    blueprint.shared = [shared]
    guard isFirst else { return blueprint }
    let reorder = try unsafe DNNL.Primitive("a reorder of \(right.shape)", engine) {
      unsafe gan_dnnl_reorder($0, engine.engine, b.desc, chosen.desc, $1)
    }
    let reorderPad = try reorder.layout(dnnl_query_scratchpad_md)
    blueprint.label += " after packing"
    blueprint.scratch.append(reorderPad.byteCount)
    let multiply = unsafe blueprint.bind
    unsafe blueprint.bind = { place throws(BackendError) in
      let pack = try unsafe DNNL.Call(
        reorder,
        [
          (DNNL_ARG_FROM, b, UnsafeMutableRawPointer(try place.floats(right))),
          (DNNL_ARG_TO, chosen, place.shared[0]),
          (DNNL_ARG_SCRATCHPAD, reorderPad, place.scratch[1]),
        ])
      let multiplied = try unsafe multiply(place)
      return { () throws(BackendError) in
        try pack.run()
        try multiplied()
      }
    }
    return blueprint
  }

  /// `[m, k] · [k, n]` with k and n of 256 and more and m between 32 and 96: a tenth faster by `sgemm`
  /// than by the primitive for products of any layout (`Benchmarks/NOTES.md`, "Few rows").
  private func fewRows(
    _ node: Int, left: View, right: View, isTransposed: Bool
  ) throws(BackendError) -> Blueprint? {
    let shape = facts.graph.nodes[node].type.shape
    guard shape.rank == 2, !isTransposed, 32...96 ~= shape[0], shape[1] >= 256,
      right.shape[0] >= 256, left.strides[1] == 1, right.strides[1] == 1
    else { return nil }
    let extents = (m: shape[0], n: shape[1], k: right.shape[0])
    let rowStrides = (left: left.strides[0], right: right.strides[0])
    return unsafe Blueprint(
      label: "matmul \(left.shape)·\(right.shape) sgemm"
    ) { place throws(BackendError) in
      let a = unsafe try place.floats(left)
      let b = unsafe try place.floats(right)
      let c = unsafe try place.floats(node)
      return { () throws(BackendError) in
        try unsafe DNNL.multiply(a, rowStrides.left, b, rowStrides.right, into: c, extents)
      }
    }
  }

  /// How many products could use the right side of this one in the same layout.
  private func readers(ofRightSideOf product: Int) -> Int {
    let nodes = facts.graph.nodes
    let right = nodes[product].operands[1]
    let rows = nodes[product].type.shape[0]
    return facts.users[right].count { user in
      if case .matmul(_, transposeRight: false) = nodes[user].op {
        nodes[user].operands[1] == right && nodes[user].type.shape[0] == rows
      } else {
        false
      }
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
