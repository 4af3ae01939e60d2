// A convolution of an enlarged image, without that image.

/// Fewer outputs for each place of the summed weights, and these sums cost more than the products save.
private let fewestOutputs = 64
/// An image of fewer channels is small beside what becomes of it, and a transposed convolution of it no faster.
private let fewestChannels = 16

extension GraphBuilder {
  /// The convolution with stride 1 of an image of which each pixel was repeated f times (`upsample`) is a transposed
  /// convolution with stride f of the image before that. In one dimension, of k taps w and p zeros in front:
  ///
  ///     y[o] = Σ w[t] · x[⌊(o + t − p) / f⌋] = Σ x[i] · v[o − f · i + k − 1 − p]
  ///     v[u] = Σ w[t], over 0 ≤ u + t − (k − 1) < f
  ///
  /// which takes (k + f − 1) / f products an output instead of k: of 3×3 behind a factor of 2 it is 4 instead of 9.
  func simplifiedConvolution(
    _ geometry: ConvGeometry, _ image: Value, _ weight: Value, _ type: TensorType
  ) -> Value? {
    let g = geometry
    guard let small = image.enlarged, g.groups == 1, g.strideHeight == 1, g.strideWidth == 1,
      g.dilationHeight == 1, g.dilationWidth == 1
    else { return nil }
    let (taps, outputs) = (weight.shape, type.shape)
    let factors = (rows: image.shape[1] / small.shape[1], columns: image.shape[2] / small.shape[2])
    let isCoveredByZeros =
      max(g.padTop, g.padBottom) < taps[0] && max(g.padLeft, g.padRight) < taps[1]
    let (height, width) = (taps[0] + factors.rows - 1, taps[1] + factors.columns - 1)
    guard isCoveredByZeros, factors != (1, 1), taps[0] > 1, taps[1] > 1,
      taps[2] >= fewestChannels, outputs.count / taps[3] >= fewestOutputs * height * width
    else { return nil }
    let rows = sums(ofTaps: taps[0], factor: factors.rows)
    let columns = sums(ofTaps: taps[1], factor: factors.columns)
    let square: Shape = [height, width, taps[0], taps[1]]
    let both =
      rows.broadcast(to: square, axes: [0, 2]) * columns.broadcast(to: square, axes: [1, 3])
    let turned = weight.transpose([0, 1, 3, 2])
    let sums = both.reshape([height * width, taps[0] * taps[1]])
      .matmul(turned.reshape([taps[0] * taps[1], taps[2] * taps[3]]))
      .reshape([height, width, taps[3], taps[2]])
    let transposed = ConvGeometry(
      strideHeight: factors.rows, strideWidth: factors.columns,
      padTop: taps[0] - 1 - g.padTop, padBottom: taps[0] - 1 - g.padBottom,
      padLeft: taps[1] - 1 - g.padLeft, padRight: taps[1] - 1 - g.padRight)
    return add(
      .convolutionInputGradient(transposed, height: outputs[1], width: outputs[2]),
      [small, sums])
  }

  /// `[k + f − 1, k]`: 1 where v[u] has w[t].
  private func sums(ofTaps count: Int, factor: Int) -> Value {
    let shape: Shape = [count + factor - 1, count]
    let place = add(.iota(axis: 0, shape: shape)) + add(.iota(axis: 1, shape: shape))
    return place.compared(.greaterOrEqual, to: Double(count - 1))
      * place.compared(.less, to: Double(count + factor - 1))
  }
}

extension Value {
  /// The image `[n, h, w, c]` of which this one repeats each pixel along its rows and columns.
  fileprivate var enlarged: Value? {
    guard case .reshape = visibleOp, shape.rank == 4 else { return nil }
    guard case .broadcast(let repeated, [0, 1, 3, 5]) = operands[0].visibleOp else { return nil }
    let small = operands[0].operands[0]
    let (rows, columns) = (repeated[1] * repeated[2], repeated[3] * repeated[4])
    let isWhole = small.shape == [repeated[0], repeated[1], repeated[3], repeated[5]]
    return isWhole && shape == [repeated[0], rows, columns, repeated[5]] ? small : nil
  }
}
