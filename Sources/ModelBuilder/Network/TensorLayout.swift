import TensorCore

/// How PyTorch lays out a tensor that lives channels-last in here. PyTorch's order appears only at
/// the checkpoint boundary.
package struct TensorLayout: Hashable, Sendable {
  /// PyTorch axis `k` is our axis `toTorch[k]`; empty where both agree.
  package let axes: [Int]

  /// Vectors, embeddings, labels, latents.
  package static let plain = TensorLayout(axes: [])
  /// `[in, out]` here, `[out, in]` there.
  package static let linear = TensorLayout(axes: [1, 0])
  /// `[kernelHeight, kernelWidth, in, out]` here, `[out, in, kernelHeight, kernelWidth]` there. A
  /// transposed convolution stores the weight of the convolution whose input gradient it is, so the
  /// same rule gives PyTorch's `[in, out, kernelHeight, kernelWidth]`.
  package static let convolution = TensorLayout(axes: [3, 2, 0, 1])
  /// `[batch, height, width, channels]` here, `[batch, channels, height, width]` there.
  package static let images = TensorLayout(axes: [0, 3, 1, 2])

  /// The layout of an activation: images are moved, vectors are not.
  package static func activation(_ shape: Shape) -> TensorLayout {
    shape.rank == 4 ? .images : .plain
  }

  package func torchShape(of shape: Shape) -> Shape {
    axes.isEmpty ? shape : Shape(axes.map { shape[$0] })
  }
  package func toTorch(_ tensor: HostTensor) -> HostTensor { tensor.permuted(axes) }
  package func fromTorch(_ tensor: HostTensor) -> HostTensor {
    tensor.permuted(axes.indices.map { axis in axes.firstIndex(of: axis) ?? axis })
  }
}

extension HostTensor {
  /// Result axis `k` is axis `axes[k]` of this tensor; an empty list moves nothing.
  fileprivate func permuted(_ axes: [Int]) -> HostTensor {
    if axes.isEmpty { return self }
    let result = Shape(axes.map { shape[$0] })
    switch elements {
    case .float32(let values): return HostTensor(result, Self.permute(values, shape, axes))
    case .int32(let values): return HostTensor(result, Self.permute(values, shape, axes))
    case .uint8(let values): return HostTensor(result, Self.permute(values, shape, axes))
    }
  }

  private static func permute<E>(_ values: [E], _ shape: Shape, _ axes: [Int]) -> [E] {
    if axes == [1, 0] { return transpose(values, rows: shape[0], columns: shape[1]) }
    let extents = axes.map { shape[$0] }
    let strides = axes.map { shape.strides[$0] }
    guard let innerCount = extents.last, let innerStride = strides.last else { return values }
    return [E](unsafeUninitializedCapacity: values.count) { out, count in
      var position = [Int](repeating: 0, count: extents.count)
      var offset = 0
      while count < values.count {
        for inner in 0..<innerCount {
          (out.baseAddress! + count + inner).initialize(to: values[offset + inner * innerStride])
        }
        count += innerCount
        var axis = extents.count - 2
        while axis >= 0 {
          position[axis] += 1
          offset += strides[axis]
          if position[axis] < extents[axis] { break }
          offset -= strides[axis] * extents[axis]
          position[axis] = 0
          axis -= 1
        }
      }
    }
  }

  /// In squares, so that what is read and what is written stay in the cache.
  private static func transpose<E>(_ values: [E], rows: Int, columns: Int) -> [E] {
    let side = 32
    return [E](unsafeUninitializedCapacity: values.count) { out, count in
      for firstRow in stride(from: 0, to: rows, by: side) {
        for firstColumn in stride(from: 0, to: columns, by: side) {
          for column in firstColumn..<min(firstColumn + side, columns) {
            for row in firstRow..<min(firstRow + side, rows) {
              (out.baseAddress! + column * rows + row)
                .initialize(to: values[row * columns + column])
            }
          }
        }
      }
      count = values.count
    }
  }
}
