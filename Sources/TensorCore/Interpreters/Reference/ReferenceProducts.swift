// Folds, matrix products and convolutions.
extension Reference {
  static func reduce(_ x: Tensor, _ reduction: Reduction, _ axes: [Int]) -> [Double] {
    let strides = x.shape.strides
    let kept = (0..<x.shape.rank).filter { !axes.contains($0) }
    func positions(_ axes: [Int]) -> [Int] {
      Self.positions(Shape(axes.map { x.shape[$0] }), strides: axes.map { strides[$0] })
    }
    let within = positions(axes)
    return positions(kept).map { origin in
      let elements = within.map { x.elements[origin + $0] }
      return switch reduction {
      case .sum: elements.reduce(0, +)
      case .maximum: elements.reduce(-.infinity) { value(.maximum, $0, $1) }
      case .minimum: elements.reduce(.infinity) { value(.minimum, $0, $1) }
      }
    }
  }

  static func matmul(
    _ a: Tensor, _ b: Tensor, _ shape: Shape, _ transposeLeft: Bool, _ transposeRight: Bool
  ) -> [Double] {
    let rank = shape.rank
    let (m, n) = (shape[rank - 2], shape[rank - 1])
    let k = a.shape[transposeLeft ? rank - 2 : rank - 1]
    var result = [Double](repeating: 0, count: shape.count)
    for batch in 0..<shape.count / (m * n) {
      for row in 0..<m {
        for column in 0..<n {
          var sum = 0.0
          for inner in 0..<k {
            let left = transposeLeft ? inner * m + row : row * k + inner
            let right = transposeRight ? column * k + inner : inner * n + column
            sum += a.elements[batch * m * k + left] * b.elements[batch * k * n + right]
          }
          result[(batch * m + row) * n + column] = sum
        }
      }
    }
    return result
  }

  static func convolution(
    _ x: Tensor, _ weight: Tensor, _ y: Shape, _ geometry: ConvGeometry
  ) -> [Double] {
    var result = [Double](repeating: 0, count: y.count)
    forEachTap(geometry, x.shape, weight.shape, y) { xi, wi, yi in
      result[yi] += x.elements[xi] * weight.elements[wi]
    }
    return result
  }

  static func convolutionInputGradient(
    _ y: Tensor, _ weight: Tensor, _ x: Shape, _ geometry: ConvGeometry
  ) -> [Double] {
    var result = [Double](repeating: 0, count: x.count)
    forEachTap(geometry, x, weight.shape, y.shape) { xi, wi, yi in
      result[xi] += y.elements[yi] * weight.elements[wi]
    }
    return result
  }

  static func convolutionWeightGradient(
    _ x: Tensor, _ y: Tensor, _ weight: Shape, _ geometry: ConvGeometry
  ) -> [Double] {
    var result = [Double](repeating: 0, count: weight.count)
    forEachTap(geometry, x.shape, weight, y.shape) { xi, wi, yi in
      result[wi] += x.elements[xi] * y.elements[yi]
    }
    return result
  }

  /// Every triple of positions in x, weight and y that a convolution multiplies.
  private static func forEachTap(
    _ geometry: ConvGeometry, _ x: Shape, _ weight: Shape, _ y: Shape,
    _ body: (_ xi: Int, _ wi: Int, _ yi: Int) -> Void
  ) {
    let (inputs, outputs) = (weight[2], weight[3] / geometry.groups)
    for image in 0..<y[0] {
      for (row, column) in Shape([y[1], y[2]]).places {
        for (kernelRow, kernelColumn) in Shape([weight[0], weight[1]]).places {
          let h =
            row * geometry.strideHeight - geometry.padTop + kernelRow * geometry.dilationHeight
          let w =
            column * geometry.strideWidth - geometry.padLeft + kernelColumn * geometry.dilationWidth
          guard (0..<x[1]).contains(h), (0..<x[2]).contains(w) else { continue }
          let xPixel = ((image * x[1] + h) * x[2] + w) * x[3]
          let yPixel = ((image * y[1] + row) * y[2] + column) * y[3]
          let tap = (kernelRow * weight[1] + kernelColumn) * inputs
          for output in 0..<y[3] {
            let firstInput = output / outputs * inputs
            for input in 0..<inputs {
              body(xPixel + firstInput + input, (tap + input) * y[3] + output, yPixel + output)
            }
          }
        }
      }
    }
  }
}

extension Shape {
  /// The (row, column) pairs of a matrix shape.
  fileprivate var places: [(Int, Int)] {
    (0..<self[0]).flatMap { row in (0..<self[1]).map { (row, $0) } }
  }
}
