import CKernels
import TensorCore

extension Lowering {
  /// Rows by index. An index outside the table is an error of the execution.
  func gather(_ node: Int, table: View, indices: View) -> Blueprint {
    let (rows, width) = (table.shape[0], table.shape[1])
    let count = indices.shape[0]
    return unsafe Blueprint(label: "gather \(table.shape)") { place throws(BackendError) in
      let result = try unsafe place.floats(node)
      let from = try unsafe place.floats(table)
      let which =
        try unsafe place.address(indices.root).assumingMemoryBound(to: Int32.self)
        + indices.offset
      return { () throws(BackendError) in
        let outside = unsafe gan_gather(
          result, from, which, Int64(count), Int64(rows), Int64(width))
        if outside != 0 { throw BackendError("an index lies outside a table of \(rows) rows") }
      }
    }
  }

  func scatterAdd(_ node: Int, updates: View, indices: View) -> Blueprint {
    let shape = facts.graph.nodes[node].type.shape
    let count = indices.shape[0]
    return unsafe Blueprint(label: "scatter_add \(shape)") { place throws(BackendError) in
      let result = try unsafe place.floats(node)
      let from = try unsafe place.floats(updates)
      let which =
        try unsafe place.address(indices.root).assumingMemoryBound(to: Int32.self)
        + indices.offset
      return { () throws(BackendError) in
        let outside = unsafe gan_scatter_add(
          result, from, which, Int64(count), Int64(shape[0]), Int64(shape[1]))
        if outside != 0 {
          throw BackendError("an index lies outside a table of \(shape[0]) rows")
        }
      }
    }
  }

  func random(
    _ node: Int, _ distribution: Distribution, stream: UInt32, key: View
  ) -> Blueprint {
    let count = facts.graph.nodes[node].type.shape.count
    return unsafe Blueprint(label: "random [\(count)]") { place throws(BackendError) in
      let result = try unsafe place.floats(node)
      let seed =
        try unsafe place.address(key.root).assumingMemoryBound(to: Int32.self)
        + key.offset
      let threads = unsafe place.threads(for: 16 * count)
      return { () throws(BackendError) in
        switch distribution {
        case .uniform: unsafe gan_random_uniform(result, Int64(count), seed, stream, threads)
        case .normal: unsafe gan_random_normal(result, Int64(count), seed, stream, threads)
        }
      }
    }
  }

  /// Between two types of whole numbers.
  func convert(_ node: Int, from operand: View, _ element: DType) -> Blueprint {
    let type = facts.graph.nodes[node].type
    return unsafe Blueprint(label: "convert \(type)") { place throws(BackendError) in
      let result = try unsafe place.address(node)
      let from = try unsafe place.address(operand.root) + operand.offset * element.size
      return { () throws(BackendError) in
        unsafe gan_convert(
          result, type.dtype.code, from, element.code, Int64(type.shape.count))
      }
    }
  }
}

extension DType {
  var code: Int32 {
    switch self {
    case .float32: Int32(GAN_FLOAT32.rawValue)
    case .int32: Int32(GAN_INT32.rawValue)
    case .uint8: Int32(GAN_UINT8.rawValue)
    }
  }
}
