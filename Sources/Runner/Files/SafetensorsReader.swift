import RunFormat
import Spec
import TensorCore

/// Why bytes are not a safetensors file.
package struct SafetensorsError: Error, Hashable, Sendable, CustomStringConvertible {
  package let description: String
  init(_ description: String) { self.description = description }
}

extension Safetensors {
  /// Longer headers are refused, as by the reference implementation.
  static let headerLimit = 100_000_000

  /// Reads F32, I32, U8, F16, BF16 and F64 as the nearest float32, I64 as int32, and BOOL as U8.
  ///
  /// Everything the header claims is checked against the bytes: tensors lie one behind the other from
  /// the first byte to the last, without gap or overlap, and each is as long as its shape says.
  package init(decoding bytes: [UInt8]) throws(SafetensorsError) {
    guard bytes.count >= 8 else {
      throw SafetensorsError("\(bytes.count) bytes are too few for a safetensors file")
    }
    let length = (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[$1]) << (8 * UInt64($1)) }
    guard length <= UInt64(Self.headerLimit) else {
      throw SafetensorsError("a header of \(length) bytes; the limit is \(Self.headerLimit)")
    }
    let dataStart = 8 + Int(length)
    guard dataStart <= bytes.count else {
      throw SafetensorsError(
        "the header ends at byte \(dataStart), the file at byte \(bytes.count)")
    }
    let header: JSON
    do throws(JSONError) {
      header = try JSON(parsing: bytes[8..<dataStart])
    } catch {
      throw SafetensorsError("the header is not JSON: \(error)")
    }
    guard let members = header.members else {
      throw SafetensorsError("the header is not a JSON object")
    }

    var metadata: [String: String] = [:]
    var claims: [Claim] = []
    for member in members {
      if member.0 == "__metadata__" {
        metadata = try Self.texts(member.1)
      } else {
        claims.append(try Claim(member))
      }
    }
    try Self.checkContiguous(claims, dataSize: bytes.count - dataStart)
    var entries: [Entry] = []
    for claim in claims {
      entries.append(Entry(claim.name, try claim.tensor(in: bytes, from: dataStart)))
    }
    self.init(metadata: metadata, entries: entries)
  }

  private static func texts(_ value: JSON) throws(SafetensorsError) -> [String: String] {
    guard let members = value.members else { throw SafetensorsError("metadata is no object") }
    var texts: [String: String] = [:]
    for member in members {
      guard let text = member.1.string else {
        throw SafetensorsError("metadata `\(member.0)` is not a text")
      }
      texts[member.0] = text
    }
    return texts
  }

  private static func checkContiguous(_ claims: [Claim], dataSize: Int) throws(SafetensorsError) {
    var end = 0
    for claim in claims.sorted(by: { ($0.start, $0.end) < ($1.start, $1.end) }) {
      guard claim.start == end else {
        throw SafetensorsError(
          "tensor `\(claim.name)` begins at \(claim.start), the one before ends at \(end)")
      }
      end = claim.end
    }
    guard end == dataSize else {
      throw SafetensorsError("tensors end at byte \(end) of \(dataSize) bytes of data")
    }
  }
}

/// What the header says of one tensor.
private struct Claim {
  enum Format: String, CaseIterable {
    case float32 = "F32"
    case float16 = "F16"
    case brainFloat16 = "BF16"
    case flag = "BOOL"
    case int32 = "I32"
    case uint8 = "U8"
    case float64 = "F64"
    case int64 = "I64"

    var size: Int {
      switch self {
      case .uint8, .flag: 1
      case .float16, .brainFloat16: 2
      case .float32, .int32: 4
      case .float64, .int64: 8
      }
    }
  }

  let name: String
  let format: Format
  let shape: [Int]
  let start: Int
  let end: Int

  init(_ member: (String, JSON)) throws(SafetensorsError) {
    name = member.0
    guard let word = member.1["dtype"]?.string, let format = Format(rawValue: word) else {
      throw SafetensorsError(
        "tensor `\(member.0)`: its dtype is none of F32 F16 BF16 F64 I32 I64 U8 BOOL")
    }
    let offsets = member.1["data_offsets"]?.items?.compactMap(\.int) ?? []
    guard offsets.count == 2, member.1["data_offsets"]?.items?.count == 2,
      offsets[0] >= 0, offsets[0] <= offsets[1]
    else {
      throw SafetensorsError("tensor `\(member.0)`: data_offsets are not two rising numbers")
    }
    guard let items = member.1["shape"]?.items, items.count <= 16 else {
      throw SafetensorsError("tensor `\(member.0)`: no shape of at most 16 numbers")
    }
    var size = format.size
    var shape: [Int] = []
    for item in items {
      guard let extent = item.int, extent >= 0 else {
        throw SafetensorsError("tensor `\(member.0)`: a shape of something else than counts")
      }
      let (product, overflow) = size.multipliedReportingOverflow(by: extent)
      if overflow { throw SafetensorsError("tensor `\(member.0)`: the shape overflows") }
      size = product
      shape.append(extent)
    }
    guard size == offsets[1] - offsets[0] else {
      throw SafetensorsError(
        "tensor `\(member.0)`: the shape takes \(size) bytes, "
          + "the offsets give \(offsets[1] - offsets[0])")
    }
    (self.format, self.shape, self.start, self.end) = (format, shape, offsets[0], offsets[1])
  }

  func tensor(in bytes: [UInt8], from dataStart: Int) throws(SafetensorsError) -> HostTensor {
    let range = (dataStart + start)..<(dataStart + end)
    func elements<Element: BitwiseCopyable>(_ type: Element.Type) -> [Element] {
      let stride = MemoryLayout<Element>.stride
      return bytes.withUnsafeBytes { buffer in
        (0..<(range.count / stride)).map {
          buffer.loadUnaligned(fromByteOffset: range.lowerBound + $0 * stride, as: Element.self)
        }
      }
    }
    let shape = Shape(shape)
    switch format {
    case .float32: return HostTensor(shape, elements(Float.self))
    case .int32: return HostTensor(shape, elements(Int32.self))
    case .float16: return HostTensor(shape, elements(Float16.self).map(Float.init))
    case .brainFloat16:
      return HostTensor(
        shape, elements(UInt16.self).map { Float(bitPattern: UInt32($0) << 16) })
    case .uint8, .flag: return HostTensor(shape, Array(bytes[range]))
    case .float64: return HostTensor(shape, elements(Double.self).map(Float.init))
    case .int64:
      var values: [Int32] = []
      for wide in elements(Int64.self) {
        guard let value = Int32(exactly: wide) else {
          throw SafetensorsError("tensor `\(name)`: \(wide) is too large for int32")
        }
        values.append(value)
      }
      return HostTensor(shape, values)
    }
  }
}

extension FileLayer {
  /// The tensors of a file, or what is wrong with it, with its path.
  package func readSafetensors(_ path: String) throws(RunError) -> Safetensors {
    let bytes = try read(path)
    do throws(SafetensorsError) {
      return try Safetensors(decoding: bytes)
    } catch {
      throw .damaged(path: path, reason: error.description)
    }
  }
}
