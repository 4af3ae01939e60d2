import CLibrary
import TensorCore

/// Memory on a 64-byte boundary, filled with zeros.
@safe final class AlignedMemory {
  let address: UnsafeMutableRawPointer
  let byteCount: Int

  init(byteCount: Int) throws(BackendError) {
    var address: UnsafeMutableRawPointer?
    let size = max(64, (byteCount + 63) / 64 * 64)
    guard unsafe posix_memalign(&address, 64, size) == 0, let address = unsafe address else {
      throw BackendError("no memory for \(byteCount) bytes")
    }
    unsafe address.initializeMemory(as: UInt8.self, repeating: 0, count: size)
    unsafe self.address = address
    self.byteCount = byteCount
  }
  deinit { unsafe free(address) }

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
