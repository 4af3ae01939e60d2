import CZlib

/// What deflate packed, in a part of a mapped file, a piece at a time; never more than is asked for.
@safe final class InflateStream {
  enum Format: Int32 {
    /// Members one after the other; what follows them is ignored.
    case gzip = 31
    /// Without a header, as in zip.
    case raw = -15
  }

  /// Deflate makes at most 1032 bytes of one.
  static let largestRatio = 1032

  private let file: MappedFile
  private let range: Range<Int>
  private let format: Format
  private let stream: UnsafeMutablePointer<z_stream>
  private var consumed = 0
  private var isAtEnd = false

  init(_ file: MappedFile, _ range: Range<Int>, _ format: Format) throws(GzipError) {
    (self.file, self.range, self.format) = (file, range, format)
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    let ready = unsafe inflateInit2_(
      stream, format.rawValue, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard ready == Z_OK else { throw GzipError(offset: 0, reason: "zlib does not start: \(ready)") }
  }

  deinit {
    unsafe inflateEnd(stream)
    unsafe stream.deallocate()
  }

  /// How much more the rest can be at most.
  var mostLeft: Int { (range.count - consumed) * Self.largestRatio + 1 << 16 }

  /// The next `count` bytes, fewer at the end of the content.
  func read(_ count: Int) throws(GzipError) -> [UInt8] {
    var failure: GzipError?
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: min(count, mostLeft)) {
      output, filled in
      unsafe file.withUnsafeBytes { whole in
        let input = unsafe UnsafeRawBufferPointer(rebasing: whole[range])
        failure = unsafe fill(output, from: input, &filled)
      }
    }
    if let failure { throw failure }
    return bytes
  }

  private func fill(
    _ output: UnsafeMutableBufferPointer<UInt8>, from input: UnsafeRawBufferPointer,
    _ filled: inout Int
  ) -> GzipError? {
    // zlib counts in 32 bits.
    let longest = 1 << 30
    while filled < output.count && !isAtEnd {
      let (give, take) = (min(input.count - consumed, longest), min(output.count - filled, longest))
      let next = unsafe input.baseAddress?.advanced(by: consumed)
        .assumingMemoryBound(to: UInt8.self)
      unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: next)
      unsafe stream.pointee.avail_in = UInt32(give)
      unsafe stream.pointee.next_out = output.baseAddress?.advanced(by: filled)
      unsafe stream.pointee.avail_out = UInt32(take)
      let status = unsafe CZlib.inflate(stream, Z_NO_FLUSH)
      let (read, made) = unsafe (
        give - Int(stream.pointee.avail_in), take - Int(stream.pointee.avail_out)
      )
      consumed += read
      filled += made
      switch status {
      case Z_STREAM_END:
        let rest = unsafe input[consumed...]
        if format == .gzip, unsafe rest.starts(with: [0x1f, 0x8b]) {
          unsafe inflateReset(stream)
        } else {
          isAtEnd = true
        }
      case Z_OK where read > 0 || made > 0: break
      case Z_OK, Z_BUF_ERROR:
        return GzipError(
          offset: range.lowerBound + consumed,
          reason: "the file ends in the middle of its content")
      default:
        let words = unsafe stream.pointee.msg.map { unsafe String(cString: $0) }
        return GzipError(
          offset: range.lowerBound + consumed, reason: words ?? "zlib status \(status)")
      }
    }
    return nil
  }
}
