import TensorCore

extension Value {
  /// Images averaged over blocks of `factor`×`factor` pixels.
  func averaged(down factor: Int) -> Value {
    if factor == 1 { return self }
    let window = Window(
      height: factor, width: factor, strideHeight: factor, strideWidth: factor, padTop: 0,
      padBottom: 0, padLeft: 0, padRight: 0)
    return builder.add(.windowSum(window), [self]) * (1 / Double(factor * factor))
  }

  /// Images with each pixel repeated `factor` times in both directions.
  func enlarged(_ factor: Int) -> Value {
    if factor == 1 { return self }
    let (batch, height, width, channels) = (shape[0], shape[1], shape[2], shape[3])
    return broadcast(to: [batch, height, factor, width, factor, channels], axes: [0, 1, 3, 5])
      .reshape([batch, height * factor, width * factor, channels])
  }

  /// `(1 − share) · self + share · newer`: exactly this value at 0, exactly the newer at 1.
  func blended(with newer: Value, share: Value) -> Value {
    self * (1 - share) + newer * share
  }
}

extension Growth {
  /// Images of the data as the critic sees them in a stage: averaged down to the level's size and,
  /// while it fades in, blended with what is left of them one level below (Karras et al. 2018,
  /// `process_reals` of the published code).
  func seen(_ images: Value, in stage: GrowthStage) -> Value {
    let own = images.averaged(down: factor(of: stage.level))
    guard let alpha = stage.alpha(images.builder) else { return own }
    return own.averaged(down: 2).enlarged(2).blended(with: own, share: alpha)
  }
}
