import CKernels
import TensorCore

/// A convolution in two dimensions as products of sums, laid out for winograd.c: every point of the rows with every
/// point of the columns.
@safe final class WinogradPlan {
  private let plan: UnsafeMutablePointer<gan_winograd>
  private let points: UnsafeMutableBufferPointer<gan_winograd_point>
  private let parts: UnsafeMutableBufferPointer<gan_winograd_part>
  private let spots: UnsafeMutableBufferPointer<gan_spot>

  /// - Parameters:
  ///   - source, target: `[n, h, w, channels]`.
  ///   - weight: `[h, w, source channels, target channels]`, or if `isTransposed` the last two the other way round.
  init(
    rows: MinimalFilter, columns: MinimalFilter, source: Shape, weight: Shape, target: Shape,
    isTransposed: Bool
  ) {
    var layout = Layout()
    for row in rows.points {
      for column in columns.points { layout.add(row, column) }
    }
    unsafe points = .copy(of: layout.points)
    unsafe parts = .copy(of: layout.parts)
    unsafe spots = .copy(of: layout.spots)
    func image(_ shape: Shape, _ rowStep: Int, _ columnStep: Int) -> gan_tiled_image {
      gan_tiled_image(
        height: Int64(shape[1]), width: Int64(shape[2]), channels: Int64(shape[3]),
        rowStep: Int64(rowStep), columnStep: Int64(columnStep))
    }
    unsafe plan = .allocate(capacity: 1)
    unsafe plan.initialize(
      to: gan_winograd(
        batch: Int64(source[0]), tileRows: Int64(rows.tiles), tileColumns: Int64(columns.tiles),
        source: image(source, rows.sourceStep, columns.sourceStep),
        target: image(target, rows.targetStep, columns.targetStep),
        kernelHeight: Int64(weight[0]), kernelWidth: Int64(weight[1]),
        isTransposed: isTransposed ? 1 : 0,
        isOfPatches: rows.isOfThreeTaps && columns.isOfThreeTaps ? 1 : 0,
        pointCount: Int32(points.count),
        partCount: Int32(parts.count), points: UnsafePointer(points.baseAddress),
        parts: UnsafePointer(parts.baseAddress), spots: UnsafePointer(spots.baseAddress)))
  }

  deinit {
    unsafe plan.deallocate()
    unsafe points.deallocate()
    unsafe parts.deallocate()
    unsafe spots.deallocate()
  }

  /// Bytes of scratch memory.
  func scratch(ofGradient: Bool, threads: Int) -> Int {
    Int(unsafe gan_winograd_scratch(plan, ofGradient ? 1 : 0, UInt32(threads)))
      * MemoryLayout<Float>.stride
  }

  /// Bytes of the sums of weights.
  var weightSums: Int {
    Int(unsafe gan_winograd_weight_sums(plan)) * MemoryLayout<Float>.stride
  }

  @unsafe func addWeights(
    _ weight: UnsafePointer<Float>, _ sums: UnsafeMutablePointer<Float>, threads: UInt32
  ) {
    unsafe gan_winograd_add_weights(plan, weight, sums, threads)
  }

  /// Multiplies by the sums of weights.
  @unsafe func run(
    _ source: UnsafePointer<Float>, _ sums: UnsafePointer<Float>,
    _ target: UnsafeMutablePointer<Float>, _ scratch: UnsafeMutablePointer<Float>, threads: UInt32
  ) {
    unsafe gan_winograd_product(plan, source, sums, target, scratch, threads)
  }

  /// The gradient of the weights, from that of the target.
  @unsafe func runGradient(
    _ source: UnsafePointer<Float>, _ target: UnsafePointer<Float>,
    _ weight: UnsafeMutablePointer<Float>, _ scratch: UnsafeMutablePointer<Float>, threads: UInt32
  ) {
    unsafe gan_winograd_weight_gradient(plan, source, target, weight, scratch, threads)
  }

  private struct Layout {
    var points: [gan_winograd_point] = []
    var parts: [gan_winograd_part] = []
    var spots: [gan_spot] = []
    private var written: Set<[Int]> = []

    mutating func add(_ row: MinimalFilter.Point, _ column: MinimalFilter.Point) {
      let first = parts.count
      for upright in row.parts {
        for level in column.parts {
          let source = span(upright.source, level.source)
          parts.append(
            gan_winograd_part(source: source, kernel: span(upright.kernel, level.kernel)))
        }
      }
      let places = row.target.flatMap { upright in
        column.target.map { [upright.at, $0.at] }
      }
      let target = span(row.target, column.target)
      for (index, place) in places.enumerated() where written.insert(place).inserted {
        spots[Int(target.first) + index].begins = 1
      }
      points.append(
        gan_winograd_point(
          parts: gan_span(first: Int32(first), count: Int32(parts.count - first)),
          target: target))
    }

    private mutating func span(
      _ rows: [MinimalFilter.Term], _ columns: [MinimalFilter.Term]
    ) -> gan_span {
      let first = spots.count
      for row in rows {
        for column in columns {
          spots.append(
            gan_spot(
              row: Int32(row.at), column: Int32(column.at),
              factor: Float(row.factor * column.factor), begins: 0))
        }
      }
      return gan_span(first: Int32(first), count: Int32(spots.count - first))
    }
  }
}

extension UnsafeMutableBufferPointer {
  fileprivate static func copy(of elements: [Element]) -> UnsafeMutableBufferPointer {
    let memory = UnsafeMutableBufferPointer.allocate(capacity: elements.count)
    _ = unsafe memory.initialize(from: elements)
    return unsafe memory
  }
}
