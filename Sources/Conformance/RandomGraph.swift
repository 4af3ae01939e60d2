import TensorCore

extension GraphTrial {
  /// A graph of `size` random operations over matrices, vectors and numbers.
  package static func random(seed: UInt64, size: Int) -> GraphTrial {
    var trial = GraphTrial(seed: seed)
    let (rows, columns) = (trial.extent(70), trial.extent(70))
    let shapes: [Shape] = [[rows, columns], [columns, rows], [rows], [columns], []]
    var pool = shapes.map { trial.feed($0) }
    pool.append(trial.feed([rows, columns]))
    pool.append(trial.state([rows, columns]))
    pool.append(trial.state([columns]))
    for _ in 0..<size { if let new = grown(pool, &trial) { pool.append(new) } }
    for value in pool.suffix(3) { trial.output(value) }
    trial.output(pool[Int.random(in: 0..<pool.count, using: &trial.random)])
    for (index, shape) in [Shape([rows, columns]), [columns]].enumerated() {
      if let value = pool.last(where: { $0.shape == shape }) { trial.update(index, value) }
    }
    return trial
  }

  /// Something computed from members of the pool; bounded, so that errors do not grow.
  private static func grown(_ pool: [Value], _ trial: inout GraphTrial) -> Value? {
    func pick(_ count: Int) -> Int { Int.random(in: 0..<count, using: &trial.random) }
    // Late members are picked more often, so that chains grow long.
    let x = pool[max(pick(pool.count), pick(pool.count))]
    let peers = pool.filter { $0.shape == x.shape }
    let y = peers[pick(peers.count)]
    switch pick(16) {
    case 0: return x.tanh
    case 1: return (x * 0.5).sigmoid - 0.4
    case 2: return (x + y) * 0.5
    case 3: return (x * y).tanh
    case 4: return x.maximum(y) - 0.1
    case 5: return x.compared(.greater, to: y).select(x * 0.2, else: y)
    case 6: return (x - y).magnitude.minimum(2)
    case 7:
      guard x.shape.rank == 2 else { return x.softplus * 0.3 }
      return x.transpose([1, 0])
    case 8:
      guard x.shape.rank > 0 else { return nil }
      return x.mean(axes: [pick(x.shape.rank)])
    case 9:
      guard x.shape.rank > 0 else { return nil }
      return x.squared.mean() + x.reduceMaximum(axes: Array(0..<x.shape.rank)) * 0.1
    case 10, 11:
      guard x.shape.rank < 2, let target = pool.last(where: { $0.shape.rank == 2 }) else {
        return nil
      }
      if x.shape.rank == 0 { return x.broadcast(to: target.shape) * target }
      for axis in 0..<2 where target.shape[axis] == x.shape[0] {
        return target - x.broadcast(to: target.shape, axes: [axis])
      }
      return nil
    case 12:
      guard x.shape.rank == 2, let other = pool.last(where: { $0.shape.rank == 2 }) else {
        return nil
      }
      if x.shape[1] == other.shape[0] { return x.matmul(other) * 0.1 }
      if x.shape == other.shape { return (x.matmul(other, transposeLeft: true) * 0.1).tanh }
      return nil
    case 13:
      guard x.shape.rank == 2 else { return nil }
      let flat = x.reshape([x.shape.count])
      return (flat * 0.9 + 0.1).reshape(x.shape)
    case 14:
      guard x.shape.rank == 2, x.shape[0] > 1 else { return nil }
      let cut = 1 + pick(x.shape[0] - 1)
      let (head, tail) = (x.slice(axis: 0, 0..<cut), x.slice(axis: 0, cut..<x.shape[0]))
      return tail.concatenated(with: head, axis: 0)
    default: return (x.squared + 0.5).reciprocalSquareRoot
    }
  }
}
