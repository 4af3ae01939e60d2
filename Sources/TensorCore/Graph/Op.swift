/// The closed set of tensor operations.
///
/// Every interpreter (shape rule, gradient, reference, CPU, text, cost) is an exhaustive `switch`
/// over this type with no `default:`, so a new case makes the compiler list what is missing.
/// Images are `[batch, height, width, channels]`; convolution weights are
/// `[kernelHeight, kernelWidth, inputChannels / groups, outputChannels]`.
package enum Op: Hashable, Sendable {
  // Leaves
  /// A value that comes in: fed at each execution, or a named state that lives between executions.
  case input(name: String, role: InputRole, type: TensorType)
  /// One float32 number, as a scalar; larger constants are its broadcast.
  case constant(Double)
  /// 0, 1, 2 … along `axis`, in float32.
  case iota(axis: Int, shape: Shape)
  /// `random(key)`: element `i` is a pure function of (key, stream, i): see ``Philox``.
  /// `key` is int32 `[3]`: seed low, seed high, step.
  case random(Distribution, stream: UInt32, shape: Shape)

  // Element by element; all operands have one shape
  case unary(Unary)
  case binary(Binary)
  /// 1 where the relation holds, 0 elsewhere, in float32.
  case compare(Comparison)
  /// `select(mask, a, b)`: `a` where `mask` is not 0, else `b`.
  case select
  /// To an integer type: towards zero, saturating, NaN to 0.
  case convert(DType)

  // Moving elements
  /// Operand axis `k` becomes result axis `axes[k]` (extent equal, or 1); other axes repeat.
  case broadcast(to: Shape, axes: [Int])
  case reshape(Shape)
  /// Result axis `k` is operand axis `permutation[k]`.
  case transpose([Int])
  /// Elements `start, start + step … < limit` along every axis.
  case slice(start: [Int], limit: [Int], step: [Int])
  /// Zeros before, after and (`interior` of them) between the elements along every axis.
  case pad(low: [Int], high: [Int], interior: [Int])
  case concatenate(axis: Int)
  /// Rows of a table `[rows, width]` by int32 indices `[n]`: `[n, width]`. An index outside the
  /// table is an error when it is executed.
  case gather
  /// The adjoint of `gather`: `scatterAdd(updates [n, width], indices [n])` is `[rows, width]`.
  case scatterAdd(rows: Int)

  // Folding
  /// Folds away `axes`, which leave the shape.
  case reduce(Reduction, axes: [Int])
  /// `[…, m, k] · […, k, n]` with equal leading axes; each side may be stored transposed.
  case matmul(transposeLeft: Bool, transposeRight: Bool)

  // The three convolutions: each is a derivative of the others
  /// `(x [n, h, w, ci], weight) → y [n, oh, ow, co]`
  case convolution(ConvGeometry)
  /// `(y, weight) → x`: the transposed convolution. `height`, `width` are those of `x`.
  case convolutionInputGradient(ConvGeometry, height: Int, width: Int)
  /// `(x, y) → weight`. `height`, `width` are those of the kernel.
  case convolutionWeightGradient(ConvGeometry, height: Int, width: Int)

  // Windows over `[n, h, w, c]`
  case windowSum(Window)
  /// The adjoint of `windowSum`: `(y) → x` with the height and width of `x`.
  case windowSumGradient(Window, height: Int, width: Int)
  case windowMaximum(Window)
  /// `(x, y) → x'`: each element of `y` goes to the place of its window's first maximum in `x`.
  case windowMaximumGradient(Window)
  /// `(x, v) → y'`: the adjoint of `windowMaximumGradient` in its second operand: reads `v` (shaped
  /// like `x`) at the place of each window's first maximum in `x`.
  case windowMaximumSelect(Window)
}

package enum InputRole: String, Hashable, Sendable { case feed, state }

