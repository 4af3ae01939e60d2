import CTransfer

/// One GET request that goes on where a partial file ends, by libcurl.
struct HTTPTransfer {
  enum Outcome: Sendable, Equatable {
    /// Everything the server has is in the file.
    case complete
    /// The connection ended before the file did; what came is kept.
    case cut(String)
    /// The server does not continue what is here, which was thrown away: a new request begins anew.
    case restarted(String)
    /// The server does not give the file, or cannot be reached.
    case refused(String)
  }

  let address: String
  let patience: Double
  /// More bytes than these are not this file, and are not written.
  let limit: Int
  /// Called with the bytes at hand and the whole size, if known.
  var progress: @Sendable (Int, Int?) -> Void = { _, _ in }

  /// Blocks until it has ended. Throws when the disk does not take the bytes.
  func run(into part: PartialFile) throws(DatasetError) -> Outcome {
    let offset = part.size
    let answer = Answer(TransferSink(part, offset: offset, limit: limit), progress)
    let receiver = unsafe transfer_receiver(
      context: Unmanaged.passUnretained(answer).toOpaque(),
      head: { context, status, length, range in
        unsafe Answer.of(context)?.sink.begin(
          status: status, length: length.map { unsafe String(cString: $0) },
          range: range.map { unsafe String(cString: $0) })
      },
      body: { context, bytes, count in
        unsafe Answer.of(context)?.take(UnsafeRawBufferPointer(start: bytes, count: count)) == true
          ? 1 : 0
      })
    var words = [CChar](repeating: 0, count: 512)
    let ending = unsafe withUnsafePointer(to: receiver) { receiver in
      unsafe words.withUnsafeMutableBufferPointer { words in
        unsafe transfer_get(
          address, Int64(offset), patience, receiver, words.baseAddress!, words.count)
      }
    }
    let said = unsafe words.withUnsafeBufferPointer { unsafe String(cString: $0.baseAddress!) }
    return try withExtendedLifetime(answer) {
      answer.sink.end(ending == Int32(TRANSFER_COMPLETE) ? nil : said)
    }.get()
  }
}

/// What comes of an answer while libcurl receives it.
private final class Answer {
  var sink: TransferSink
  private let progress: (Int, Int?) -> Void

  init(_ sink: TransferSink, _ progress: @escaping (Int, Int?) -> Void) {
    (self.sink, self.progress) = (sink, progress)
  }

  static func of(_ context: UnsafeMutableRawPointer?) -> Answer? {
    unsafe context.map { unsafe Unmanaged<Answer>.fromOpaque($0).takeUnretainedValue() }
  }

  /// Whether more is wanted.
  func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard sink.isOpen else { return false }
    unsafe sink.take([UInt8](bytes))
    if sink.isOpen { progress(sink.received, sink.total) }
    return sink.isOpen
  }
}
