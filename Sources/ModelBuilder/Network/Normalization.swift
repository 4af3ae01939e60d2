import TensorCore

extension Value {
  /// Mean 0 and variance 1 over `axes` (Ba et al. 2016, equation 4), with the biased variance.
  func standardized(axes: [Int], epsilon: Double) -> Value {
    let kept = shape.extents.indices.filter { !axes.contains($0) }
    let centred = self - mean(axes: axes).broadcast(to: shape, axes: kept)
    let factor = (centred.squared.mean(axes: axes) + epsilon).reciprocalSquareRoot
    return centred * factor.broadcast(to: shape, axes: kept)
  }
}

extension LayerScope {
  /// `x · weight + bias`, one learned scale and offset a channel, which begin as 1 and 0 unless
  /// `init.batch_norm` says otherwise.
  func scaledAndShifted(_ value: Value) -> Value {
    let channels = value.shape[value.shape.rank - 1]
    let fans = Fans(input: channels, output: channels)
    let weight = parameter("weight", [channels], kind: .batchNorm(.weight), fans: fans)
    let bias = parameter("bias", [channels], kind: .batchNorm(.bias), fans: fans)
    return value * weight.broadcastChannels(to: value.shape)
      + bias.broadcastChannels(to: value.shape)
  }
}
