import Foundation

/// A safetensors file, read by the book: https://huggingface.co/docs/safetensors
struct Tensors {
  struct Tensor {
    let type: String
    let shape: [Int]
    let bytes: ArraySlice<UInt8>

    var isFloat: Bool { type == "F32" }
    var count: Int { shape.reduce(1, *) }
    var floats: [Float] {
      stride(from: bytes.startIndex, to: bytes.endIndex, by: 4).map { place in
        Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(bytes[place + $1]) << (8 * $1) })
      }
    }
  }

  let metadata: [String: String]
  private let tensors: [String: Tensor]

  init(_ bytes: [UInt8]) throws {
    let length = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    let header = try object(String(decoding: bytes[8..<(8 + length)], as: UTF8.self))
    metadata = header["__metadata__"] as? [String: String] ?? [:]
    tensors = try header.filter { $0.key != "__metadata__" }.mapValues { entry in
      guard let entry = entry as? [String: Any], let type = entry["dtype"] as? String,
        let shape = entry["shape"] as? [Int], let range = entry["data_offsets"] as? [Int],
        range.count == 2
      else { throw TestProblem("not an entry of a safetensors file: \(entry)") }
      return Tensor(
        type: type, shape: shape, bytes: bytes[(8 + length + range[0])..<(8 + length + range[1])])
    }
  }

  var names: [String] { tensors.keys.sorted() }
  subscript(name: String) -> Tensor? { tensors[name] }
}

func isPicture(_ bytes: [UInt8]) -> Bool {
  bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
}

/// Width and height of a PNG.
func pictureSize(_ bytes: [UInt8]) -> [Int] {
  guard isPicture(bytes), bytes.count > 24 else { return [] }
  return [16, 20].map { start in bytes[start..<(start + 4)].reduce(0) { $0 << 8 | Int($1) } }
}
