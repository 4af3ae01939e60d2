import CPUBackend
import Foundation
import TensorCore
import Testing

@testable import ModelBuilder

@Suite struct NormalizationTests {
  /// Sums of many numbers are rounded often; against the little spread of an even picture that is much. What
  /// is left is the rounding of the mean and of what it is taken from.
  @Test
  func evenPicturesAreNormalisedAsExactlyAsOthers() throws {
    let shape: Shape = [1, 256, 256, 2]
    let picture = (0..<shape.count).map { Float(1.3 + 1e-3 * sin(Double($0))) }
    let builder = GraphBuilder()
    let normal = builder.feed("picture", shape).standardized(axes: [1, 2], epsilon: 1e-5)
    let session = try CPUBackend(threads: 1).makeSession(states: [])
    let executable = try session.compile(builder.finish(outputs: [("normal", normal)], updates: []))
    try executable.feed("picture", HostTensor(shape, picture))
    try executable.run()
    let found = try executable.output("normal").doubles
    for channel in 0..<2 {
      let places = Array(stride(from: channel, to: shape.count, by: 2))
      let count = Double(places.count)
      let mean = places.reduce(0) { $0 + Double(picture[$1]) } / count
      let variance = places.reduce(0) { $0 + pow(Double(picture[$1]) - mean, 2) } / count
      let worst = places.map { place in
        abs(found[place] - (Double(picture[place]) - mean) / sqrt(variance + 1e-5))
      }.max()
      #expect(try #require(worst) < Double(Float.ulpOfOne) / sqrt(variance + 1e-5))
    }
  }
}
