import Foundation
import Spec

/// How alike generated images are to each other: MS-SSIM (Wang et al. 2003) between pairs.
///
/// Odena et al. 2017, section 4.3: a mean over pairs of one class that is far above that of real images
/// tells of a generator that makes always the same picture. 1 is equality.
package struct MultiScaleSimilarity: Metric {
  static let pairs = Field.integer(
    "pairs", default: 500, in: .within(1...1_000_000), "Pairs of generated images")
  package static let declaration = Declaration(
    "ms_ssim", "Likeness of generated images to each other: 1 is equality, lower is more diverse",
    details: """
      MS-SSIM (Wang, Simoncelli and Bovik 2003) between pairs of generated images, of one class each \
      where the game has labels: Odena et al. 2017, section 4.3. Gives `ms_ssim` and, by the same \
      protocol, `ms_ssim_real` of real images. Windows are Gaussian, 11×11 with σ = 1.5, K = (0.01, \
      0.03). Of the five scales those are taken in which a window fits (two for 28×28, five from \
      176×176 on), and their weights are scaled to the sum of all five.
      """,
    fields: [pairs.declaration], shorthand: "pairs", example: "ms_ssim: {pairs: 500}")

  let pairs: Int

  package init(_ record: Record) { pairs = record[Self.pairs] }

  package var sampleCount: Int { pairs * 2 }
  package var settings: String { "pairs=\(pairs)" }

  package func numbers(of form: SampleForm) throws(MetricMisfit) -> [String] {
    guard min(form.height, form.width) >= SimilarityScales.window else {
      throw MetricMisfit(
        form.isVector
          ? "ms_ssim compares images, and the samples are vectors"
          : "windows of 11×11 do not fit images of \(form.height)×\(form.width)",
        label: "for images of 11×11 and larger")
    }
    return ["ms_ssim", "ms_ssim_real"]
  }

  package func measure(_ samples: MetricSamples) -> [Double] {
    [mean(samples.generated, samples.threads), mean(samples.real, samples.threads)]
  }

  private func mean(_ set: SampleArray, _ threads: Int) -> Double {
    let pairs = Self.pairs(of: set)
    guard !pairs.isEmpty else { return .nan }
    let scales = SimilarityScales(height: set.form.height, width: set.form.width)
    let images = set.clipped
    let span = set.form.range.high - set.form.range.low
    var sum = 0.0
    for (a, b) in pairs {
      sum += scales.similarity(
        images.plane(a), images.plane(b), channels: set.form.channels, span: span)
    }
    return sum / Double(pairs.count)
  }

  /// Neighbours in the order of the set; where there are classes, neighbours of one class.
  static func pairs(of set: SampleArray) -> [(Int, Int)] {
    var waiting: [Int32: Int] = [:]
    var found: [(Int, Int)] = []
    for index in 0..<set.count {
      let label = set.labels?[index] ?? 0
      if let first = waiting.removeValue(forKey: label) {
        found.append((first, index))
      } else {
        waiting[label] = index
      }
    }
    return found
  }
}

extension SampleArray {
  /// An image with black at 0, one channel after the other.
  fileprivate func plane(_ index: Int) -> [Double] {
    let (size, channels) = (form.height * form.width, form.channels)
    var plane = [Double](repeating: 0, count: size * channels)
    for place in 0..<size {
      for channel in 0..<channels {
        plane[channel * size + place] =
          Double(values[(index * size + place) * channels + channel]) - form.range.low
      }
    }
    return plane
  }
}

