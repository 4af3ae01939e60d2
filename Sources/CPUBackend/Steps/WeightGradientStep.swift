import CKernels
import COneDNN
import TensorCore

extension Lowering {
  /// The gradient of a convolution in its weights: of every weight a sum over all places of all
  /// outputs, which oneDNN adds up in single precision one after another. Where places repeat each other,
  /// as in even parts of pictures, every addition to a large sum is rounded the same way. So it is given
  /// `ConvolutionRules.placesAtOnce`, and what they come to is added up in double precision.
  func weightGradient(
    _ geometry: ConvGeometry, image: View, weight: View, output: View
  ) throws(BackendError) -> Blueprint {
    let parts = GradientPart.parts(geometry, x: image.shape, w: weight.shape, y: output.shape)
    if parts.count <= 1 {
      return try library(
        .weightGradient, geometry, image: image, weight: weight, output: output)
    }
    let w = weight.shape
    let (plain, free) = try Self.weightLayouts(w, groups: geometry.groups)
    var kinds: [PartShape: (primitive: DNNL.Primitive, x: DNNL.Layout, y: DNNL.Layout)] = [:]
    var label = ""
    var chosen: DNNL.Layout?
    var pads = 0
    for shape in parts.map(\.shape) where kinds[shape] == nil {
      let made = try convolutionPrimitive(
        .weightGradient, shape.geometry, x: shape.x, w: w, y: shape.y,
        weights: chosen ?? free)
      kinds[shape] = (made.primitive, made.x, made.y)
      pads = max(pads, try made.primitive.scratchByteCount)
      if chosen == nil {
        label = "\(made.name) in \(parts.count) parts \(made.primitive.implementation)"
        chosen = try made.primitive.layout(dnnl_query_diff_weights_md)
      }
    }
    let sum = chosen ?? plain
    let reorder = try weightReorder(w, from: sum, to: plain)
    let reorderPad = try reorder?.layout(dnnl_query_scratchpad_md)
    let count = sum.byteCount / MemoryLayout<Float>.stride
    return unsafe Blueprint(
      label: label,
      scratch: [
        pads, sum.byteCount, count * MemoryLayout<Double>.stride, reorderPad?.byteCount ?? 0,
      ]
    ) { place throws(BackendError) in
      let part = unsafe place.scratch[1].assumingMemoryBound(to: Float.self)
      let sums = unsafe place.scratch[2].assumingMemoryBound(to: Double.self)
      let threads = unsafe place.threads(for: count)
      let result = try unsafe place.floats(weight)
      let rounded = unsafe reorder == nil ? result : part
      var calls: [DNNL.Call] = []
      for piece in parts {
        guard let (primitive, x, y) = kinds[piece.shape] else {
          throw BackendError("a part of \(label) without a plan")
        }
        let from = try unsafe place.floats(image) + piece.firstOfImage
        let back = try unsafe place.floats(output) + piece.firstOfOutput
        calls.append(
          try unsafe DNNL.Call(
            primitive,
            [
              (DNNL_ARG_SRC, x, UnsafeMutableRawPointer(from)),
              (DNNL_ARG_DIFF_WEIGHTS, sum, UnsafeMutableRawPointer(part)),
              (DNNL_ARG_DIFF_DST, y, UnsafeMutableRawPointer(back)),
              (
                DNNL_ARG_SCRATCHPAD, try primitive.layout(dnnl_query_scratchpad_md),
                place.scratch[0]
              ),
            ]))
      }
      var rearrange: DNNL.Call?
      if let reorder, let reorderPad {
        rearrange = try unsafe DNNL.Call(
          reorder,
          [
            (DNNL_ARG_FROM, sum, UnsafeMutableRawPointer(part)),
            (DNNL_ARG_TO, plain, UnsafeMutableRawPointer(result)),
            (DNNL_ARG_SCRATCHPAD, reorderPad, place.scratch[3]),
          ])
      }
      return { () throws(BackendError) in
        for (index, call) in calls.enumerated() {
          try call.run()
          unsafe gan_add_to_sums(sums, part, Int64(count), index == 0 ? 1 : 0, threads)
        }
        unsafe gan_round_sums(rounded, sums, Int64(count), threads)
        try rearrange?.run()
      }
    }
  }
}

/// Some of the places that a weight's gradient is a sum over: samples, or rows of one of them.
private struct GradientPart {
  let shape: PartShape
  /// Where it begins, in numbers.
  let firstOfImage: Int
  let firstOfOutput: Int

  /// - Parameters:
  ///   - x: `[n, h, w, ci]`, the image.
  ///   - w: `[h, w, ci, co]`, the weights.
  ///   - y: `[n, h, w, co]`, the output.
  static func parts(_ geometry: ConvGeometry, x: Shape, w: Shape, y: Shape) -> [GradientPart] {
    let (samples, places) = (y[0], y[1] * y[2])
    if places <= ConvolutionRules.placesAtOnce {
      let count = ceiling(samples, ConvolutionRules.placesAtOnce / places)
      let step = ceiling(samples, count)
      return stride(from: 0, to: samples, by: step).map { first in
        let length = min(step, samples - first)
        return GradientPart(
          shape: PartShape(
            geometry: geometry, x: [length, x[1], x[2], x[3]], y: [length, y[1], y[2], y[3]]),
          firstOfImage: first * x.count / samples, firstOfOutput: first * y.count / samples)
      }
    }
    let step = ceiling(y[1], ceiling(places, ConvolutionRules.placesAtOnce))
    return (0..<samples).flatMap { sample in
      stride(from: 0, to: y[1], by: step).compactMap { first in
        band(geometry, sample: sample, rows: first..<min(first + step, y[1]), x: x, w: w, y: y)
      }
    }
  }

  /// Rows of a sample's output, and those of the image that they look at; nil if they see padding only.
  private static func band(
    _ geometry: ConvGeometry, sample: Int, rows: Range<Int>, x: Shape, w: Shape, y: Shape
  ) -> GradientPart? {
    let reach = geometry.dilationHeight * (w[0] - 1) + 1
    let top = rows.lowerBound * geometry.strideHeight - geometry.padTop
    let bottom = (rows.upperBound - 1) * geometry.strideHeight - geometry.padTop + reach
    let (first, last) = (max(top, 0), min(bottom, x[1]))
    guard first < last else { return nil }
    var own = geometry
    own.padTop = first - top
    return GradientPart(
      shape: PartShape(
        geometry: own, x: [1, last - first, x[2], x[3]], y: [1, rows.count, y[2], y[3]]),
      firstOfImage: (sample * x[1] + first) * x[2] * x[3],
      firstOfOutput: (sample * y[1] + rows.lowerBound) * y[2] * y[3])
  }

  private static func ceiling(_ a: Int, _ b: Int) -> Int { (a + b - 1) / b }
}

/// What a part has to be planned for; parts that share it share a plan.
private struct PartShape: Hashable {
  let geometry: ConvGeometry
  let x: Shape
  let y: Shape
}
