import ModelBuilder
import TensorCore

extension StateDeclaration {
  /// The first value, in our own layout. Numbers are drawn in the order in which PyTorch stores them,
  /// from a stream with the name of the state, so that they do not depend on what else there is.
  func initialTensor(seed: UInt64) -> HostTensor {
    let shape = layout.torchShape(of: type.shape)
    let random = Philox(seed: seed, stream: Philox.streamID(named: nameOfFirstValue), step: 0)
    let values: [Float]
    switch initial {
    case .constant(let value):
      values = [Float](repeating: Float(value), count: shape.count)
    case .uniform(let low, let high):
      let (low, width) = (Float(low), Float(high - low))
      values = random.uniforms(count: shape.count).map { low + width * $0 }
    case .normal(let mean, let standardDeviation):
      let (mean, scale) = (Float(mean), Float(standardDeviation))
      values = random.normals(count: shape.count).map { mean + scale * $0 }
    case .orthogonal(let gain):
      let rows = shape.rank == 0 ? 1 : max(shape[0], 1)
      values = orthonormal(
        random.normals(count: shape.count), rows: rows, columns: shape.count / rows
      ).map { Float($0 * gain) }
    }
    return layout.fromTorch(HostTensor(shape, values))
  }
}

/// Orthonormal rows of `[rows, columns]` if there are fewer rows, else orthonormal columns: the Q of
/// the QR decomposition with a positive diagonal in R, as `torch.nn.init.orthogonal_` has it.
///
/// Gram and Schmidt's process, each vector twice, which is enough for double precision (Giraud et al.
/// 2005).
func orthonormal(_ values: [Float], rows: Int, columns: Int) -> [Double] {
  let byRow = rows <= columns
  let (count, length) = byRow ? (rows, columns) : (columns, rows)
  var vectors = [Double](repeating: 0, count: count * length)
  for vector in 0..<count {
    for place in 0..<length {
      vectors[vector * length + place] =
        Double(values[byRow ? vector * columns + place : place * columns + vector])
    }
  }
  vectors.withUnsafeMutableBufferPointer { vectors in
    for vector in 0..<count {
      let own = UnsafeMutableBufferPointer(rebasing: vectors[(vector * length)...].prefix(length))
      for _ in 0..<2 {
        for earlier in 0..<vector {
          let other = UnsafeMutableBufferPointer(
            rebasing: vectors[(earlier * length)...].prefix(length))
          let overlap = dot(own, other)
          for place in 0..<length { own[place] -= overlap * other[place] }
        }
      }
      let norm = dot(own, own).squareRoot()
      for place in 0..<length { own[place] /= norm }
    }
  }
  if byRow { return vectors }
  return (0..<(rows * columns)).map { vectors[$0 % columns * length + $0 / columns] }
}

private func dot(
  _ a: UnsafeMutableBufferPointer<Double>, _ b: UnsafeMutableBufferPointer<Double>
) -> Double {
  // Eight sums side by side, so that the processor's vectors can be used.
  var sums = SIMD8<Double>(repeating: 0)
  var place = 0
  while place + 8 <= a.count {
    for lane in 0..<8 { sums[lane] += a[place + lane] * b[place + lane] }
    place += 8
  }
  var total = sums.sum()
  while place < a.count {
    total += a[place] * b[place]
    place += 1
  }
  return total
}
