import Spec
import TensorCore

/// Images as a network sees them: resized and scaled to `data.range`, channels last.
///
/// A value is a function of the stored byte, so what is kept is one byte a value and a table of 256
/// floats: a quarter of the memory of the floats, with the same bits (`[60000, 32, 32, 1]` takes
/// 61 MB, not 246 MB). `values(of:)` makes the floats.
package struct FloatImages: SampleStore {
  package let count: Int
  package let height: Int
  package let width: Int
  package let channels: Int
  package let range: ValueRange
  let store: PixelStore
  private let checksums: Checksums?
  let table: [Float]

  init(
    count: Int, height: Int, width: Int, channels: Int, range: ValueRange, store: PixelStore,
    checksums: Checksums? = nil
  ) {
    precondition(store.count == count * height * width * channels)
    self.count = count
    self.height = height
    self.width = width
    self.channels = channels
    self.range = range
    self.store = store
    self.checksums = checksums
    self.table = range.table
  }

  package var format: SampleFormat {
    .image(ImageFormat(channels: channels, height: height, width: width))
  }

  /// Values of one image.
  package var imageSize: Int { height * width * channels }

  /// Every value, `[count, height, width, channels]`: four bytes a value, for small sets and tests.
  package var values: [Float] {
    get throws(DatasetError) { try values(of: Array(0..<count)) }
  }

  package func values(of indices: [Int]) throws(DatasetError) -> [Float] {
    try bytes(of: indices).map { table[Int($0)] }
  }

  package var isOnDisk: Bool { store.isOnDisk }

  /// The images `indices` as they are stored, black 0 to white 255, `[indices.count, height, width,
  /// channels]`. Each is checked against its checksum, if it has one, when it is first used.
  package func bytes(of indices: some Collection<Int>) throws(DatasetError) -> [UInt8] {
    let size = imageSize
    var failure: DatasetError?
    let batch = unsafe [UInt8](unsafeUninitializedCapacity: indices.count * size) {
      target, filled in
      for index in indices {
        precondition(index >= 0 && index < count, "an image index is within the data set")
        let place = unsafe UnsafeMutableRawBufferPointer(
          rebasing: UnsafeMutableRawBufferPointer(target)[filled..<(filled + size)])
        do throws(DatasetError) {
          try unsafe store.read((index * size)..<((index + 1) * size), into: place)
          try unsafe checksums?.check(UnsafeRawBufferPointer(place), index: index)
        } catch {
          failure = error
          return
        }
        filled += size
      }
    }
    if let failure { throw failure }
    return batch
  }

  package func elements(
    of indices: ArraySlice<Int>
  ) throws(DatasetError) -> HostTensor.Elements { .uint8(try bytes(of: indices)) }
}

extension ValueRange {
  /// The value of each byte, with the roundings of torchvision in float32: `ToTensor` is `x / 255`,
  /// `Normalize(mean, std)` is `(x − mean) / std`; [-1, 1] has mean ½ and std ½, [0, 1] has 0 and 1.
  var table: [Float] {
    let mean = Float(-low / (high - low))
    let std = Float(1 / (high - low))
    return (0..<256).map { (Float($0) / 255 - mean) / std }
  }

  /// The byte that shows `value`: black at `low` and below, white at `high` and above, half up in
  /// between; what is not a number is black.
  func byte(of value: Float) -> UInt8 {
    let scaled = (value - Float(low)) / Float(high - low) * 255 + 0.5
    guard scaled > 0 else { return 0 }
    return scaled >= 255 ? 255 : UInt8(scaled)
  }
}
