/// A word in a PNG file that tells a preview, which may be replaced by the next, from a picture of the
/// user's.
package enum PreviewMark {
  private static let text = Array("Comment\0a preview made by gan-exp data".utf8)
  /// Behind the signature and the header.
  private static let place = 33

  /// A chunk tEXt.
  private static var chunk: [UInt8] {
    let body = Array("tEXt".utf8) + text
    let sum = unsafe body.withUnsafeBytes { unsafe Checksums.checksum($0) }
    func big(_ value: UInt32) -> [UInt8] {
      [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }
    return big(UInt32(text.count)) + body + big(sum)
  }

  /// The same picture with the word in it.
  package static func marked(_ png: [UInt8]) -> [UInt8] {
    Array(png[..<place]) + chunk + png[place...]
  }

  /// Whether the file at `path` has it.
  package static func isMarked(_ path: String) -> Bool {
    let path = path.utf8CString.map(\.self)
    return FileBytes.head(rawPath: path, place + chunk.count).dropFirst(place).elementsEqual(chunk)
  }
}
