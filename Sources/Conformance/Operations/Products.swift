import TensorCore

extension OpSuite {
  package static let products = [
    OpCase(name: "matmul", tolerance: 1e-5) { trial in
      let lead = (0..<Int.random(in: 0...2, using: &trial.random)).map { _ in trial.extent(4) }
      let (m, n, k) = (trial.extent(), trial.extent(), trial.extent())
      let (left, right) = (
        Bool.random(using: &trial.random), Bool.random(using: &trial.random)
      )
      let a = trial.feed(Shape(lead + (left ? [k, m] : [m, k])))
      let b = trial.feed(Shape(lead + (right ? [n, k] : [k, n])))
      trial.output(a.matmul(b, transposeLeft: left, transposeRight: right))
    },
    OpCase(name: "matmul of views", tolerance: 1e-5) { trial in
      let (m, n, k) = (trial.extent(), trial.extent(), trial.extent())
      let a = trial.feed([k, m]).transpose([1, 0])
      trial.output(a.matmul(trial.feed([k, n])))
      trial.output(trial.feed([m, k + 3]).slice(axis: 1, 2..<(k + 2)).matmul(trial.feed([k, n])))
      trial.output(
        trial.feed([2 * m, k]).slice(axis: 0, 0..<(2 * m), step: 2).matmul(trial.feed([k, n])))
      trial.output(
        trial.feed([m, 2 * k]).slice(axis: 1, 0..<(2 * k), step: 2).matmul(trial.feed([k, n])))
      trial.output(trial.feed([k]).broadcastChannels(to: [m, k]).matmul(trial.feed([k, n])))
      trial.output(a.matmul(a.builder.constant(1, [k, n])))
      trial.output(trial.feed([m, 2, k]).transpose([1, 0, 2]).matmul(trial.feed([2, k, n])))
    },
  ]

  /// A geometry with strides, dilation and padding that differ by side, and images that fit it.
  private struct Setting {
    var geometry = ConvGeometry()
    var x: Shape
    var weight: Shape
    var y: Shape

