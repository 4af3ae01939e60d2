import Conformance
import TensorCore
import Testing

@testable import CPUBackend

/// A convolution at weights of mean 0 and pixels that are not, as behind a relu.
struct RoundingCase: Sendable, CustomTestStringConvertible {
  var kind: String
  var samples = 1
  var extent: Int
  var channels: Int
  var kernel: Int
  var stride = 1
  var outputs: Int
  /// In roundings of single precision, 2^-24 of the outputs' root mean square.
  var limit: Double

  var testDescription: String {
    "\(kind): \(samples) of \(extent)×\(extent)×\(channels), \(outputs) of \(kernel)×\(kernel) at stride \(stride)"
  }

  /// With 256 products in a chain, and oneDNN first, they were 3.4, 3.9, 2.1, 3.9, 5.2, 5.0, 6.9 and 5.0.
  static let all = [
    RoundingCase(kind: "by columns", extent: 30, channels: 3, kernel: 7, outputs: 64, limit: 0.6),
    RoundingCase(
      kind: "by columns", samples: 2, extent: 30, channels: 3, kernel: 7, outputs: 64, limit: 0.6),
    RoundingCase(
      kind: "by columns", extent: 32, channels: 3, kernel: 4, stride: 2, outputs: 64, limit: 0.6),
    RoundingCase(
      kind: "of few places", extent: 34, channels: 64, kernel: 4, stride: 2, outputs: 128,
      limit: 2.8),
    RoundingCase(
      kind: "of few places", extent: 34, channels: 128, kernel: 4, stride: 2, outputs: 256,
      limit: 2.8),
    RoundingCase(
      kind: "of few places", extent: 4, channels: 512, kernel: 4, stride: 2, outputs: 512,
      limit: 2.8),
    RoundingCase(
      kind: "16 products a tile", extent: 18, channels: 256, kernel: 3, outputs: 256, limit: 4.5),
    RoundingCase(
      kind: "36 products a tile", samples: 2, extent: 18, channels: 128, kernel: 4, stride: 2,
      outputs: 256, limit: 4.5),
  ]
}

/// How far convolutions are from those in double precision: nothing else in a network rounds as much.
@Suite struct RoundingTests {
  @Test(arguments: RoundingCase.all)
  func sumsAreRoundedLittle(_ test: RoundingCase) throws {
    var random = SplitMix(state: 11)
    let (n, channels, outputs) = (
      test.samples * test.extent * test.extent, test.channels, test.outputs
    )
    let image = (0..<n * channels).map { _ in Float.random(in: -0.5...2.5, using: &random) }
    let weights = (0..<test.kernel * test.kernel * channels * outputs).map { _ in
      Float.random(in: -0.04...0.04, using: &random)
    }
    let builder = GraphBuilder()
    let x = builder.feed("x", [test.samples, test.extent, test.extent, channels])
    let y = x.convolution(
      builder.feed("w", [test.kernel, test.kernel, channels, outputs]),
      ConvGeometry(strideHeight: test.stride, strideWidth: test.stride))
    let session = try CPUBackend(threads: 2).makeSession(states: [])
    let executable = try #require(
      session.compile(builder.finish(outputs: [("y", y)], updates: [])) as? CPUExecutable)
    #expect(executable.labels.contains { $0.hasSuffix(test.kind) })
    try executable.feed("x", array: image)
    try executable.feed("w", array: weights)
    try executable.run()
    let found = try executable.output("y").floats

    let (rows, columns) = (y.shape[1], y.shape[2])
    var (errors, sizes) = (0.0, 0.0)
    for _ in 0..<400 {
      let at = Int.random(in: found.indices, using: &random)
      let (place, output) = (at / outputs, at % outputs)
      let (sample, row, column) = (
        place / columns / rows, place / columns % rows, place % columns
      )
      var exact = 0.0
      for i in 0..<test.kernel {
        for j in 0..<test.kernel {
          let (top, left) = (row * test.stride + i, column * test.stride + j)
          let pixel = (sample * test.extent + top) * test.extent + left
          let tap = i * test.kernel + j
          for c in 0..<channels {
            exact +=
              Double(image[pixel * channels + c])
              * Double(weights[(tap * channels + c) * outputs + output])
          }
        }
      }
      errors += (Double(found[at]) - exact) * (Double(found[at]) - exact)
      sizes += exact * exact
    }
    let rounding = (errors / sizes).squareRoot() * 0x1p24
    #expect(rounding < test.limit)
  }
}
