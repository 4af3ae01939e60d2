import Digests
import Spec

/// A data set as it is stored: bytes, channels last, one after the other.
///
/// `store` has `count · height · width · channels` elements, in `[image, row, column, channel]` order.
package struct ImageSet: SampleSet {
  package let name: String
  package let count: Int
  package let height: Int
  package let width: Int
  package let channels: Int
  package let store: PixelStore
  /// One class index an image, into `classNames`; nil for a set without labels.
  package let labels: [Int32]?
  package let classNames: [String]
  /// SHA-256 in hex of shape, pixels and labels. The same content has the same digest, whatever
  /// file, compression or name it came under.
  package let digest: String
  /// Files that were left out, with `on_bad_image: skip`.
  package let skipped: [BadImage]
  package internal(set) var remarks = SourceRemarks()
  /// Of the files, one an image, where the request keeps them; else empty.
  var paths: [FilePath] = []
  /// Of each image, to see that a file from which it is read is still what was written.
  let checksums: Checksums?

  /// The counts must agree: a loader checks them before, with the path of what is wrong.
  package init(
    name: String, count: Int, height: Int, width: Int, channels: Int, pixels: [UInt8],
    labels: [Int32]? = nil, classNames: [String] = []
  ) {
    precondition(pixels.count == count * height * width * channels)
    precondition(labels.map { $0.count == count } ?? true)
    self.name = name
    self.count = count
    self.height = height
    self.width = width
    self.channels = channels
    self.store = PixelStore(pixels)
    self.labels = labels
    self.classNames = classNames
    var hash = Self.digest(shape: [count, height, width, channels])
    hash.update(pixels)
    digest = Self.finished(hash, labels)
    (skipped, checksums) = ([], nil)
  }

  /// A set whose digest is known, or computed now.
  ///
  /// - Throws: when `store` lies in a file that can no longer be read.
  init(
    name: String, count: Int, height: Int, width: Int, channels: Int, store: PixelStore,
    labels: [Int32]?, classNames: [String], digest: String? = nil, skipped: [BadImage] = [],
    checksums: Checksums? = nil
  ) throws(DatasetError) {
    precondition(store.count == count * height * width * channels)
    precondition(labels.map { $0.count == count } ?? true)
    (self.name, self.count, self.height, self.width) = (name, count, height, width)
    (self.channels, self.store, self.labels, self.classNames) = (
      channels, store, labels, classNames
    )
    if let digest {
      self.digest = digest
    } else {
      self.digest = try Self.contentDigest(
        shape: [count, height, width, channels], pixels: store, labels: labels)
    }
    (self.skipped, self.checksums) = (skipped, checksums)
  }

  /// The bytes as an array, for small sets: of a file, a copy of all of it.
  package var pixels: [UInt8] {
    get throws(DatasetError) { try store.array }
  }

  /// Bytes of one image.
  package var imageSize: Int { height * width * channels }

  package var format: SampleFormat {
    .image(ImageFormat(channels: channels, height: height, width: width))
  }

  package func store(size: Int?, range: ValueRange) throws(DatasetError) -> any SampleStore {
    try prepare(self, size: size, range: range)
  }

  package func preview(columns: Int) throws(DatasetError) -> Raster {
    try Images.preview(of: self, columns: columns)
  }

  static func contentDigest(
    shape: [Int], pixels: PixelStore, labels: [Int32]?
  ) throws(DatasetError) -> String {
    var hash = digest(shape: shape)
    let bytesAtOnce = 16 << 20
    for start in stride(from: 0, to: pixels.count, by: bytesAtOnce) {
      let range = start..<min(pixels.count, start + bytesAtOnce)
      try unsafe pixels.withBytes(range) { (bytes) throws(DatasetError) in
        unsafe hash.update(bytes)
      }
    }
    return finished(hash, labels)
  }

  private static func digest(shape: [Int]) -> SHA256 {
    var hash = SHA256()
    let header = "images " + shape.map(String.init).joined(separator: "x") + "\n"
    hash.update(Array(header.utf8))
    return hash
  }

  private static func finished(_ hash: SHA256, _ labels: [Int32]?) -> String {
    var hash = hash
    if let labels {
      hash.update(Array("labels\n".utf8))
      unsafe labels.map(\.littleEndian).withUnsafeBytes { unsafe hash.update($0) }
    }
    return hash.hexadecimal
  }
}
