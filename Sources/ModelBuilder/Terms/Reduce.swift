import TensorCore

/// What the numbers of a sample are made into.
enum Reduce: String, CaseIterable, Sendable {
  case mean, sum

  /// Over the numbers of each sample; over the samples the mean.
  func overSamples(_ value: Value) -> Value {
    switch self {
    case .mean: value.mean()
    case .sum: value.sum() / Double(value.batch)
    }
  }
}

/// - Parameter lack: what values of different shape do not have or are not.
func requireSameShape(_ a: Value, _ b: Value, _ lack: String) throws(LayerMisfit) {
  guard a.shape == b.shape else {
    throw LayerMisfit(
      "values of \(described(a.shape)) and of \(described(b.shape)) \(lack)",
      advice: "both have to be of one size")
  }
}
