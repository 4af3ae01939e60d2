/// Numbers in and out of a `.npy` file of NumPy (format version 1.0,
/// <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>).
package struct NumpyFloats: Sendable, Hashable {
  package let shape: [Int]
  /// Row-major.
  package let values: [Float]

  package init(shape: [Int], values: [Float]) {
    precondition(shape.reduce(1, *) == values.count)
    (self.shape, self.values) = (shape, values)
  }

  /// As `numpy.save` writes an array of float32.
  package var bytes: [UInt8] {
    let sizes =
      shape.count == 1 ? "(\(shape[0]),)" : "(\(shape.map(String.init).joined(separator: ", ")))"
    var header = "{'descr': '<f4', 'fortran_order': False, 'shape': \(sizes), }"
    // With the ten bytes before it and a line end a multiple of 64.
    header += String(repeating: " ", count: (64 - (10 + header.utf8.count + 1) % 64) % 64) + "\n"
    var bytes = [0x93] + Array("NUMPY".utf8) + [1, 0]
    bytes += [UInt8(header.utf8.count & 255), UInt8(header.utf8.count >> 8)] + Array(header.utf8)
    bytes.reserveCapacity(bytes.count + 4 * values.count)
    for value in values {
      let bits = value.bitPattern
      bytes += [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: bits >> $0) }
    }
    return bytes
  }

  /// Reads an array of float32 or float64.
  ///
  /// - Parameter path: for what is said of it.
  /// - Throws: where it is another array, or none.
  package init(_ bytes: [UInt8], path: String) throws(DatasetError) {
    let array: NumpyArray
    do throws(NumpyArray.Fault) {
      array = try NumpyArray(head: Array(bytes.prefix(NumpyArray.headLimit)), size: bytes.count)
    } catch {
      throw .malformed(
        path: path, offset: error.offset, expected: error.expected, found: error.found,
        remedy: "write it with numpy.save(path, z.astype('float32'))")
    }
    let size = array.elements.size
    func word(_ index: Int) -> UInt64 {
      (0..<size).reduce(0) {
        $0 | UInt64(bytes[array.start + index * size + $1]) << (8 * UInt64($1))
      }
    }
    let values: [Float]
    switch array.elements {
    case .float32:
      values = (0..<array.count).map { Float(bitPattern: UInt32(truncatingIfNeeded: word($0))) }
    case .float64: values = (0..<array.count).map { Float(Double(bitPattern: word($0))) }
    case .uint8, .bool, .int8, .uint16, .int16, .uint32, .int32, .int64, .uint64:
      throw .malformed(
        path: path, offset: 10, expected: "float32 or float64", found: array.elements.rawValue,
        remedy: "write it with numpy.save(path, z.astype('float32'))")
    }
    self.init(shape: array.shape, values: values)
  }
}