package enum Distribution: String, Hashable, Sendable, CaseIterable {
  /// Uniform on [0, 1), multiples of 2⁻²⁴.
  case uniform
  /// Standard normal, by Box and Muller's transform.
  case normal
}

package enum Unary: String, Hashable, Sendable, CaseIterable {
  case negate, absolute, sign, floor
  case exponential, logarithm
  case exponentialMinusOne = "exponential_minus_one"
  case logarithmOnePlus = "logarithm_one_plus"
  case squareRoot = "square_root"
  case reciprocalSquareRoot = "reciprocal_square_root"
  case reciprocal
  case tanh, sigmoid, softplus
  /// `x` where positive, `eˣ − 1` elsewhere.
  case exponentialLinear = "exponential_linear"
}

/// `maximum` and `minimum` are NaN where either side is.
package enum Binary: String, Hashable, Sendable, CaseIterable {
  case add, subtract, multiply, divide, maximum, minimum, power
}

package enum Comparison: String, Hashable, Sendable, CaseIterable {
  case less, greater, equal
  case lessOrEqual = "less_or_equal"
  case greaterOrEqual = "greater_or_equal"
  case notEqual = "not_equal"
}

package enum Reduction: String, Hashable, Sendable, CaseIterable { case sum, maximum, minimum }

/// How a kernel walks over an image: shared by the three convolutions.
package struct ConvGeometry: Hashable, Sendable {
  package var strideHeight: Int
  package var strideWidth: Int
  package var padTop: Int
  package var padBottom: Int
  package var padLeft: Int
  package var padRight: Int
  package var dilationHeight: Int
  package var dilationWidth: Int
  package var groups: Int

  package init(
    strideHeight: Int = 1, strideWidth: Int = 1, padTop: Int = 0, padBottom: Int = 0,
    padLeft: Int = 0, padRight: Int = 0, dilationHeight: Int = 1, dilationWidth: Int = 1,
    groups: Int = 1
  ) {
    self.strideHeight = strideHeight
    self.strideWidth = strideWidth
    self.padTop = padTop
    self.padBottom = padBottom
    self.padLeft = padLeft
    self.padRight = padRight
    self.dilationHeight = dilationHeight
    self.dilationWidth = dilationWidth
    self.groups = groups
  }

  /// 0 if the kernel is larger than the padded image.
  package func outputHeight(_ height: Int, kernel: Int) -> Int {
    places(height + padTop + padBottom, dilationHeight * (kernel - 1) + 1, strideHeight)
  }
  package func outputWidth(_ width: Int, kernel: Int) -> Int {
    places(width + padLeft + padRight, dilationWidth * (kernel - 1) + 1, strideWidth)
  }
}

/// A pooling window; what lies outside the image does not count, and every window holds at least
/// one element of it: padding is smaller than the window.
package struct Window: Hashable, Sendable {
  package var height: Int
  package var width: Int
  package var strideHeight: Int
  package var strideWidth: Int
  package var padTop: Int
  package var padBottom: Int
  package var padLeft: Int
  package var padRight: Int

  package init(
    height: Int, width: Int, strideHeight: Int, strideWidth: Int, padTop: Int = 0,
    padBottom: Int = 0, padLeft: Int = 0, padRight: Int = 0
  ) {
    self.height = height
    self.width = width
    self.strideHeight = strideHeight
    self.strideWidth = strideWidth
    self.padTop = padTop
    self.padBottom = padBottom
    self.padLeft = padLeft
    self.padRight = padRight
  }

  /// 0 if the window is larger than the padded image.
  package func outputHeight(_ imageHeight: Int) -> Int {
    places(imageHeight + padTop + padBottom, height, strideHeight)
  }
  package func outputWidth(_ imageWidth: Int) -> Int {
    places(imageWidth + padLeft + padRight, width, strideWidth)
  }
}

/// At how many places, `stride` apart, a span fits into `extent`.
private func places(_ extent: Int, _ span: Int, _ stride: Int) -> Int {
  extent < span ? 0 : (extent - span) / stride + 1
}
