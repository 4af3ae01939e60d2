/// How the numbers of a tensor are distributed: equally wide bins from the least to the most.
///
/// What is not finite is left out.
struct WeightHistogram: Sendable, Hashable {
  private(set) var count = 0
  private(set) var low = 0.0
  private(set) var high = 0.0
  private(set) var sum = 0.0
  private(set) var sumOfSquares = 0.0
  private(set) var counts: [Int] = []

  static let bins = 64

  init(_ values: [Float]) {
    values.withUnsafeBufferPointer { values in
      var (least, most) = (Float.infinity, -Float.infinity)
      for value in values where value.isFinite {
        least = value < least ? value : least
        most = value > most ? value : most
      }
      guard least <= most else { return }
      (low, high) = (Double(least), Double(most))
      let scale = least < most ? Float(Self.bins) / (most - least) : 0
      // A range that no number can hold has one bin.
      let width = scale.isFinite && scale > 0 && (most - least).isFinite ? scale : 0
      counts = [Int](repeating: 0, count: width > 0 ? Self.bins : 1)
      let last = Int32(counts.count - 1)
      var (sum, squares, count) = (0.0, 0.0, 0)
      counts.withUnsafeMutableBufferPointer { counts in
        for value in values where value.isFinite {
          let bin = width > 0 ? Int32((value - least) * width) : 0
          counts[Int(bin < last ? bin : last)] += 1
          sum += Double(value)
          squares += Double(value) * Double(value)
          count += 1
        }
      }
      (self.sum, sumOfSquares, self.count) = (sum, squares, count)
    }
  }

  /// The upper end of each bin.
  var limits: [Double] {
    guard counts.count > 1 else { return counts.isEmpty ? [] : [high] }
    return (1...counts.count).map {
      $0 == counts.count ? high : low + (high - low) * Double($0) / Double(counts.count)
    }
  }
}
