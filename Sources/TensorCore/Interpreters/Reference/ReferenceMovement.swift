// Moving elements: each result is read or written along positions that are affine in the coordinates.
extension Reference {
  /// `origin + Σ coordinate[k] · strides[k]` for every coordinate within `shape`, in row-major order.
  static func positions(_ shape: Shape, strides: [Int], origin: Int = 0) -> [Int] {
    zip(shape.extents, strides).reduce([origin]) { positions, axis in
      positions.flatMap { start in (0..<axis.0).map { start + $0 * axis.1 } }
    }
  }

  static func iota(_ axis: Int, _ shape: Shape) -> [Double] {
    positions(shape, strides: (0..<shape.rank).map { $0 == axis ? 1 : 0 }).map(Double.init)
  }

  static func broadcast(_ x: Tensor, _ shape: Shape, _ axes: [Int]) -> [Double] {
    var strides = [Int](repeating: 0, count: shape.rank)
    for (axis, target) in axes.enumerated() where x.shape[axis] != 1 {
      strides[target] = x.shape.strides[axis]
    }
    return positions(shape, strides: strides).map { x.elements[$0] }
  }

  static func transpose(_ x: Tensor, _ shape: Shape, _ permutation: [Int]) -> [Double] {
    let strides = x.shape.strides
    return positions(shape, strides: permutation.map { strides[$0] }).map { x.elements[$0] }
  }

  static func slice(_ x: Tensor, _ shape: Shape, _ start: [Int], _ step: [Int]) -> [Double] {
    let strides = x.shape.strides
    let origin = zip(start, strides).reduce(0) { $0 + $1.0 * $1.1 }
    return positions(shape, strides: zip(strides, step).map(*), origin: origin)
      .map { x.elements[$0] }
  }

  static func pad(_ x: Tensor, _ shape: Shape, _ low: [Int], _ interior: [Int]) -> [Double] {
    let strides = shape.strides
    let origin = zip(low, strides).reduce(0) { $0 + $1.0 * $1.1 }
    let steps = zip(strides, interior).map { $0 * ($1 + 1) }
    var result = [Double](repeating: 0, count: shape.count)
    for (place, value) in zip(positions(x.shape, strides: steps, origin: origin), x.elements) {
      result[place] = value
    }
    return result
  }

  static func concatenate(_ parts: [Tensor], _ shape: Shape, _ axis: Int) -> [Double] {
    var result = [Double](repeating: 0, count: shape.count)
    var start = 0
    for part in parts {
      let origin = start * shape.strides[axis]
      let places = positions(part.shape, strides: shape.strides, origin: origin)
      for (place, value) in zip(places, part.elements) { result[place] = value }
      start += part.shape[axis]
    }
    return result
  }

  static func gather(_ table: Tensor, _ indices: Tensor) throws(BackendError) -> [Double] {
    let width = table.shape[1]
    return try rows(indices, below: table.shape[0]).flatMap { row in
      table.elements[row * width..<(row + 1) * width]
    }
  }

  static func scatterAdd(
    _ updates: Tensor, _ indices: Tensor, _ rowCount: Int
  ) throws(BackendError) -> [Double] {
    let width = updates.shape[1]
    var result = [Double](repeating: 0, count: rowCount * width)
    for (source, row) in try rows(indices, below: rowCount).enumerated() {
      for column in 0..<width {
        result[row * width + column] += updates.elements[source * width + column]
      }
    }
    return result
  }

  private static func rows(_ indices: Tensor, below count: Int) throws(BackendError) -> [Int] {
    let rows = indices.elements.map { Int($0) }
    if let outside = rows.first(where: { !(0..<count).contains($0) }) {
      throw BackendError("index \(outside) lies outside a table of \(count) rows")
    }
    return rows
  }
}