    init(_ trial: inout GraphTrial) {
      func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &trial.random) }
      geometry.groups = [1, 1, 2, 3][pick(0...3)]
      let (inputs, outputs) = (pick(1...5) * geometry.groups, pick(1...5) * geometry.groups)
      let (kernelHeight, kernelWidth) = (pick(1...4), pick(1...4))
      (geometry.strideHeight, geometry.strideWidth) = (pick(1...3), pick(1...3))
      (geometry.dilationHeight, geometry.dilationWidth) = (pick(1...2), pick(1...2))
      (geometry.padTop, geometry.padBottom) = (pick(0...2), pick(0...2))
      (geometry.padLeft, geometry.padRight) = (pick(0...2), pick(0...2))
      var height = pick(1...9)
      while geometry.outputHeight(height, kernel: kernelHeight) < 1 { height += 1 }
      var width = pick(1...9)
      while geometry.outputWidth(width, kernel: kernelWidth) < 1 { width += 1 }
      let batch = pick(1...3)
      x = [batch, height, width, inputs]
      weight = [kernelHeight, kernelWidth, inputs / geometry.groups, outputs]
      y = [
        batch, geometry.outputHeight(height, kernel: kernelHeight),
        geometry.outputWidth(width, kernel: kernelWidth), outputs,
      ]
    }
  }

  package static let convolutions = [
    OpCase(name: "the three convolutions", tolerance: 1e-5) { trial in
      for _ in 0..<4 {
        let setting = Setting(&trial)
        let (x, weight) = (trial.feed(setting.x), trial.feed(setting.weight))
        let y = trial.feed(setting.y)
        trial.output(x.convolution(weight, setting.geometry))
        trial.output(
          x.builder.add(
            .convolutionInputGradient(
              setting.geometry, height: setting.x[1], width: setting.x[2]), [y, weight]))
        trial.output(
          x.builder.add(
            .convolutionWeightGradient(
              setting.geometry, height: setting.weight[0], width: setting.weight[1]), [x, y]))
      }
    },
    OpCase(name: "convolutions of wide images", tolerance: 1e-5) { trial in
      let geometry = ConvGeometry(
        strideHeight: 2, strideWidth: 2, padTop: 1, padBottom: 1, padLeft: 1, padRight: 1)
      let (x, weight) = (trial.feed([2, 8, 8, 16]), trial.feed([4, 4, 16, 32]))
      let y = x.convolution(weight, geometry)
      trial.output(y)
      trial.output(
        x.builder.add(.convolutionInputGradient(geometry, height: 8, width: 8), [y, weight]))
      trial.output(
        x.builder.add(.convolutionWeightGradient(geometry, height: 4, width: 4), [x, y]))
    },
    // Of odd channels and places, in tiles that reach over the edge and in several blocks of them.
    OpCase(name: "convolutions with a stride", tolerance: 1e-5) { trial in
      func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &trial.random) }
      let strideWidth = pick(2...3)
      trial.convolutions(
        ConvGeometry(
          strideHeight: 2, strideWidth: strideWidth, padTop: pick(0...2), padBottom: 1,
          padLeft: pick(0...2)),
        weight: [pick(3...4), strideWidth + pick(0...2), pick(15...18), pick(15...34)],
        x: [pick(30...40), pick(6...7), pick(8...10)])
    },
    OpCase(name: "what convolutions of enlarged images become", tolerance: 1e-5) { trial in
      for (factor, taps) in [(2, 3), (4, 3), (2, 5), (7, 3), (8, 3)] {
        let size = taps + factor - 1
        trial.convolutions(
          ConvGeometry(
            strideHeight: factor, strideWidth: factor, padTop: 1, padBottom: taps - 2, padLeft: 0,
            padRight: taps - 1),
          weight: [size, size, Int.random(in: 8...20, using: &trial.random), 16],
          x: [2, 3 * factor, 3 * factor])
      }
    },
    OpCase(name: "convolutions of three taps", tolerance: 1e-5) { trial in
      func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &trial.random) }
      trial.convolutions(
        ConvGeometry(
          padTop: pick(0...2), padBottom: pick(0...2), padLeft: pick(0...2), padRight: pick(0...2)),
        weight: [3, 3, pick(1...50), pick(1...50)], x: [pick(14...18), pick(5...8), pick(6...9)])
      trial.convolutions(
        ConvGeometry(padTop: 1, padBottom: 1, padLeft: 1, padRight: 1),
        weight: [3, 3, pick(257...270), pick(70...80)], x: [1, pick(4...6), pick(4...6)])
    },
    OpCase(name: "convolutions of images of few channels", tolerance: 1e-5) { trial in
      func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &trial.random) }
      for _ in 0..<3 {
        trial.convolutions(
          ConvGeometry(
            strideHeight: pick(1...3), strideWidth: pick(1...3), padTop: pick(0...2),
            padLeft: pick(0...3)),
          weight: [pick(1...5), pick(1...5), pick(1...4), pick(16...40)],
          x: [pick(1...3), pick(6...19), pick(6...19)])
      }
      // In double precision, too many taps for products of sums.
      for samples in [1, 3] {
        trial.convolutions(
          ConvGeometry(
            strideHeight: pick(1...2), strideWidth: pick(1...2), padTop: pick(0...3),
            padBottom: pick(0...1), padLeft: pick(0...4), padRight: pick(0...2)),
          weight: [pick(7...8), pick(7...8), pick(2...4), pick(16...40)],
          x: [samples, pick(9...19), pick(9...40)])
      }
      // In several runs of places.
      trial.convolutions(
        ConvGeometry(strideHeight: 2, strideWidth: 2, padTop: 1, padBottom: 1, padLeft: 1),
        weight: [4, 4, pick(1...3), pick(16...20)], x: [pick(9...11), 33, pick(30...34)])
    },
    OpCase(name: "convolutions into images of few channels", tolerance: 1e-5) { trial in
      func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &trial.random) }
      for _ in 0..<3 {
        trial.convolutions(
          ConvGeometry(
            padTop: pick(0...5), padBottom: pick(0...3), padLeft: pick(0...5), padRight: pick(0...3)
          ),
          weight: [pick(1...5), pick(2...5), pick(16...40), pick(1...4)],
          x: [pick(1...3), pick(6...19), pick(6...19)])
      }
      trial.convolutions(
        ConvGeometry(padTop: 1, padBottom: 1, padLeft: 1, padRight: 1),
        weight: [3, 3, pick(16...20), pick(1...3)], x: [pick(4...6), 33, pick(30...34)])
    },
    // What misses by a row, at the top or the bottom, or by a gap between taps, is another convolution.
    OpCase(name: "convolutions that cover their image", tolerance: 1e-5) { trial in
      func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &trial.random) }
      for samples in [1, pick(2...9)] {
        for (top, left) in [(0, 0), (1, 0), (0, 1)] {
          let (height, width, channels) = (pick(2...5), pick(2...5), pick(17...20))
          trial.convolutions(
            ConvGeometry(
              strideHeight: 2, strideWidth: 2, padTop: top, padBottom: top == 0 ? pick(0...1) : 0,
              padLeft: left),
            weight: [height, width, channels, pick(16...40)],
            x: [samples, height, width, channels])
        }
      }
      trial.convolutions(
        ConvGeometry(
          strideHeight: 2, strideWidth: 2, padBottom: 1, padRight: 1, dilationHeight: 2,
          dilationWidth: 2),
        weight: [2, 2, 18, 20], x: [3, 2, 2, 18])
    },
    OpCase(name: "weight gradients of many places", tolerance: 1e-5) { trial in
      func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &trial.random) }
      for isWide in [false, true] {
        var geometry = ConvGeometry()
        geometry.groups = pick(1...2)
        (geometry.strideHeight, geometry.strideWidth) = (pick(1...2), pick(1...2))
        (geometry.dilationHeight, geometry.dilationWidth) = (pick(1...2), pick(1...2))
        // Rows that see nothing but padding, now and then more than are added up at once.
        (geometry.padTop, geometry.padBottom) = (pick(0...1) * 55, pick(0...1) * 55)
        geometry.padLeft = pick(0...2)
        let weight: Shape = [pick(1...3), pick(1...3), pick(1...2), 2 * geometry.groups]
        let x: Shape =
          isWide
          ? [2, pick(120...180), pick(180...200), weight[2] * geometry.groups]
          : [pick(5...9), pick(40...60), pick(40...60), weight[2] * geometry.groups]
        let y: Shape = [
          x[0], geometry.outputHeight(x[1], kernel: weight[0]),
          geometry.outputWidth(x[2], kernel: weight[1]), weight[3],
        ]
        let (image, slope) = (trial.feed(x), trial.feed(y))
        trial.output(
          image.builder.add(
            .convolutionWeightGradient(geometry, height: weight[0], width: weight[1]),
            [image, slope]))
      }
    },
    // Of an even picture every product is the same, and so is the rounding of every sum.
    OpCase(name: "weight gradients of even pictures", tolerance: 5e-6) { trial in
      for (samples, size) in [(64, 32), (1, 256)] {
        let x: Shape = [samples, size, size, 2]
        let geometry = ConvGeometry(padTop: 1, padBottom: 1, padLeft: 1, padRight: 1)
        let image = trial.feed(HostTensor(x, (0..<x.count).map { _ in Float(0.7) }))
        let slope = trial.feed([samples, size, size, 8], in: 0.1...0.1001)
        trial.output(
          image.builder.add(
            .convolutionWeightGradient(geometry, height: 3, width: 3), [image, slope]))
      }
    },
  ]

  package static let fewPlaces =
    OpCase(name: "convolutions of few places", tolerance: 1e-5) { trial in
      func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &trial.random) }
      for samples in [1, 2, 7] {
        var geometry = ConvGeometry(
          strideHeight: pick(1...2), strideWidth: pick(1...3), padTop: pick(0...2), padBottom: 1,
          padLeft: pick(0...2), padRight: pick(0...1))
        (geometry.dilationHeight, geometry.dilationWidth) = (pick(1...2), pick(1...2))
        trial.convolutions(
          geometry, weight: [pick(1...3), pick(1...3), pick(1...40), 32 * pick(1...2)],
          x: [samples, pick(5...6), pick(5...6)])
      }
      trial.convolutions(
        ConvGeometry(
          strideHeight: 2, strideWidth: 2, padTop: 1, padBottom: 1, padLeft: 1, padRight: 1),
        weight: [4, 4, pick(257...260), 64], x: [1, 2, 2])
      // Of one sample, in bands of rows.
      trial.convolutions(
        ConvGeometry(
          strideHeight: 2, strideWidth: 2, padTop: pick(0...2), padBottom: 1, padLeft: pick(0...2),
          padRight: 1),
        weight: [pick(3...4), pick(3...4), pick(1...20), 32], x: [1, pick(20...30), pick(20...60)])
    }

  package static let windows = [
    OpCase(name: "windows") { trial in
      func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &trial.random) }
      let window = Window(
        height: pick(2...3), width: pick(2...3), strideHeight: pick(1...3),
        strideWidth: pick(1...3),
        padTop: pick(0...1), padBottom: pick(0...1), padLeft: pick(0...1), padRight: pick(0...1))
      let x = trial.feed([pick(1...3), pick(3...9), pick(3...9), trial.extent(20)])
      let sum = x.builder.add(.windowSum(window), [x])
      let y = trial.feed(sum.shape)
      trial.output(sum)
      trial.output(
        x.builder.add(.windowSumGradient(window, height: x.shape[1], width: x.shape[2]), [y]))
      // Equal elements on purpose: the first of them counts.
      let steps = x.floor
      trial.output(x.builder.add(.windowMaximum(window), [steps]))
      trial.output(x.builder.add(.windowMaximumGradient(window), [steps, y]))
      trial.output(x.builder.add(.windowMaximumSelect(window), [steps, x]))
    }
  ]
}

extension GraphTrial {
  /// All three, of an image without its channels.
  fileprivate mutating func convolutions(_ geometry: ConvGeometry, weight: Shape, x: Shape) {
    let x = [x[0], x[1], x[2], weight[2]] as Shape
    let y: Shape = [
      x[0], geometry.outputHeight(x[1], kernel: weight[0]),
      geometry.outputWidth(x[2], kernel: weight[1]), weight[3],
    ]
    let (image, kernel, slope) = (feed(x), feed(weight), feed(y))
    output(image.convolution(kernel, geometry))
    // The same weights, and others that look alike.
    output(feed([2, x[1] + 1, x[2], x[3]]).convolution(kernel, geometry))
    output(image.convolution(feed(weight), geometry))
    output(
      image.builder.add(
        .convolutionInputGradient(geometry, height: x[1], width: x[2]), [slope, kernel]))
    output(
      image.builder.add(
        .convolutionWeightGradient(geometry, height: weight[0], width: weight[1]), [image, slope]))
  }
}
