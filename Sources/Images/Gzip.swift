import CZlib

/// Why bytes are not a gzip file that can be read.
struct GzipError: Error, Equatable {
  /// Where in the compressed bytes it shows.
  let offset: Int
  let reason: String
}

/// Gzip files in memory, through zlib.
enum Gzip {
  /// Deflate makes at most 1032 bytes of one.
  static let largestRatio = 1032

  static func isGzip(_ bytes: [UInt8]) -> Bool {
    bytes.count >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b
  }

  /// The first `count` bytes of the content, or fewer where it is shorter.
  static func prefix(of bytes: [UInt8], count: Int) throws(GzipError) -> [UInt8] {
    try inflate(bytes, limit: count, stopAtLimit: true)
  }

  /// The whole content. More than `limit` bytes of it is an error; not more than that, and not more
  /// than the compressed bytes can hold, is ever allocated.
  static func content(of bytes: [UInt8], limit: Int) throws(GzipError) -> [UInt8] {
    try inflate(bytes, limit: limit, stopAtLimit: false)
  }

  private static func inflate(
    _ bytes: [UInt8], limit: Int, stopAtLimit: Bool
  ) throws(GzipError) -> [UInt8] {
    var stream = unsafe z_stream()
    let gzipOnly: Int32 = 15 + 16
    let ready = unsafe inflateInit2_(
      &stream, gzipOnly, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard ready == Z_OK else { throw GzipError(offset: 0, reason: "zlib does not start: \(ready)") }
    defer { unsafe inflateEnd(&stream) }

    // One byte beyond the limit shows that there is more.
    let room = min(stopAtLimit ? limit : limit + 1, bytes.count * largestRatio + 1)
    var failure: GzipError?
    let content = unsafe [UInt8](unsafeUninitializedCapacity: room) { output, filled in
      unsafe bytes.withUnsafeBufferPointer { input in
        unsafe failure = Self.run(&stream, input, output, stopAtLimit: stopAtLimit, &filled)
      }
    }
    if let failure { throw failure }
    if !stopAtLimit && content.count > limit {
      throw GzipError(offset: bytes.count, reason: "more than \(limit) bytes of content")
    }
    return content
  }

  /// Inflates member after member until the input ends or the output is full.
  private static func run(
    _ stream: inout z_stream, _ input: UnsafeBufferPointer<UInt8>,
    _ output: UnsafeMutableBufferPointer<UInt8>, stopAtLimit: Bool, _ filled: inout Int
  ) -> GzipError? {
    // zlib counts in 32 bits.
    let longest = 1 << 30
    var consumed = 0
    while true {
      let (give, take) = (min(input.count - consumed, longest), min(output.count - filled, longest))
      let next = unsafe input.baseAddress?.advanced(by: consumed)
      unsafe stream.next_in = UnsafeMutablePointer(mutating: next)
      unsafe stream.avail_in = UInt32(give)
      unsafe stream.next_out = output.baseAddress?.advanced(by: filled)
      unsafe stream.avail_out = UInt32(take)
      let status = unsafe CZlib.inflate(&stream, Z_NO_FLUSH)
      let (read, made) = unsafe (give - Int(stream.avail_in), take - Int(stream.avail_out))
      consumed += read
      filled += made
      let full = filled == output.count
      switch status {
      case Z_STREAM_END:
        if consumed == input.count || (full && stopAtLimit) { return nil }
        unsafe inflateReset(&stream)
      case Z_OK where read > 0 || made > 0:
        if full { return nil }
      case Z_OK, Z_BUF_ERROR:
        if full { return nil }
        return GzipError(offset: consumed, reason: "the file ends in the middle of its content")
      default:
        let words = unsafe stream.msg.map { unsafe String(cString: $0) }
        return GzipError(offset: consumed, reason: words ?? "zlib status \(status)")
      }
    }
  }
}
