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
  /// Metadata is sorted by key; tensors keep their order, wide elements before narrow ones, so that
  /// every one is aligned.
  package func encoded() -> [UInt8] {
    let ordered =
      entries.filter { $0.tensor.type.dtype.size == 4 }
      + entries.filter { $0.tensor.type.dtype.size == 1 }
    var members: [(String, JSON)] = []
    if !metadata.isEmpty {
      let texts = metadata.sorted { $0.key < $1.key }
      members.append(
        ("__metadata__", .object(texts.map { ($0.key, .text($0.value)) })))
    }
    var end = 0
    for entry in ordered {
      let start = end
      end += entry.tensor.type.byteCount
      members.append(
        (
          entry.name,
          .map([
            "dtype": .text(entry.tensor.type.dtype.safetensorsName),
            "shape": .list(entry.tensor.shape.extents.map(JSON.integer)),
            "data_offsets": .list([.integer(start), .integer(end)]),
          ])
        ))
    }
    var header = Array(JSON.object(members).compact.utf8)
    while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }

    var bytes: [UInt8] = []
    bytes.reserveCapacity(8 + header.count + end)
    withUnsafeBytes(of: UInt64(header.count).littleEndian) { bytes += $0 }
    bytes += header
    for entry in ordered { entry.tensor.appendBytes(to: &bytes) }
    return bytes
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
  fileprivate func appendBytes(to bytes: inout [UInt8]) {
    switch elements {
    case .float32(let values): values.withUnsafeBytes { bytes += $0 }
    case .int32(let values): values.withUnsafeBytes { bytes += $0 }
    case .uint8(let values): bytes += values
    }
  }
}
