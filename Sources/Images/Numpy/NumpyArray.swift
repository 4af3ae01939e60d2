import Digests

/// An array as NumPy saves it (`.npy`, format versions 1 to 3).
struct NumpyArray {
  enum Elements: String, CaseIterable {
    case uint8 = "|u1"
    case bool = "|b1"
    case int8 = "|i1"
    case uint16 = "<u2"
    case int16 = "<i2"
    case uint32 = "<u4"
    case int32 = "<i4"
    case int64 = "<i8"
    case uint64 = "<u8"
    case float32 = "<f4"
    case float64 = "<f8"

    var size: Int {
      switch self {
      case .uint8, .bool, .int8: 1
      case .uint16, .int16: 2
      case .uint32, .int32, .float32: 4
      case .int64, .uint64, .float64: 8
      }
    }
  }

  /// What is wrong with a file, and at which byte of the array it shows.
  struct Fault: Error {
    let offset: Int
    let expected: String
    let found: String
  }

  let shape: [Int]
  let elements: Elements
  /// Of the first element.
  let start: Int

  var count: Int { shape.reduce(1, *) }

  /// - Parameters:
  ///   - head: the beginning of the array, at least its header (`headLimit` bytes are enough).
  ///   - size: bytes of the whole.
  init(head: [UInt8], size: Int) throws(Fault) {
    guard head.starts(with: [0x93] + Array("NUMPY".utf8)), head.count >= 12 else {
      throw Fault(
        offset: 0, expected: "an array of NumPy (.npy)",
        found: head.isEmpty ? "an empty file" : "the bytes \(hexadecimal(head.prefix(8)))")
    }
    let isLong = head[6] >= 2
    let length =
      isLong
      ? head[8..<12].reversed().reduce(0) { $0 << 8 | Int($1) } : Int(head[8]) | Int(head[9]) << 8
    start = (isLong ? 12 : 10) + length
    guard (1...3).contains(head[6]), start <= head.count else {
      throw Fault(
        offset: 6, expected: "a header of format 1 to 3 and at most \(Self.headLimit) bytes",
        found: "format \(head[6]), \(length) bytes")
    }
    let text = String(decoding: head[(isLong ? 12 : 10)..<start], as: UTF8.self)
    let dictionary = try Self.dictionary(text)
    guard let kind = dictionary["descr"], let elements = Elements(rawValue: kind) else {
      throw Fault(
        offset: 10,
        expected: "numbers of one of the kinds "
          + Elements.allCases.map(\.rawValue).joined(separator: " "),
        found: "descr \(dictionary["descr"] ?? "missing")")
    }
    guard dictionary["fortran_order"] == "False" else {
      throw Fault(
        offset: 10, expected: "elements in C order",
        found: "Fortran order: save np.ascontiguousarray(a)")
    }
    let sizes = (dictionary["shape"] ?? "").split(separator: ",").map { part in
      Int(part.filter { $0 != " " && $0 != "(" && $0 != ")" && $0 != "L" })
    }
    var total = elements.size
    var shape: [Int] = []
    for size in sizes {
      guard let size, size >= 0, !total.multipliedReportingOverflow(by: max(size, 1)).overflow
      else {
        throw Fault(
          offset: 10, expected: "a shape", found: "shape \(dictionary["shape"] ?? "missing")")
      }
      total *= size
      shape.append(size)
    }
    guard start + total == size else {
      throw Fault(
        offset: min(size, start + total),
        expected: "\(start + total) bytes, as its header says (\(shape) of \(kind))",
        found: "\(size) bytes")
    }
    (self.elements, self.shape) = (elements, shape)
  }

  static let headLimit = 1 << 16

  /// The three entries of a Python dictionary of a text, a truth value and a tuple.
  private static func dictionary(_ text: String) throws(Fault) -> [String: String] {
    var found: [String: String] = [:]
    for key in ["descr", "fortran_order", "shape"] {
      guard let place = text.range(of: "'\(key)':") else {
        throw Fault(offset: 10, expected: "a header with '\(key)'", found: "`\(text.prefix(60))`")
      }
      let value = text[place.upperBound...].drop { $0 == " " }
      if value.first == "'" {
        found[key] = String(value.dropFirst().prefix { $0 != "'" })
      } else if value.first == "(" {
        found[key] = String(value.dropFirst().prefix { $0 != ")" })
      } else {
        found[key] = String(value.prefix { $0.isLetter })
      }
    }
    return found
  }
}

extension String {
  /// Where `text` stands first; without Foundation.
  fileprivate func range(of text: String) -> Range<String.Index>? {
    var place = startIndex
    while place < endIndex {
      if self[place...].hasPrefix(text) {
        return place..<index(place, offsetBy: text.count)
      }
      place = index(after: place)
    }
    return nil
  }
}
