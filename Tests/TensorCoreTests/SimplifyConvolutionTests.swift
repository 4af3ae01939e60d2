import Testing

@testable import TensorCore

/// A convolution of an image whose pixels are repeated.
private struct Enlarged: CustomTestStringConvertible, Sendable {
  var batch = 1
  var size = [16, 16]
  var factor = [2, 2]
  var channels = (from: 16, to: 2)
  var kernel = [3, 3]
  var geometry = ConvGeometry(padTop: 1, padBottom: 1, padLeft: 1, padRight: 1)

  var testDescription: String {
    "\(batch) × \(size) × \(factor), \(kernel), \(channels.from) to \(channels.to), \(geometry)"
  }

  func image(_ x: Value) -> Value {
    let (rows, columns) = (size[0] * factor[0], size[1] * factor[1])
    return x.broadcast(
      to: [batch, size[0], factor[0], size[1], factor[1], channels.from], axes: [0, 1, 3, 5]
    ).reshape([batch, rows, columns, channels.from])
  }

  /// The convolution, both its gradients, and theirs again.
  func graph(simplifying: Bool, hiding: Bool = false) -> Graph {
    let builder = GraphBuilder(simplifying: simplifying)
    let x = builder.feed("x", [batch, size[0], size[1], channels.from])
    let w = builder.feed(
      "w", [kernel[0], kernel[1], channels.from / geometry.groups, channels.to])
    let large = hiding ? builder.hide(image(x)) : image(x)
    let y = large.convolution(w, geometry)
    let first = builder.gradient(
      of: (y * builder.feed("c", y.shape) + y.squared * 0.5).sum(), withRespectTo: [x, w])
    let total = first.map { $0.squared.sum() }.reduce(builder.constant(0)) { $0 + $1 }
    let second = builder.gradient(of: total, withRespectTo: [x, w])
    return builder.finish(
      outputs: zip(["y", "x", "w", "xx", "ww"], [y] + first + second).map { ($0, $1) }, updates: [])
  }

  /// With what the convolution becomes.
  static let rewritten = [
    (Enlarged(), ConvGeometry(2, 2, pads: 1, 1, 1, 1)),
    (
      Enlarged(
        size: [24, 12], factor: [2, 4], kernel: [5, 3],
        geometry: ConvGeometry(pads: 4, 0, 0, 2)), ConvGeometry(2, 4, pads: 0, 4, 2, 0)
    ),
    (
      Enlarged(
        batch: 5, size: [7, 11], factor: [3, 2], kernel: [2, 5], geometry: ConvGeometry()),
      ConvGeometry(3, 2, pads: 1, 1, 4, 4)
    ),
    (Enlarged(size: [33, 11], factor: [1, 3]), ConvGeometry(1, 3, pads: 1, 1, 1, 1)),
  ]
  static let left = [
    Enlarged(size: [15, 15]), Enlarged(size: [4, 4], factor: [8, 8]),
    Enlarged(size: [33, 33], factor: [1, 1]),
    Enlarged(size: [32, 32], kernel: [1, 1], geometry: ConvGeometry()),
    Enlarged(channels: (from: 15, to: 2)),
    Enlarged(geometry: ConvGeometry(pads: 3, 1, 1, 1)),
    Enlarged(geometry: ConvGeometry(pads: 1, 3, 1, 1)),
    Enlarged(geometry: ConvGeometry(pads: 1, 1, 3, 1)),
    Enlarged(geometry: ConvGeometry(pads: 1, 1, 1, 3)),
    Enlarged(size: [40, 40], geometry: ConvGeometry(2, 2, pads: 1, 1, 1, 1)),
    Enlarged(size: [20, 20], geometry: ConvGeometry(dilationHeight: 2, dilationWidth: 2)),
    Enlarged(size: [20, 20], channels: (from: 32, to: 2), geometry: ConvGeometry(groups: 2)),
  ]
}

extension ConvGeometry {
  fileprivate init(
    _ strideHeight: Int = 1, _ strideWidth: Int = 1, pads top: Int, _ bottom: Int, _ left: Int,
    _ right: Int
  ) {
    self.init(
      strideHeight: strideHeight, strideWidth: strideWidth, padTop: top, padBottom: bottom,
      padLeft: left, padRight: right)
  }
}

extension Graph {
  fileprivate func op(of output: String) -> Op? {
    outputs.first { $0.name == output }.map { nodes[$0.node].op }
  }
}

@Suite struct SimplifyConvolutionTests {
  @Test(arguments: Enlarged.rewritten)
  fileprivate func aConvolutionOfAnEnlargedImageIsOneOfTheSmallOne(
    _ enlarged: Enlarged, _ geometry: ConvGeometry
  ) throws {
    let plain = enlarged.graph(simplifying: false), simple = enlarged.graph(simplifying: true)
    #expect(simple.problems() == [])
    guard case .convolutionInputGradient(geometry, _, _)? = simple.op(of: "y") else {
      Issue.record("\(String(describing: simple.op(of: "y")))")
      return
    }
    #expect(simple.operationCount < plain.operationCount)
    var feeds: [String: [Double]] = [:]
    for input in plain.inputs(.feed) {
      feeds[input.name] = noise(input.type.shape.count, seed: UInt64(feeds.count))
    }
    let wanted = try Reference.evaluate(plain, feeds: feeds).outputs
    let seen = try Reference.evaluate(simple, feeds: feeds).outputs
    for (name, values) in wanted {
      let scale = values.map(abs).max() ?? 0
      let worst = zip(values, seen[name] ?? []).map { abs($0 - $1) }.max() ?? .nan
      #expect(scale > 0 && worst <= 1e-12 * scale, "\(name): \(worst) of \(scale)")
    }
  }

  @Test(arguments: Enlarged.left)
  fileprivate func otherConvolutionsStay(_ enlarged: Enlarged) {
    let graph = enlarged.graph(simplifying: true)
    #expect(graph.op(of: "y") == .convolution(enlarged.geometry))
  }

  /// Who wants the gradient in the enlarged image must find it in the graph.
  @Test func aHiddenImageStays() {
    let graph = Enlarged().graph(simplifying: true, hiding: true)
    #expect(graph.op(of: "y") == .convolution(Enlarged().geometry))
  }
}
