import CLibrary
import TensorCore

/// Memory filled with zeros: on a 64-byte boundary, or if there is much of it and it is no part of any, on one of large pages.
@safe final class AlignedMemory {
  let address: UnsafeMutableRawPointer
  let byteCount: Int
  /// What this is a part of, if it is one.
  private let whole: AlignedMemory?
  private static let largePage = 2 << 20

  init(byteCount: Int) throws(BackendError) {
    var address: UnsafeMutableRawPointer?
    let size = max(64, (byteCount + 63) / 64 * 64)
    let alignment = size >= Self.largePage ? Self.largePage : 64
    guard unsafe posix_memalign(&address, alignment, size) == 0, let address = unsafe address else {
      throw BackendError("no memory for \(byteCount) bytes")
    }
    #if os(Linux)
      // A wish: steps read images of many megabytes from many places at once, each on a page of its own.
      if alignment > 64 { _ = unsafe madvise(address, size, MADV_HUGEPAGE) }
    #endif
    unsafe address.initializeMemory(as: UInt8.self, repeating: 0, count: size)
    unsafe self.address = address
    self.byteCount = byteCount
    whole = nil
  }

  private init(_ whole: AlignedMemory, from offset: Int, byteCount: Int) {
    unsafe address = whole.address + offset
    self.byteCount = byteCount
    self.whole = whole
  }

  /// Parts of one memory, which goes when the last of them does: on the same large pages if they are large together, with a
  /// few lines between them: what is read and written side by side, of the same size as it often is, must not fall
  /// on the same sets of the caches.
  static func together(byteCounts: [Int]) throws(BackendError) -> [AlignedMemory] {
    var offsets: [Int] = []
    var end = 0
    for byteCount in byteCounts {
      offsets.append(end)
      end += (byteCount + 63) / 64 * 64 + 9 * 64
    }
    let whole = try AlignedMemory(byteCount: end)
    return zip(offsets, byteCounts).map { AlignedMemory(whole, from: $0, byteCount: $1) }
  }

  deinit { if whole == nil { unsafe free(address) } }

  func read(_ type: TensorType) -> HostTensor { unsafe HostTensor(type, at: address) }

  func write(_ tensor: HostTensor) {
    switch tensor.elements {
    case .float32(let values): unsafe values.withUnsafeBytes { unsafe write($0) }
    case .int32(let values): unsafe values.withUnsafeBytes { unsafe write($0) }
    case .uint8(let values): unsafe values.withUnsafeBytes { unsafe write($0) }
    }
  }

  func write(_ bytes: UnsafeRawBufferPointer) {
    unsafe UnsafeMutableRawBufferPointer(start: address, count: byteCount).copyMemory(from: bytes)
  }
}

extension HostTensor {
  /// A copy of what lies at `address`.
  @unsafe init(_ type: TensorType, at address: UnsafeRawPointer) {
    let count = type.shape.count
    func elements<Element>(_: Element.Type) -> [Element] {
      let start = unsafe address.assumingMemoryBound(to: Element.self)
      return unsafe Array(UnsafeBufferPointer(start: start, count: count))
    }
    switch type.dtype {
    case .float32: self.init(type.shape, elements(Float.self))
    case .int32: self.init(type.shape, elements(Int32.self))
    case .uint8: self.init(type.shape, elements(UInt8.self))
    }
  }
}
