import TensorCore
import Testing

@testable import CPUBackend

/// One dimension of a convolution.
struct FilterCase: Sendable, CustomTestStringConvertible {
  var kernel: Int
  var stride: Int
  var padding: Int
  var extent: Int
  var testDescription: String {
    "\(kernel) taps, stride \(stride), padding \(padding), \(extent) pixels"
  }

  static let all: [FilterCase] = [1, 2, 3, 4, 7].flatMap { stride in
    [1, 2, 3, 4, 5, 6, 7, 9].flatMap { kernel in
      (0...2).flatMap { padding in
        (kernel...12).map {
          FilterCase(kernel: kernel, stride: stride, padding: padding, extent: $0)
        }
      }
    }
  }

  var outputs: Int { (extent + 2 * padding - kernel) / stride + 1 }
  /// Small whole numbers, of which every sum is exact.
  var pixels: [Double] { (0..<extent).map { Double($0 * $0 % 11) - 5 } }
  var taps: [Double] { (0..<kernel).map { Double($0 * 7 % 5) + 1 } }
  var places: [Double] { (0..<outputs).map { Double($0 * 5 % 7) - 3 } }
}

@Suite struct WinogradTests {
  @Test(arguments: FilterCase.all)
  func productsOfSumsAreTheConvolution(_ test: FilterCase) {
    var expected = [Double](repeating: 0, count: test.outputs)
    for output in 0..<test.outputs {
      for tap in 0..<test.kernel {
        let pixel = test.stride * output + tap - test.padding
        if test.pixels.indices.contains(pixel) {
          expected[output] += test.taps[tap] * test.pixels[pixel]
        }
      }
    }
    let filter = MinimalFilter.forward(
      kernel: test.kernel, stride: test.stride, padding: test.padding, outputs: test.outputs)
    #expect((filter == nil) == (test.mostTapsOfAPhase > 3))
    guard let filter else { return }
    #expect(filter.applied(to: test.pixels, taps: test.taps, count: test.outputs) == expected)
    #expect(filter.products == test.productsOfBothOutputs)
  }

  @Test(arguments: FilterCase.all)
  func productsOfSumsAreTheGradientOfTheImage(_ test: FilterCase) {
    var expected = [Double](repeating: 0, count: test.extent)
    for output in 0..<test.outputs {
      for tap in 0..<test.kernel {
        let pixel = test.stride * output + tap - test.padding
        if expected.indices.contains(pixel) {
          expected[pixel] += test.taps[tap] * test.places[output]
        }
      }
    }
    let filter = MinimalFilter.inputGradient(
      kernel: test.kernel, stride: test.stride, padding: test.padding, extent: test.extent)
    #expect((filter == nil) == (test.mostTapsOfAPhase > 3 || test.kernel < test.stride))
    guard let filter else { return }
    #expect(filter.applied(to: test.places, taps: test.taps, count: test.extent) == expected)
  }

  @Test func convolutionsThatOursAreFasterAtAreOurs() throws {
    let builder = GraphBuilder()
    let (x, weight) = (builder.feed("x", [32, 8, 8, 64]), builder.feed("w", [4, 4, 64, 128]))
    let narrow = builder.feed("narrow", [4, 4, 64, 96])
    let even = builder.feed("even", [3, 3, 64, 32])
    let whole = builder.feed("whole", [8, 8, 64, 16])
    let (image, place) = (
      builder.feed("image", [4, 4, 3, 32]), builder.feed("place", [2, 4, 4, 32])
    )
    let geometry = ConvGeometry(
      strideHeight: 2, strideWidth: 2, padTop: 1, padBottom: 1, padLeft: 1, padRight: 1)
    let session = try CPUBackend(threads: 2).makeSession(states: [])
    let graph = builder.finish(
      outputs: [
        ("y", x.convolution(weight, geometry)), ("z", x.convolution(narrow, geometry)),
        (
          "at stride 1",
          x.convolution(
            even,
            ConvGeometry(
              strideHeight: 1, strideWidth: 1, padTop: 1, padBottom: 1, padLeft: 1, padRight: 1))
        ),
        (
          "of the whole image",
          x.convolution(whole, ConvGeometry())
        ),
        (
          "into an image",
          builder.add(.convolutionInputGradient(geometry, height: 8, width: 8), [place, image])
        ),
      ], updates: [])
    let executable = try #require(session.compile(graph) as? CPUExecutable)
    #expect(executable.labels.filter { $0.hasSuffix("36 products a tile") }.count == 1)
    #expect(executable.labels.filter { $0.hasSuffix("16 products a tile") }.count == 1)
    #expect(executable.labels.filter { $0.hasSuffix("by columns") }.count == 1)
    #expect(executable.labels.filter { $0.hasSuffix("as a product") }.count == 1)
    #expect(executable.labels.count == 5)
  }
}

extension FilterCase {
  /// Of the taps that meet pixels of one phase.
  fileprivate var mostTapsOfAPhase: Int { (kernel + stride - 1) / stride }
  /// r + 1 for every phase with r taps.
  fileprivate var productsOfBothOutputs: Int { kernel + min(kernel, stride) }
}

extension MinimalFilter {
  fileprivate func applied(to source: [Double], taps: [Double], count: Int) -> [Double] {
    var target = [Double](repeating: 0, count: count)
    for tile in 0..<tiles {
      for point in points {
        let product = point.parts.reduce(0) { sum, part in
          let pixels = part.source.reduce(0) { sum, term in
            let at = tile * sourceStep + term.at
            return source.indices.contains(at) ? sum + term.factor * source[at] : sum
          }
          return sum + pixels * part.kernel.reduce(0) { $0 + $1.factor * taps[$1.at] }
        }
        for term in point.target {
          let at = tile * targetStep + term.at
          if target.indices.contains(at) { target[at] += term.factor * product }
        }
      }
    }
    return target
  }
}
