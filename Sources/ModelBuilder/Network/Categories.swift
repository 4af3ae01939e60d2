import TensorCore

/// Classes as numbers a network can be held to.
extension Value {
  /// `[batch, count]` with a 1 at each sample's class, of class indices `[batch]`.
  func oneHot(count: Int) -> Value {
    let shape: Shape = [batch, count]
    let classes = converted(to: .float32).broadcast(to: shape, axes: [0])
    return builder.add(.iota(axis: 1, shape: shape)).compared(.equal, to: classes)
  }

  /// `floor(u · count)` of uniform numbers `u`: a class each, all of the same chance.
  func uniformClass(of count: Int) -> Value {
    (self * Double(count)).floor.minimum(Double(count - 1))
  }

  /// Mean cross-entropy of logits `[batch, classes]` against shares that sum to 1 in each row.
  func crossEntropy(against shares: Value) -> Value {
    let peak = reduceMaximum(axes: [1]).broadcast(to: shape, axes: [0])
    let centred = self - peak
    let sums = centred.exponential.sum(axes: [1]).logarithm
    return (sums - (centred * shares).sum(axes: [1])).mean()
  }
}
