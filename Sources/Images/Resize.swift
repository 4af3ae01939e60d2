import Dispatch

/// Bilinear resizing with antialiasing, to the bit as Pillow's `Image.resize(…, BILINEAR)` does it on
/// 8-bit images, which is what torchvision's `Resize` applies (Pillow up to 12; version 13 takes some
/// shapes columns first, which can differ by one).
///
/// A triangle filter, widened by the scale when shrinking, runs along the rows and then down the
/// columns. Weights are fixed-point numbers with 22 fractional bits, and each pass rounds to a byte.
struct BilinearResize: Sendable {
  let from: (height: Int, width: Int)
  /// Size of what comes out.
  let to: (height: Int, width: Int)
  let channels: Int
  private let horizontal: FilterTaps
  private let vertical: FilterTaps
  private let isIdentity: Bool
  /// Rows of the source that the result is made of.
  private let rows: Range<Int>

  /// - Parameter window: the rows and columns of the resized image that are wanted; nil: all. They
  ///   have the bits they have in the whole.
  init(
    from: (height: Int, width: Int), to: (height: Int, width: Int), channels: Int,
    window: (rows: Range<Int>, columns: Range<Int>)? = nil
  ) {
    precondition(min(from.height, from.width, to.height, to.width, channels) > 0)
    let window = window ?? (0..<to.height, 0..<to.width)
    self.from = from
    self.to = (window.rows.count, window.columns.count)
    self.channels = channels
    isIdentity = from == to && self.to == to
    horizontal = FilterTaps(from: from.width, to: to.width, window.columns)
    vertical = FilterTaps(from: from.height, to: to.height, window.rows)
    rows = vertical.reach
  }

  /// The shorter side becomes `size` and the middle of the longer one is cut out, as torchvision's
  /// `Resize(size)` and `CenterCrop(size)`; where the margins are uneven, with torchvision's rounding.
  init(from: (height: Int, width: Int), size: Int, channels: Int) {
    let short = min(from.height, from.width)
    let whole = (height: size * from.height / short, width: size * from.width / short)
    func middle(_ side: Int) -> Range<Int> {
      let start = Int((Double(side - size) / 2).rounded(.toNearestOrEven))
      return start..<(start + size)
    }
    self.init(
      from: from, to: whole, channels: channels,
      window: (middle(whole.height), middle(whole.width)))
  }

  /// `pixels` is `[count, from.height, from.width, channels]`; the result is
  /// `[count, to.height, to.width, channels]`. All cores take part, and the bits do not depend on them.
  func callAsFunction(_ pixels: [UInt8], count: Int) -> [UInt8] {
    let sourceSize = from.height * from.width * channels
    let targetSize = to.height * to.width * channels
    precondition(pixels.count == count * sourceSize)
    if isIdentity { return pixels }
    return unsafe pixels.withUnsafeBytes { unsafe resized($0, count: count, targetSize) }
  }

  /// The same of bytes that may lie in a file, of which no more than `bytesAtOnce` are held.
  func callAsFunction(_ pixels: PixelStore, count: Int) throws(DatasetError) -> PixelStore {
    let sourceSize = from.height * from.width * channels
    precondition(pixels.count == count * sourceSize)
    if isIdentity { return pixels }
    let bytesAtOnce = 256 << 20
    let imagesAtOnce = pixels.isOnDisk ? max(1, bytesAtOnce / sourceSize) : count
    var resizedPixels: [UInt8] = []
    resizedPixels.reserveCapacity(count * to.height * to.width * channels)
    for start in stride(from: 0, to: count, by: max(1, imagesAtOnce)) {
      let images = start..<min(count, start + imagesAtOnce)
      let range = (images.lowerBound * sourceSize)..<(images.upperBound * sourceSize)
      resizedPixels += try unsafe pixels.withBytes(range) { (bytes) throws(DatasetError) in
        unsafe resized(bytes, count: images.count, to.height * to.width * channels)
      }
    }
    return PixelStore(resizedPixels)
  }

  private func resized(
    _ input: UnsafeRawBufferPointer, count: Int, _ targetSize: Int
  ) -> [UInt8] {
    let sourceSize = from.height * from.width * channels
    return unsafe [UInt8](unsafeUninitializedCapacity: count * targetSize) { output, filled in
      filled = count * targetSize
      unsafe input.withMemoryRebound(to: UInt8.self) { input in
        guard let base = output.baseAddress, let pixels = input.baseAddress else { return }
        nonisolated(unsafe) let (target, source) = unsafe (base, pixels)
        let imagesAtOnce = 256
        let parts = (count + imagesAtOnce - 1) / imagesAtOnce
        DispatchQueue.concurrentPerform(iterations: parts) { part in
          var rows = [UInt8](repeating: 0, count: from.height * to.width * channels)
          unsafe rows.withUnsafeMutableBufferPointer { rows in
            guard let rows = rows.baseAddress else { return }
            for image in (part * imagesAtOnce)..<min(count, (part + 1) * imagesAtOnce) {
              unsafe resizeRows(source + image * sourceSize, into: rows)
              unsafe resizeColumns(rows, into: target + image * targetSize)
            }
          }
        }
      }
    }
  }

