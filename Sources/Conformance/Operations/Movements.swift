import TensorCore

extension OpSuite {
  package static let movements = [
    OpCase(name: "broadcast") { trial in
      let shape = trial.shape(rank: 1...4)
      let axes = (0..<shape.rank).filter { _ in Bool.random(using: &trial.random) }
      let from = Shape(axes.map { Bool.random(using: &trial.random) ? shape[$0] : 1 })
      let x = trial.feed(from)
      let repeated = x.broadcast(to: shape, axes: axes)
      trial.output(repeated)
      trial.output(repeated * trial.feed(shape))
      trial.output(trial.feed([shape[shape.rank - 1]]).broadcastChannels(to: shape) + 1)
    },
    OpCase(name: "reshape") { trial in
      let (a, b, c) = (trial.extent(9), trial.extent(9), trial.extent(9))
      let x = trial.feed([a, b, c])
      trial.output(x.reshape([a * b, c]))
      trial.output((x.reshape([c, b * a]) + 1).reshape([a * b * c]).tanh)
      trial.output(x.transpose([2, 0, 1]).reshape([a * b * c]) * 2)
      trial.output(x.transpose([0, 2, 1]).reshape([a, b * c]))
      trial.output(
        trial.feed([b]).broadcast(to: [a, b, c], axes: [1]).reshape([a, b * c])
          + x.reshape([a, b * c]))
    },
    OpCase(name: "transpose") { trial in
      let shape = trial.shape(rank: 2...4)
      let order = Array(0..<shape.rank).shuffled(using: &trial.random)
      let x = trial.feed(shape)
      trial.output(x.transpose(order))
      trial.output(x.transpose(order).exponential)
      trial.output(x.exponential.transpose(order))
      let big = trial.feed([70, 83])
      trial.output(big.transpose([1, 0]) + 1)
      let whole = (0..<shape.count).map { Int32($0) }
      trial.output(trial.feed(HostTensor(shape, whole)).transpose(order))
      trial.output(trial.feed(HostTensor(shape, whole.map { UInt8($0 % 256) })).transpose(order))
    },
    OpCase(name: "slice") { trial in
      let shape = trial.shape(rank: 1...4)
      let start = shape.extents.map { Int.random(in: 0..<$0, using: &trial.random) }
      let limit = zip(start, shape.extents).map {
        Int.random(in: ($0 + 1)...$1, using: &trial.random)
      }
      let step = shape.extents.map { _ in Int.random(in: 1...3, using: &trial.random) }
      let x = trial.feed(shape)
      let part = x.builder.add(.slice(start: start, limit: limit, step: step), [x])
      trial.output(part)
      trial.output(part * part)
      trial.output(x.tanh.builder.add(.slice(start: start, limit: limit, step: step), [x.tanh]))
    },
    OpCase(name: "pad") { trial in
      let shape = trial.shape(rank: 1...4)
      var some: [Int] { shape.extents.map { _ in Int.random(in: 0...2, using: &trial.random) } }
      let (low, high, interior) = (some, some, some)
      let x = trial.feed(shape)
      trial.output(x.builder.add(.pad(low: low, high: high, interior: interior), [x]))
      let turned = x.transpose(Array((0..<shape.rank).reversed()))
      trial.output(
        x.builder.add(
          .pad(low: low.reversed(), high: high.reversed(), interior: interior.reversed()), [turned])
      )
    },
    OpCase(name: "concatenate") { trial in
      let shape = trial.shape(rank: 1...4)
      let axis = Int.random(in: 0..<shape.rank, using: &trial.random)
      var other = shape
      other.extents[axis] = trial.extent(6)
      let (a, b) = (trial.feed(shape), trial.feed(other))
      let zeros = a.builder.constant(0.5, other)
      trial.output(a.concatenated(with: b, zeros, b.tanh, axis: axis))
    },
  ]

  package static let tables = [
    OpCase(name: "gather and scatterAdd") { trial in
      let (rows, width, count) = (trial.extent(9), trial.extent(), trial.extent())
      let picked = (0..<count).map { _ in Int32.random(in: 0..<Int32(rows), using: &trial.random) }
      let indices = trial.feed(HostTensor([count], picked))
      trial.output(trial.feed([rows, width]).gather(indices))
      let updates = trial.feed([count, width])
      trial.output(updates.builder.add(.scatterAdd(rows: rows), [updates, indices]))
      trial.output(trial.feed([width, rows]).transpose([1, 0]).gather(indices))
    }
  ]

  package static let folds =
    Reduction.allCases.map { reduction in
      OpCase(name: "reduce \(reduction.rawValue)", tolerance: 1e-5) { trial in
        let shape = trial.shape(rank: 1...4)
        let axes = (0..<shape.rank).filter { _ in Bool.random(using: &trial.random) }
        let x = trial.feed(shape)
        trial.output(x.builder.add(.reduce(reduction, axes: axes), [x]))
        trial.output(
          (x * x).builder.add(.reduce(reduction, axes: Array(0..<shape.rank)), [x * x + 1]))
      }
    }
    + [
      OpCase(name: "folds of every layout", tolerance: 1e-5) { trial in
        let sizes: [Shape] = [
          [3, 50_001], [50_001, 3], [700, 96], [2, 300, 129], [20, 40, 50], [1, 65_536],
          [33, 7, 2, 90],
        ]
        let shape = sizes[Int.random(in: 0..<sizes.count, using: &trial.random)]
        let x = trial.feed(shape)
        for axis in 0..<shape.rank {
          trial.output((x * x - 1).sum(axes: [axis]))
          trial.output(x.reduceMaximum(axes: [axis]))
        }
        trial.output(x.squared.sum())
        trial.output(x.mean(axes: Array(0..<shape.rank - 1)))
        if shape.rank == 4 { trial.output(x.sum(axes: [0, 2])) }
        if shape.rank == 4 { trial.output(x.sum(axes: [1, 3])) }
      }
    ]
}