/// The scales of MS-SSIM that images of a size have, and the similarity of two of them.
struct SimilarityScales {
  static let window = 11
  private static let sigma = 1.5
  /// Wang et al. 2003, section 3.2.
  private static let weights = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333]
  private static let kernel: [Double] = {
    let weights = (0..<window).map { place in
      exp(-pow(Double(place - window / 2), 2) / (2 * sigma * sigma))
    }
    return weights.map { $0 / weights.reduce(0, +) }
  }()

  private let height: Int
  private let width: Int
  let weights: [Double]

  init(height: Int, width: Int) {
    (self.height, self.width) = (height, width)
    var count = 0
    var side = min(height, width)
    while count < Self.weights.count, side >= Self.window { (count, side) = (count + 1, side / 2) }
    let taken = Self.weights.prefix(count)
    // The published five, which add up to 1.0001, stay as they are.
    let scale = Self.weights.reduce(0, +) / taken.reduce(0, +)
    weights = taken.map { $0 * scale }
  }

  /// - Parameters:
  ///   - a: `[channels, height, width]`, black at 0.
  ///   - span: from black to white.
  func similarity(_ a: [Double], _ b: [Double], channels: Int, span: Double) -> Double {
    let size = height * width
    var sum = 0.0
    for channel in 0..<channels {
      let range = (channel * size)..<((channel + 1) * size)
      sum += similarity(Array(a[range]), Array(b[range]), span: span)
    }
    return sum / Double(channels)
  }

  private func similarity(_ a: [Double], _ b: [Double], span: Double) -> Double {
    var (a, b) = (Plane(height, width, a), Plane(height, width, b))
    var product = 1.0
    for (scale, weight) in weights.enumerated() {
      let (whole, contrast) = Self.similarity(a, b, span: span)
      let isLast = scale == weights.count - 1
      // Where structures are opposed, the factor is 0 rather than no number.
      product *= pow(max(isLast ? whole : contrast, 0), weight)
      if !isLast { (a, b) = (a.halved, b.halved) }
    }
    return product
  }

  /// Means over the windows of an image: of the whole index, and without its luminance.
  private static func similarity(
    _ a: Plane, _ b: Plane, span: Double
  ) -> (whole: Double, contrast: Double) {
    let (c1, c2) = (pow(0.01 * span, 2), pow(0.03 * span, 2))
    let (meanA, meanB) = (a.blurred(kernel), b.blurred(kernel))
    let squareA = a.times(a).blurred(kernel)
    let squareB = b.times(b).blurred(kernel)
    let product = a.times(b).blurred(kernel)
    var (whole, contrast) = (0.0, 0.0)
    for place in meanA.values.indices {
      let (x, y) = (meanA.values[place], meanB.values[place])
      let varianceA = squareA.values[place] - x * x
      let varianceB = squareB.values[place] - y * y
      let covariance = product.values[place] - x * y
      let structure = (2 * covariance + c2) / (varianceA + varianceB + c2)
      contrast += structure
      whole += structure * (2 * x * y + c1) / (x * x + y * y + c1)
    }
    let count = Double(meanA.values.count)
    return (whole / count, contrast / count)
  }
}

/// One channel of an image.
private struct Plane {
  let height: Int
  let width: Int
  let values: [Double]

  init(_ height: Int, _ width: Int, _ values: [Double]) {
    (self.height, self.width, self.values) = (height, width, values)
  }

  func times(_ other: Plane) -> Plane {
    Plane(height, width, zip(values, other.values).map { $0 * $1 })
  }

  /// Windows that lie within the image.
  func blurred(_ kernel: [Double]) -> Plane {
    let (newHeight, newWidth) = (height - kernel.count + 1, width - kernel.count + 1)
    var rows = [Double](repeating: 0, count: height * newWidth)
    for y in 0..<height {
      for x in 0..<newWidth {
        var sum = 0.0
        for tap in kernel.indices { sum += kernel[tap] * values[y * width + x + tap] }
        rows[y * newWidth + x] = sum
      }
    }
    var blurred = [Double](repeating: 0, count: newHeight * newWidth)
    for y in 0..<newHeight {
      for tap in kernel.indices {
        for x in 0..<newWidth {
          blurred[y * newWidth + x] += kernel[tap] * rows[(y + tap) * newWidth + x]
        }
      }
    }
    return Plane(newHeight, newWidth, blurred)
  }

  /// Means of 2×2; an odd last row or column is left out.
  var halved: Plane {
    let (newHeight, newWidth) = (height / 2, width / 2)
    var halves = [Double](repeating: 0, count: newHeight * newWidth)
    for y in 0..<newHeight {
      for x in 0..<newWidth {
        let corner = 2 * y * width + 2 * x
        halves[y * newWidth + x] =
          (values[corner] + values[corner + 1] + values[corner + width]
            + values[corner + width + 1]) / 4
      }
    }
    return Plane(newHeight, newWidth, halves)
  }
}
