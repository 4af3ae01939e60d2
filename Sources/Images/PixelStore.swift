/// The bytes of a data set: in memory, or a part of a mapped file that may be larger than memory.
package struct PixelStore: Sendable {
  private enum Place {
    case array([UInt8])
    case file(MappedFile, Range<Int>)
  }
  private let place: Place

  package init(_ bytes: [UInt8]) { place = .array(bytes) }

  /// - Parameter range: within the file.
  init(_ file: MappedFile, _ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= file.count)
    place = .file(file, range)
  }

  /// A part, without a copy of what lies in a file.
  func part(_ range: Range<Int>) -> PixelStore {
    switch place {
    case .array(let bytes): PixelStore(Array(bytes[range]))
    case .file(let file, let all):
      PixelStore(
        file, (all.lowerBound + range.lowerBound)..<(all.lowerBound + range.upperBound))
    }
  }

  package var count: Int {
    switch place {
    case .array(let bytes): bytes.count
    case .file(_, let range): range.count
    }
  }

  /// Whether reading may have to wait for a disk.
  package var isMapped: Bool {
    switch place {
    case .array: false
    case .file(let file, _): file.isOnDisk
    }
  }

  package func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    switch place {
    case .array(let bytes): unsafe bytes.withUnsafeBytes(body)
    case .file(let file, let range):
      unsafe file.withUnsafeBytes { unsafe body(UnsafeRawBufferPointer(rebasing: $0[range])) }
    }
  }

  /// A copy of `range`.
  package func bytes(_ range: Range<Int>) -> [UInt8] {
    switch place {
    case .array(let bytes): Array(bytes[range])
    case .file(let file, let all):
      file.bytes((all.lowerBound + range.lowerBound)..<(all.lowerBound + range.upperBound))
    }
  }

  /// All of them as an array; of a mapped file, a copy.
  package var array: [UInt8] {
    switch place {
    case .array(let bytes): bytes
    case .file(let file, let range): file.bytes(range)
    }
  }
}
