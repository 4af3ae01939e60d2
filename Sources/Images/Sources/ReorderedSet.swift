import Digests
import Spec
import TensorCore

/// A set of pictures in another order.
struct ReorderedSet: SampleSet {
  private let base: ImageSet
  /// Which sample of `base` stands at each place.
  private let order: [Int]

  /// - Parameter order: each place of `base` once.
  init(_ base: ImageSet, _ order: [Int]) {
    precondition(order.count == base.count)
    (self.base, self.order) = (base, order)
  }

  var name: String { base.name }
  var count: Int { base.count }
  var format: SampleFormat { base.format }
  var labels: [Int32]? { base.labels.map { labels in order.map { labels[$0] } } }
  var classNames: [String] { base.classNames }
  var skipped: [BadImage] { base.skipped }
  var remarks: SourceRemarks { base.remarks }

  /// Of the digest of `base` and the order.
  var digest: String {
    var hash = SHA256()
    hash.update(Array("reordered \(base.digest)\n".utf8))
    unsafe order.map { Int64($0).littleEndian }.withUnsafeBytes {
      unsafe hash.update($0)
    }
    return hash.hexadecimal
  }

  func store(size: Int?, range: ValueRange) throws(DatasetError) -> any SampleStore {
    ReorderedStore(base: try base.store(size: size, range: range), order: order)
  }

  func preview(columns: Int) throws(DatasetError) -> Raster {
    try Images.preview(of: base, columns: columns, order: order)
  }
}

private struct ReorderedStore: SampleStore {
  let base: any SampleStore
  let order: [Int]

  var format: SampleFormat { base.format }
  var count: Int { base.count }
  var isOnDisk: Bool { base.isOnDisk }

  func elements(of indices: ArraySlice<Int>) throws(DatasetError) -> HostTensor.Elements {
    try base.elements(of: indices.map { order[$0] }[...])
  }

  func values(of indices: [Int]) throws(DatasetError) -> [Float] {
    try base.values(of: indices.map { order[$0] })
  }
}
