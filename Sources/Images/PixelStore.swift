/// The bytes of a data set: in memory, or a part of a file that may be larger than memory.
package struct PixelStore: Sendable {
  private enum Place {
    case array([UInt8])
    case memory(PixelMemory, Range<Int>)
    case file(DataFile, Range<Int>)
  }
  private let place: Place

  package init(_ bytes: [UInt8]) { place = .array(bytes) }

  /// - Parameter range: within the memory.
  init(_ memory: PixelMemory, _ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= memory.count)
    place = .memory(memory, range)
  }

  /// - Parameter range: within the file.
  init(_ file: DataFile, _ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= file.count)
    place = .file(file, range)
  }

  /// A part, without a copy of what lies in a file.
  func part(_ range: Range<Int>) -> PixelStore {
    func within(_ all: Range<Int>) -> Range<Int> {
      (all.lowerBound + range.lowerBound)..<(all.lowerBound + range.upperBound)
    }
    return switch place {
    case .array(let bytes): PixelStore(Array(bytes[range]))
    case .memory(let memory, let all): PixelStore(memory, within(all))
    case .file(let file, let all): PixelStore(file, within(all))
    }
  }

  package var count: Int {
    switch place {
    case .array(let bytes): bytes.count
    case .memory(_, let range), .file(_, let range): range.count
    }
  }

  /// Whether reading may have to wait for a disk.
  package var isOnDisk: Bool {
    switch place {
    case .array, .memory: false
    case .file: true
    }
  }

  /// Calls `body` with the bytes of `range`, of a file with a copy.
  ///
  /// - Throws: what `body` throws, or `.malformed` where a file has become shorter.
  func withBytes<Result>(
    _ range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws(DatasetError) -> Result
  ) throws(DatasetError) -> Result {
    switch place {
    case .array(let bytes):
      // `Array` passes on any error, but not which one it is.
      let answer = unsafe bytes.withUnsafeBytes { all in
        Swift.Result { () throws(DatasetError) in
          try unsafe body(UnsafeRawBufferPointer(rebasing: all[range]))
        }
      }
      return try answer.get()
    case .memory(let memory, let all):
      return try unsafe memory.withUnsafeBytes { (bytes) throws(DatasetError) in
        try unsafe body(UnsafeRawBufferPointer(rebasing: bytes[rebased(range, in: all)]))
      }
    case .file(let file, let all):
      let copy = try file.bytes(rebased(range, in: all))
      let answer = unsafe copy.withUnsafeBytes { bytes in
        Swift.Result { () throws(DatasetError) in try unsafe body(bytes) }
      }
      return try answer.get()
    }
  }

  /// A copy of `range`.
  package func bytes(_ range: Range<Int>) throws(DatasetError) -> [UInt8] {
    switch place {
    case .array(let bytes): Array(bytes[range])
    case .memory(let memory, let all):
      unsafe memory.withUnsafeBytes { unsafe Array($0[rebased(range, in: all)]) }
    case .file(let file, let all): try file.bytes(rebased(range, in: all))
    }
  }

  /// Copies `range` to the beginning of `target`.
  func read(
    _ range: Range<Int>, into target: UnsafeMutableRawBufferPointer
  ) throws(DatasetError) {
    switch place {
    case .array(let bytes):
      unsafe bytes.withUnsafeBytes {
        unsafe target.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[range]))
      }
    case .memory(let memory, let all):
      unsafe memory.withUnsafeBytes {
        unsafe target.copyMemory(
          from: UnsafeRawBufferPointer(rebasing: $0[rebased(range, in: all)]))
      }
    case .file(let file, let all): try unsafe file.read(rebased(range, in: all), into: target)
    }
  }

  /// All of them as an array; of a file, a copy.
  package var array: [UInt8] {
    get throws(DatasetError) {
      switch place {
      case .array(let bytes): bytes
      case .memory, .file: try bytes(0..<count)
      }
    }
  }

  private func rebased(_ range: Range<Int>, in all: Range<Int>) -> Range<Int> {
    precondition(range.lowerBound >= 0 && range.upperBound <= all.count)
    return (all.lowerBound + range.lowerBound)..<(all.lowerBound + range.upperBound)
  }
}
