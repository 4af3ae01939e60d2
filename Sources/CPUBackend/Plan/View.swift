import TensorCore

/// Elements of a value that is in memory, seen through broadcasts, reshapes, transposes and slices:
/// element `(i, j, …)` of `shape` is at `offset + i · strides[0] + j · strides[1] + …`.
struct View: Hashable, Sendable {
  /// The node whose memory is read.
  var root: Int
  var offset: Int
  var shape: Shape
  var strides: [Int]

  init(root: Int, shape: Shape) {
    self.init(root: root, offset: 0, shape: shape, strides: shape.strides)
  }

  private init(root: Int, offset: Int, shape: Shape, strides: [Int]) {
    self.root = root
    self.offset = offset
    self.shape = shape
    self.strides = strides
  }

  /// One axis of the walk over a view in row-major order.
  struct Axis: Hashable, Sendable {
    var extent: Int
    var stride: Int
  }

  /// The walk in row-major order with as few axes as it takes; none for one element.
  var axes: [Axis] {
    var merged: [Axis] = []
    for (extent, stride) in zip(shape.extents, strides) where extent != 1 {
      if let last = merged.last, last.stride == stride * extent {
        merged[merged.count - 1] = Axis(extent: last.extent * extent, stride: stride)
      } else {
        merged.append(Axis(extent: extent, stride: stride))
      }
    }
    return merged
  }

  /// Whether the elements lie in row-major order without gaps.
  var isDense: Bool {
    let axes = axes
    return axes.isEmpty || axes.count == 1 && axes[0].stride == 1
  }

  func broadcast(to target: Shape, axes: [Int]) -> View {
    var strides = [Int](repeating: 0, count: target.rank)
    for (from, to) in axes.enumerated() where shape[from] == target[to] {
      strides[to] = self.strides[from]
    }
    return View(root: root, offset: offset, shape: target, strides: strides)
  }

  func transposed(_ permutation: [Int]) -> View {
    View(
      root: root, offset: offset, shape: Shape(permutation.map { shape[$0] }),
      strides: permutation.map { strides[$0] })
  }

  func sliced(start: [Int], step: [Int], to target: Shape) -> View {
    let skipped = zip(start, strides).reduce(0) { $0 + $1.0 * $1.1 }
    return View(
      root: root, offset: offset + skipped, shape: target,
      strides: zip(strides, step).map { $0 * $1 })
  }

  /// The same elements in another shape, or nil if that takes a copy.
  func reshaped(_ target: Shape) -> View? {
    var strides = [Int](repeating: 0, count: target.rank)
    var axis = target.rank - 1
    for source in axes.reversed() {
      var covered = 1
      while covered < source.extent {
        guard axis >= 0, source.extent % (covered * target[axis]) == 0 else { return nil }
        strides[axis] = source.stride * covered
        covered *= target[axis]
        axis -= 1
      }
    }
    return View(root: root, offset: offset, shape: target, strides: strides)
  }
}
