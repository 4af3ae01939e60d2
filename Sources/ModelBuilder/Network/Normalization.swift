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

extension ParameterKind {
  /// Of a batch norm of activations of this rank.
  static func batchNorm(_ part: Part, rank: Int) -> ParameterKind {
    rank == 2 ? .batchNorm1D(part) : .batchNorm(part)
  }
}

extension LayerScope {
  /// What batch norm normalises with, a channel at a time: in training the batch's own mean and biased
  /// variance, and the running statistics move towards its mean and *unbiased* variance, as in
  /// PyTorch; in inference the running statistics.
  ///
  /// - Throws: where one sample is to be refused, for a single number a channel, which has no variance;
  ///   PyTorch raises too.
  func batchMoments(
    of input: Value, momentum: Double
  ) throws(LayerMisfit) -> (mean: Value, variance: Value) {
    let shape = input.shape
    let channels = shape[shape.rank - 1]
    let runningMean = statistic("running_mean", [channels], initial: .constant(0))
    let runningVariance = statistic("running_var", [channels], initial: .constant(1))
    guard mode == .training else { return (runningMean.value, runningVariance.value) }
    let axes = Array(0..<shape.rank - 1)
    if pass.refusesOneSample, shape.count == channels {
      throw LayerMisfit(
        "batch norm over one sample makes every number 0",
        advice: "a larger data.batch, or `layer_norm` in its place")
    }
    let count = Double(shape.count / channels)
    let mean = input.mean(axes: axes)
    let variance = (input - mean.broadcastChannels(to: shape)).squared.mean(axes: axes)
    runningMean.update(runningMean.value * (1 - momentum) + mean * momentum)
    let unbiased = variance * (count / max(count - 1, 1))
    runningVariance.update(runningVariance.value * (1 - momentum) + unbiased * momentum)
    return (mean, variance)
  }

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
