import RunFormat
import Spec
import TensorCore

/// A file of named tensors: https://github.com/huggingface/safetensors, format of 0.3 and later.
///
/// Eight bytes with the length of the header (little endian), the header in JSON, the elements. Equal
/// content gives equal bytes.
package struct Safetensors: Sendable, Hashable {
  package struct Entry: Sendable, Hashable {
    package let name: String
    package let tensor: HostTensor

    package init(_ name: String, _ tensor: HostTensor) {
      self.name = name
      self.tensor = tensor
    }
  }

  /// Texts that travel with the tensors.
  package let metadata: [String: String]
  /// Names are unique.
  package let entries: [Entry]

  package init(metadata: [String: String] = [:], entries: [Entry]) {
    self.metadata = metadata
    self.entries = entries
  }

  package subscript(name: String) -> HostTensor? {
    entries.first { $0.name == name }?.tensor
  }

  /// What the names stand for, for many look-ups.
  package var byName: [String: HostTensor] {
    Dictionary(entries.map { ($0.name, $0.tensor) }, uniquingKeysWith: { first, _ in first })
  }
}

extension Safetensors {
  package func encoded() -> [UInt8] {
    let tensors = entries.map { (name: $0.name, type: $0.tensor.type) }
    let order = Self.order(tensors)
    var bytes = Self.header(metadata: metadata, order.map { tensors[$0] })
    bytes.reserveCapacity(bytes.count + tensors.reduce(0) { $0 + $1.type.byteCount })
    for index in order { entries[index].tensor.withBytes { bytes += $0 } }
    return bytes
  }

  /// The places of tensors in a file: wide elements before narrow ones, so that every one is aligned,
  /// and otherwise as they come.
  static func order(_ tensors: [(name: String, type: TensorType)]) -> [Int] {
    tensors.indices.filter { tensors[$0].type.dtype.size == 4 }
      + tensors.indices.filter { tensors[$0].type.dtype.size == 1 }
  }

  /// What stands in a file before the elements of `tensors`. Metadata is sorted by key.
  static func header(
    metadata: [String: String], _ tensors: [(name: String, type: TensorType)]
  ) -> [UInt8] {
    var members: [(String, JSON)] = []
    if !metadata.isEmpty {
      let texts = metadata.sorted { $0.key < $1.key }
      members.append(
        ("__metadata__", .object(texts.map { ($0.key, .text($0.value)) })))
    }
    var end = 0
    for (name, type) in tensors {
      let start = end
      end += type.byteCount
      members.append(
        (
          name,
          .map([
            "dtype": .text(type.dtype.safetensorsName),
            "shape": .list(type.shape.extents.map(JSON.integer)),
            "data_offsets": .list([.integer(start), .integer(end)]),
          ])
        ))
    }
    var header = Array(JSON.object(members).compact.utf8)
    while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }
    return withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) } + header
  }
}

extension DType {
  fileprivate var safetensorsName: String {
    switch self {
    case .float32: "F32"
    case .int32: "I32"
    case .uint8: "U8"
    }
  }
}

extension HostTensor {
  /// Little endian, as every machine this runs on stores them.
  func withBytes<E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> Void) throws(E) {
    switch elements {
    case .float32(let values): try Self.withBytes(of: values, body)
    case .int32(let values): try Self.withBytes(of: values, body)
    case .uint8(let values): try Self.withBytes(of: values, body)
    }
  }

  private static func withBytes<Element, E: Error>(
    of values: [Element], _ body: (UnsafeRawBufferPointer) throws(E) -> Void
  ) throws(E) {
    try values.withUnsafeBufferPointer { (buffer) throws(E) in
      try body(UnsafeRawBufferPointer(buffer))
    }
  }
}
