import Foundation
import TensorCore
import Testing

@testable import ModelBuilder

/// A tensor of a golden file: PyTorch's shape and order.
struct GoldenTensor: Decodable {
  let shape: [Int]
  let values: [Double]

  /// The elements in another order of axes: result axis `k` is axis `axes[k]` of this one.
  func permuted(_ axes: [Int]) -> GoldenTensor {
    if axes.isEmpty { return self }
    let (from, result) = (Shape(shape), axes.map { shape[$0] })
    let strides = Shape(result).strides
    let values = (0..<from.count).map { index in
      let source = axes.indices.reduce(0) { sum, k in
        sum + index / strides[k] % result[k] * from.strides[axes[k]]
      }
      return self.values[source]
    }
    return GoldenTensor(shape: result, values: values)
  }

  /// An activation as the layers see it: images become channels-last.
  var activation: GoldenTensor { shape.count == 4 ? permuted([0, 2, 3, 1]) : self }

  /// A state as it lives in here; `layout.axes` are the way out.
  func ours(_ layout: TensorLayout) -> GoldenTensor {
    permuted(layout.axes.indices.map { axis in layout.axes.firstIndex(of: axis) ?? axis })
  }

  /// The same shape with element `i`, in PyTorch's order, `function(i + 1)`.
  func filled(_ function: (Double) -> Double) -> GoldenTensor {
    GoldenTensor(shape: shape, values: values.indices.map { function(Double($0 + 1)) })
  }
}

/// Cases written by Tests/PyTorch/make_golden.py.
func golden<Case: Decodable>(_ name: String, as: Case.Type = Case.self) -> [Case] {
  let file = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Golden/\(name).json")
  do {
    return try JSONDecoder().decode([Case].self, from: Data(contentsOf: file))
  } catch {
    fatalError("\(file.path): \(error)")
  }
}

func expectClose(
  _ seen: [Double]?, _ wanted: [Double], tolerance: Double = 1e-9, _ what: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  guard let seen, seen.count == wanted.count else {
    Issue.record(
      "\(what): \(seen?.count ?? 0) elements, not \(wanted.count)", sourceLocation: sourceLocation)
    return
  }
  let allowed = tolerance * max(1, wanted.map(abs).max() ?? 0)
  for (index, (ours, theirs)) in zip(seen, wanted).enumerated()
  where !(abs(ours - theirs) <= allowed) {
    Issue.record("\(what)[\(index)]: \(ours), not \(theirs)", sourceLocation: sourceLocation)
    return
  }
}