  private func resizeRows(
    _ source: UnsafePointer<UInt8>, into target: UnsafeMutablePointer<UInt8>
  ) {
    let channels = channels
    unsafe horizontal.withTaps { starts, weights, taps in
      for y in rows {
        let row = unsafe source + y * from.width * channels
        let out = unsafe target + y * to.width * channels
        for x in 0..<to.width {
          let first = unsafe row + starts[x] * channels
          let weight = unsafe weights + x * taps
          for channel in 0..<channels {
            unsafe out[x &* channels &+ channel] = FilterTaps.sum(
              first + channel, stride: channels, weight, taps: taps)
          }
        }
      }
    }
  }

  private func resizeColumns(
    _ source: UnsafePointer<UInt8>, into target: UnsafeMutablePointer<UInt8>
  ) {
    let stride = to.width * channels
    unsafe vertical.withTaps { starts, weights, taps in
      for y in 0..<to.height {
        let first = unsafe source + starts[y] * stride
        let out = unsafe target + y * stride
        let weight = unsafe weights + y * taps
        for x in 0..<stride {
          unsafe out[x] = FilterTaps.sum(first + x, stride: stride, weight, taps: taps)
        }
      }
    }
  }
}

/// The weights of one axis: output `i` is the sum over `taps` neighbours from `starts[i]` on, with the
/// weights from `weights[i · taps]` on. Every output has as many taps; the surplus ones weigh nothing.
private struct FilterTaps: Sendable {
  let taps: Int
  let starts: [Int]
  let weights: [Int32]

  static let fractionBits: Int32 = 32 - 8 - 2

  /// The weighted sum of `taps` bytes that lie `stride` apart, rounded to a byte.
  @inline(__always)
  static func sum(
    _ first: UnsafePointer<UInt8>, stride: Int, _ weights: UnsafePointer<Int32>, taps: Int
  ) -> UInt8 {
    var sum: Int32 = 1 << (fractionBits - 1)
    for tap in 0..<taps {
      unsafe sum &+= Int32(first[tap &* stride]) &* weights[tap]
    }
    return UInt8(truncatingIfNeeded: max(0, min(255, sum >> fractionBits)))
  }

  /// Calls `body` with the starts and the weights. Enlarging takes two taps everywhere, and the code
  /// for that is worth a copy in which the compiler knows the number.
  @inline(__always)
  func withTaps(
    _ body: (_ starts: UnsafePointer<Int>, _ weights: UnsafePointer<Int32>, _ taps: Int) -> Void
  ) {
    unsafe starts.withUnsafeBufferPointer { starts in
      unsafe weights.withUnsafeBufferPointer { weights in
        guard let starts = starts.baseAddress, let weights = weights.baseAddress else { return }
        if taps == 2 {
          unsafe body(starts, weights, 2)
        } else {
          unsafe body(starts, weights, taps)
        }
      }
    }
  }

  /// The places that the outputs read.
  var reach: Range<Int> { (starts.min() ?? 0)..<((starts.max() ?? 0) + taps) }

  /// - Parameter wanted: which of the `to` outputs.
  init(from: Int, to: Int, _ wanted: Range<Int>) {
    let scale = Double(from) / Double(to)
    let support = max(scale, 1)
    let windows = wanted.map { i in
      let centre = (Double(i) + 0.5) * scale
      let low = max(0, Int(centre - support + 0.5))
      let high = min(from, Int(centre + support + 0.5))
      return (low: low, high: high, centre: centre)
    }
    let taps = windows.map { $0.high - $0.low }.max() ?? 0
    var weights = [Int32](repeating: 0, count: wanted.count * taps)
    var starts = [Int](repeating: 0, count: wanted.count)
    for (i, window) in windows.enumerated() {
      let triangle = (window.low..<window.high).map { x in
        max(0, 1 - abs((Double(x) - window.centre + 0.5) * (1 / support)))
      }
      let total = triangle.reduce(0, +)
      starts[i] = min(window.low, from - taps)
      for (j, weight) in triangle.enumerated() {
        weights[i * taps + (window.low - starts[i]) + j] =
          Int32(0.5 + weight / total * Double(1 << Self.fractionBits))
      }
    }
    (self.taps, self.starts, self.weights) = (taps, starts, weights)
  }
}
