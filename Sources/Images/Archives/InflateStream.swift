import CZlib

/// What deflate packed, in a part of a file, a piece at a time; never more than is asked for.
@safe final class InflateStream {
  enum Format: Int32 {
    /// Members one after the other; what follows them is ignored.
    case gzip = 31
    /// Without a header, as in zip.
    case raw = -15
  }

  /// Deflate makes at most 1032 bytes of one.
  static let largestRatio = 1032

  private let file: DataFile
  private let range: Range<Int>
  private let format: Format
  private let stream: UnsafeMutablePointer<z_stream>
  private var consumed = 0
  /// The part of the file that is held, and where it begins in `range`.
  private var window: [UInt8] = []
  private var windowStart = 0
  private static let windowSize = 256 << 10
  private var isAtEnd = false

  init(_ file: DataFile, _ range: Range<Int>, _ format: Format) throws(GzipError) {
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
      failure = unsafe fill(output, &filled)
    }
    if let failure { throw failure }
    return bytes
  }

  /// Makes `count` bytes from `consumed` on stand in the window, as far as there are so many.
  private func hold(_ count: Int) throws(GzipError) {
    let wanted = min(count, range.count - consumed)
    guard consumed < windowStart || consumed + wanted > windowStart + window.count else { return }
    let start = range.lowerBound + consumed
    do throws(DatasetError) {
      window = try file.bytes(start..<min(range.upperBound, start + Self.windowSize))
      windowStart = consumed
    } catch {
      throw GzipError(offset: start, reason: error.summary)
    }
  }

  private func fill(
    _ output: UnsafeMutableBufferPointer<UInt8>, _ filled: inout Int
  ) -> GzipError? {
    // zlib counts in 32 bits.
    let longest = 1 << 30
    while filled < output.count && !isAtEnd {
      do throws(GzipError) { try hold(1) } catch { return error }
      let take = min(output.count - filled, longest)
      let (status, read, made) = unsafe window.withUnsafeBufferPointer { input in
        let offset = consumed - windowStart
        let give = input.count - offset
        unsafe stream.pointee.next_in = UnsafeMutablePointer(
          mutating: input.baseAddress?.advanced(by: offset))
        unsafe stream.pointee.avail_in = UInt32(give)
        unsafe stream.pointee.next_out = output.baseAddress?.advanced(by: filled)
        unsafe stream.pointee.avail_out = UInt32(take)
        let status = unsafe CZlib.inflate(stream, Z_NO_FLUSH)
        return unsafe (
          status, give - Int(stream.pointee.avail_in), take - Int(stream.pointee.avail_out)
        )
      }
      consumed += read
      filled += made
      switch status {
      case Z_STREAM_END:
        do throws(GzipError) { try hold(2) } catch { return error }
        if format == .gzip, window[(consumed - windowStart)...].starts(with: [0x1f, 0x8b]) {
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
