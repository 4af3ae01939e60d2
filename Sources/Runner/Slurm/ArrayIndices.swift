/// Numbers of tasks in Slurm's words: `3,7,12-15`, and as `squeue` shows them with a limit, `3-6%2`.
enum ArrayIndices {
  /// - Parameter indices: rising.
  static func text(_ indices: [Int]) -> String {
    var parts: [String] = []
    var rest = indices[...]
    while let first = rest.first {
      var last = first
      rest = rest.dropFirst()
      while rest.first == last + 1 {
        last += 1
        rest = rest.dropFirst()
      }
      parts.append(first == last ? "\(first)" : "\(first)-\(last)")
    }
    return parts.joined(separator: ",")
  }

  /// nil for anything else than such a list.
  static func numbers(_ text: some StringProtocol) -> [Int]? {
    var found: [Int] = []
    for part in text.prefix(while: { $0 != "%" }).split(
      separator: ",", omittingEmptySubsequences: false)
    {
      // `0-9:3` is every third.
      let halves = part.split(separator: ":", omittingEmptySubsequences: false)
      let ends = halves[0].split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
      guard (1...2).contains(ends.count), let low = ends[0], let high = ends[ends.count - 1],
        low >= 0, low <= high, high < 100_000_000,
        let step = halves.count == 1 ? 1 : halves.count == 2 ? Int(halves[1]) : nil, step > 0
      else { return nil }
      found += stride(from: low, through: high, by: step)
    }
    return found
  }

  /// Trials as arrays: tasks of one array are `offset + task`, and no task has a number of `limit` or
  /// more.
  ///
  /// - Parameters:
  ///   - trials: rising.
  ///   - limit: the site's MaxArraySize.
  static func split(_ trials: [Int], limit: Int) -> [(offset: Int, tasks: [Int])] {
    var arrays: [(offset: Int, tasks: [Int])] = []
    for trial in trials {
      let offset = trial / limit * limit
      if arrays.last?.offset != offset { arrays.append((offset, [])) }
      arrays[arrays.count - 1].tasks.append(trial - offset)
    }
    return arrays
  }
}
