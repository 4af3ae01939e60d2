import TensorCore

extension OpSuite {
  private static func domain(_ function: Unary) -> ClosedRange<Float> {
    switch function {
    case .logarithm, .squareRoot, .reciprocalSquareRoot, .reciprocal: 0.1...9
    case .logarithmOnePlus: -0.9...9
    case .negate, .absolute, .sign, .floor, .exponential, .exponentialMinusOne, .tanh, .sigmoid,
      .softplus, .exponentialLinear:
      -9...9
    }
  }
  package static let unary = Unary.allCases.map { function in
    OpCase(name: function.rawValue) { trial in
      let x = trial.feed(trial.shape(), in: domain(function))
      trial.output(x.builder.add(.unary(function), [x]))
    }
  }
  package static let binary = Binary.allCases.map { function in
    OpCase(name: function.rawValue) { trial in
      let shape = trial.shape()
      let positive: ClosedRange<Float> = 0.2...3
      let range = function == .divide || function == .power ? positive : -3...3
      let (a, b) = (trial.feed(shape, in: range), trial.feed(shape, in: range))
      trial.output(a.builder.add(.binary(function), [a, b]))
      let number = a.builder.constant(1.7, shape)
      trial.output(a.builder.add(.binary(function), [a, number]))
      trial.output(a.builder.add(.binary(function), [number, b]))
      let scalar = trial.feed([], in: range).broadcast(to: shape)
      trial.output(a.builder.add(.binary(function), [scalar, b]))
      trial.output(a.builder.add(.binary(function), [scalar, number]))
    }
  }
  package static let comparisons = Comparison.allCases.map { relation in
    OpCase(name: relation.rawValue) { trial in
      let shape = trial.shape()
      let (a, b) = (trial.feed(shape).floor, trial.feed(shape).floor)
      trial.output(a.compared(relation, to: b))
      trial.output(a.compared(relation, to: 1))
    }
  }
  package static let elements = [
    OpCase(name: "select") { trial in
      let shape = trial.shape()
      let (a, b) = (trial.feed(shape), trial.feed(shape))
      let mask = trial.feed(shape).compared(.greater, to: 0)
      trial.output(mask.select(a, else: b))
      trial.output(mask.select(a, else: a.builder.constant(0)))
      trial.output(mask.select(a.builder.constant(3), else: b))
      trial.output(mask.select(a.builder.constant(3), else: a.builder.constant(-1)))
      trial.output(trial.feed([]).broadcast(to: shape).select(a, else: b))
    },
    OpCase(name: "what is not a number stays so") { trial in
      let x = trial.feed(HostTensor([3], [Float.nan, 1, -1]))
      trial.output(x.maximum(0))
      trial.output(x.builder.constant(0, [3]).maximum(x))
      trial.output(x.minimum(0))
      trial.output(x.sum())
      trial.output(x.reduceMaximum(axes: [0]))
      trial.output(x.compared(.notEqual, to: x))
    },
    OpCase(name: "convert") { trial in
      let shape = trial.shape()
      let floats = trial.feed(shape, in: -300...600)
      let wide = trial.numbers(shape.count, in: -1e6...1e6).map { Int32($0) }
      let narrow = trial.numbers(shape.count, in: 0...255).map { UInt8($0) }
      let (ints, bytes) = (
        trial.feed(HostTensor(shape, wide)), trial.feed(HostTensor(shape, narrow))
      )
      for value in [floats, ints, bytes] {
        for dtype in DType.allCases { trial.output(value.converted(to: dtype)) }
      }
      let far = trial.feed(
        HostTensor(
          [9], [.nan, .infinity, -.infinity, 3e9, -3e9, 0x1p31, 255.9, -0.5, 2.5e9] as [Float]))
      for dtype in DType.allCases { trial.output(far.converted(to: dtype)) }
      trial.output(bytes.converted(to: .float32) / 127.5 - 1)
      trial.output((floats * 2).converted(to: .int32).converted(to: .float32) + floats)
      trial.output(ints.reshape([shape.count]).converted(to: .float32).sum())
    },
    OpCase(name: "iota and constants") { trial in
      let shape = trial.shape(rank: 1...3)
      for axis in 0..<shape.rank {
        trial.output(trial.builder.add(.iota(axis: axis, shape: shape)))
      }
      trial.output(trial.builder.constant(2.5, shape))
      trial.output(trial.builder.constant(2.5, shape).sum() + trial.feed([]))
    },
    OpCase(name: "random", tolerance: 2e-7) { trial in
      let words = (0..<3).map { _ in Int32.random(in: .min ... .max, using: &trial.random) }
      let key = trial.feed(HostTensor([3], words))
      let shape = trial.shape(rank: 1...3)
      for distribution in Distribution.allCases {
        trial.output(key.builder.add(.random(distribution, stream: 77, shape: shape), [key]))
      }
      let long: Shape = [5003]
      trial.output(key.builder.add(.random(.normal, stream: 1, shape: long), [key]))
    },
  ]
}
