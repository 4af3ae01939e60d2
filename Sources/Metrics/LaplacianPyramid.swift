/// A stack of images `[count, height, width, channels]`.
struct ImageStack {
  let count: Int
  let height: Int
  let width: Int
  let channels: Int
  var values: [Float]

  init(count: Int, height: Int, width: Int, channels: Int, values: [Float]) {
    precondition(values.count == count * height * width * channels)
    (self.count, self.height, self.width) = (count, height, width)
    (self.channels, self.values) = (channels, values)
  }

  init(_ set: SampleArray) {
    self.init(
      count: set.count, height: set.form.height, width: set.form.width,
      channels: set.form.channels, values: set.values)
  }

  /// Blurred by the 5×5 binomial kernel and halved (Burt and Adelson 1983); the edges are mirrored
  /// without repeating the outermost row.
  var halved: ImageStack {
    filtered(every: 2, gain: 1)
  }

  /// Twice as large: zeros in between, then blurred with four times the weight.
  var doubled: ImageStack {
    var spread = [Float](repeating: 0, count: values.count * 4)
    for image in 0..<count {
      for y in 0..<height {
        for x in 0..<width {
          let from = ((image * height + y) * width + x) * channels
          let to = ((image * height * 2 + y * 2) * width * 2 + x * 2) * channels
          for channel in 0..<channels { spread[to + channel] = values[from + channel] }
        }
      }
    }
    return ImageStack(
      count: count, height: height * 2, width: width * 2, channels: channels, values: spread
    ).filtered(every: 1, gain: 2)
  }

  private static let kernel: [Float] = [1.0 / 16, 4.0 / 16, 6.0 / 16, 4.0 / 16, 1.0 / 16]

  /// - Parameter gain: of each of the two passes.
  private func filtered(every step: Int, gain: Float) -> ImageStack {
    let kernel = Self.kernel.map { $0 * gain }
    let rows = pass(
      lines: count * height, length: width, stride: channels, inner: channels,
      lineStride: width * channels, values, every: step, kernel)
    let newWidth = (width + step - 1) / step
    let columns = pass(
      lines: count, length: height, stride: newWidth * channels, inner: newWidth * channels,
      lineStride: height * newWidth * channels, rows, every: step, kernel)
    return ImageStack(
      count: count, height: (height + step - 1) / step, width: newWidth, channels: channels,
      values: columns)
  }

  /// One pass along an axis: `lines` blocks of `length` places that lie `stride` apart, each of
  /// `inner` numbers.
  private func pass(
    lines: Int, length: Int, stride: Int, inner: Int, lineStride: Int, _ source: [Float],
    every step: Int, _ kernel: [Float]
  ) -> [Float] {
    let newLength = (length + step - 1) / step
    var target = [Float](repeating: 0, count: lines * newLength * inner)
    source.withUnsafeBufferPointer { source in
      target.withUnsafeMutableBufferPointer { target in
        for line in 0..<lines {
          for place in 0..<newLength {
            let to = (line * newLength + place) * inner
            for tap in 0..<5 {
              let from =
                line * lineStride + Self.mirrored(place * step + tap - 2, length) * stride
              let weight = kernel[tap]
              for i in 0..<inner { target[to + i] += weight * source[from + i] }
            }
          }
        }
      }
    }
    return target
  }

  static func mirrored(_ place: Int, _ length: Int) -> Int {
    guard length > 1 else { return 0 }
    let period = 2 * (length - 1)
    let rest = ((place % period) + period) % period
    return rest < length ? rest : period - rest
  }
}

/// Bands of an image, each half as large as the one before: what the next smaller one does not show,
/// and last the smallest itself (Burt and Adelson 1983; Karras et al. 2018, section 5).
struct LaplacianPyramid {
  let levels: [ImageStack]

  /// Sides of the levels for an image: halved while both sides are even and at least 16 is left.
  static func sizes(height: Int, width: Int) -> [(height: Int, width: Int)] {
    var sizes = [(height: height, width: width)]
    while let last = sizes.last, last.height % 2 == 0, last.width % 2 == 0,
      min(last.height, last.width) / 2 >= 16
    {
      sizes.append((last.height / 2, last.width / 2))
    }
    return sizes
  }

  init(_ images: ImageStack) {
    var levels = [images]
    for _ in Self.sizes(height: images.height, width: images.width).dropFirst() {
      let large = levels[levels.count - 1]
      let small = large.halved
      let back = small.doubled
      for place in large.values.indices {
        levels[levels.count - 1].values[place] = large.values[place] - back.values[place]
      }
      levels.append(small)
    }
    self.levels = levels
  }
}
