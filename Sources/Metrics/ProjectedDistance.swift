import Dispatch
import Synchronization

/// Points in rows, `[count, size]`.
struct PointCloud {
  let count: Int
  let size: Int
  var values: [Float]

  init(count: Int, size: Int, values: [Float]) {
    precondition(values.count == count * size)
    (self.count, self.size, self.values) = (count, size, values)
  }

  /// Shadows on the directions `range`, `[direction][point]`.
  func projected(on directions: Directions, _ range: Range<Int>) -> [[Float]] {
    var shadows = range.map { _ in [Float](repeating: 0, count: count) }
    // Sixteen directions at a time, which the processor's vectors hold.
    var start = range.lowerBound
    while start < range.upperBound {
      let lanes = min(16, range.upperBound - start)
      var columns = [SIMD16<Float>](repeating: .zero, count: size)
      for place in 0..<size {
        for lane in 0..<lanes {
          columns[place][lane] = directions.values[(start + lane) * size + place]
        }
      }
      values.withUnsafeBufferPointer { values in
        columns.withUnsafeBufferPointer { columns in
          for point in 0..<count {
            var sums = SIMD16<Float>.zero
            let from = point * size
            for place in 0..<size { sums += columns[place] * values[from + place] }
            for lane in 0..<lanes { shadows[start - range.lowerBound + lane][point] = sums[lane] }
          }
        }
      }
      start += lanes
    }
    return shadows
  }
}

/// Unit vectors, `[count, size]`.
struct Directions {
  let count: Int
  let size: Int
  let values: [Float]

  /// - Parameter normals: `count · size` draws; their directions are even on the sphere.
  init(count: Int, size: Int, normals: [Float]) {
    precondition(normals.count == count * size)
    var values = normals
    for row in 0..<count {
      let range = (row * size)..<((row + 1) * size)
      let length = values[range].reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      for place in range where length > 0 { values[place] = Float(Double(values[place]) / length) }
    }
    (self.count, self.size, self.values) = (count, size, values)
  }
}

/// The sliced Wasserstein distance (Rabin et al. 2011) of as many points each: over all directions, the
/// mean distance between sorted shadows.
func slicedWasserstein(
  _ a: PointCloud, _ b: PointCloud, _ directions: Directions, threads: Int
) -> Double {
  precondition(a.count == b.count && a.size == b.size && a.size == directions.size)
  guard a.count > 0, directions.count > 0 else { return .nan }
  let blocks = (directions.count + 15) / 16
  // One sum a block, added in their order: the same bits with any number of threads.
  let sums = Mutex([Double](repeating: 0, count: blocks))
  let workers = min(threads, blocks)
  DispatchQueue.concurrentPerform(iterations: workers) { worker in
    for block in stride(from: worker, to: blocks, by: workers) {
      let range = (block * 16)..<min(block * 16 + 16, directions.count)
      let (first, second) = (a.projected(on: directions, range), b.projected(on: directions, range))
      var sum = 0.0
      for (left, right) in zip(first, second) { sum += distanceOfSorted(left, right) }
      sums.withLock { $0[block] = sum }
    }
  }
  return sums.withLock { $0.reduce(0, +) } / Double(directions.count)
}

private func distanceOfSorted(_ a: [Float], _ b: [Float]) -> Double {
  // A number that is none has no place in an order.
  guard a.allSatisfy(\.isFinite), b.allSatisfy(\.isFinite) else { return .nan }
  let (first, second) = (radixSorted(a), radixSorted(b))
  var sum = 0.0
  for place in first.indices { sum += Double(abs(first[place] - second[place])) }
  return sum / Double(a.count)
}

/// Finite numbers, rising. Three passes over 11 bits each, least first.
func radixSorted(_ values: [Float]) -> [Float] {
  var keys = values.map { value -> UInt32 in
    let bits = value.bitPattern
    // Negative numbers the other way round, and below all others.
    return bits >> 31 == 1 ? ~bits : bits | 0x8000_0000
  }
  var other = [UInt32](repeating: 0, count: keys.count)
  for shift in [0, 11, 22] as [UInt32] {
    var starts = [Int](repeating: 0, count: 2049)
    for key in keys { starts[Int(key >> shift & 0x7FF) + 1] += 1 }
    for digit in 1...2048 { starts[digit] += starts[digit - 1] }
    other.withUnsafeMutableBufferPointer { other in
      for key in keys {
        let digit = Int(key >> shift & 0x7FF)
        other[starts[digit]] = key
        starts[digit] += 1
      }
    }
    swap(&keys, &other)
  }
  return keys.map { key in
    Float(bitPattern: key >> 31 == 1 ? key & 0x7FFF_FFFF : ~key)
  }
}
