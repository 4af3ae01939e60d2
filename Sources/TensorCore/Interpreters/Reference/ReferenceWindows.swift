// Pooling windows over `[n, h, w, c]`.
extension Reference {
  static func windowSum(_ x: Tensor, _ y: Shape, _ window: Window) -> [Double] {
    var result = [Double](repeating: 0, count: y.count)
    forEachPlace(window, x.shape, y) { xi, yi in result[yi] += x.elements[xi] }
    return result
  }

  static func windowSumGradient(_ y: Tensor, _ x: Shape, _ window: Window) -> [Double] {
    var result = [Double](repeating: 0, count: x.count)
    forEachPlace(window, x, y.shape) { xi, yi in result[xi] += y.elements[yi] }
    return result
  }

  static func windowMaximumGradient(_ x: Tensor, _ y: Tensor, _ window: Window) -> [Double] {
    var result = [Double](repeating: 0, count: x.shape.count)
    for (yi, xi) in firstMaxima(x, window).enumerated() { result[xi] += y.elements[yi] }
    return result
  }

  /// For each window, the position in `x` of its first maximum in row-major order; NaN counts as
  /// larger than any number.
  static func firstMaxima(_ x: Tensor, _ window: Window) -> [Int] {
    let (height, width) = (window.outputHeight(x.shape[1]), window.outputWidth(x.shape[2]))
    let y: Shape = [x.shape[0], height, width, x.shape[3]]
    var best = [Int](repeating: -1, count: y.count)
    forEachPlace(window, x.shape, y) { xi, yi in
      let (old, new) = (best[yi], x.elements[xi])
      if old < 0 || new > x.elements[old] || (new.isNaN && !x.elements[old].isNaN) {
        best[yi] = xi
      }
    }
    return best
  }

  /// Every pair of positions such that the window at `y` covers `x`, row by row within a window.
  private static func forEachPlace(
    _ window: Window, _ x: Shape, _ y: Shape, _ body: (_ xi: Int, _ yi: Int) -> Void
  ) {
    for image in 0..<y[0] {
      for row in 0..<y[1] {
        let top = row * window.strideHeight - window.padTop
        for column in 0..<y[2] {
          let left = column * window.strideWidth - window.padLeft
          for h in max(top, 0)..<min(top + window.height, x[1]) {
            for w in max(left, 0)..<min(left + window.width, x[2]) {
              for channel in 0..<x[3] {
                body(
                  ((image * x[1] + h) * x[2] + w) * x[3] + channel,
                  ((image * y[1] + row) * y[2] + column) * x[3] + channel)
              }
            }
          }
        }
      }
    }
  }
}
