/// The extents of a tensor, outermost first. `[]` is a scalar.
package struct Shape: Hashable, Sendable, ExpressibleByArrayLiteral, CustomStringConvertible {
  package var extents: [Int]

  package init(_ extents: [Int]) { self.extents = extents }
  package init(arrayLiteral extents: Int...) { self.extents = extents }

  package static let scalar: Shape = []

  package var rank: Int { extents.count }
  /// The number of elements; 1 for a scalar.
  package var count: Int { extents.reduce(1, *) }
  package subscript(axis: Int) -> Int { extents[axis] }

  /// Elements between neighbours along each axis, in row-major order.
  package var strides: [Int] {
    var strides = [Int](repeating: 1, count: rank)
    for axis in stride(from: rank - 2, through: 0, by: -1) {
      strides[axis] = strides[axis + 1] * extents[axis + 1]
    }
    return strides
  }

  package func removing(axes: [Int]) -> Shape {
    Shape(extents.indices.filter { !axes.contains($0) }.map { extents[$0] })
  }

  package var description: String { "[" + extents.map(String.init).joined(separator: ", ") + "]" }
}

/// What one element is.
package enum DType: String, Hashable, Sendable, CaseIterable {
  case float32, int32, uint8

  package var size: Int {
    switch self {
    case .float32, .int32: 4
    case .uint8: 1
    }
  }
}

package struct TensorType: Hashable, Sendable, CustomStringConvertible {
  package var shape: Shape
  package var dtype: DType

  package init(_ shape: Shape, _ dtype: DType = .float32) {
    self.shape = shape
    self.dtype = dtype
  }

  package var byteCount: Int { shape.count * dtype.size }
  package var description: String { "\(dtype.rawValue)\(shape)" }
}
