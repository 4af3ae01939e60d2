/// What becomes of an answer to a GET request: its body goes on where a partial file ends, replaces it,
/// or is none of it.
struct TransferSink {
  /// Let go of at the end, as the lock goes with it.
  private var part: PartialFile?
  /// Where the partial file ended.
  private let offset: Int
  /// More bytes than these are not this file, and are not written.
  private let limit: Int
  private(set) var received = 0
  private(set) var total: Int?
  /// Set by the first thing that goes wrong; nothing more is written then.
  private(set) var failure: Result<HTTPTransfer.Outcome, DatasetError>?
  private var isAccepted = false

  init(_ part: PartialFile, offset: Int, limit: Int) {
    (self.part, self.offset, self.limit) = (part, offset, limit)
  }

  /// What servers of files are likely to say (RFC 9110, section 15).
  private static let reasons = [
    400: "bad request", 401: "unauthorized", 403: "forbidden", 404: "not found", 410: "gone",
    429: "too many requests", 500: "internal server error", 502: "bad gateway",
    503: "service unavailable", 504: "gateway timeout",
  ]

  /// Whether more bytes are wanted.
  var isOpen: Bool { failure == nil }

  /// Decides by the head of the answer.
  ///
  /// - Parameters:
  ///   - length: of the body, if it is stated, in digits; any number may stand there.
  ///   - range: what stands after `Content-Range:`.
  mutating func begin(status: Int, length: String?, range: String?) {
    do throws(DatasetError) {
      try decide(status: status, length: length, range: range)
    } catch {
      failure = .failure(error)
    }
  }

  private mutating func decide(
    status: Int, length: String?, range: String?
  ) throws(DatasetError) {
    let continues = range?.hasPrefix("bytes \(offset)-") == true
    let start = status == 206 ? offset : 0
    let stated = length.flatMap { Int($0) }
    if status == 200 || (status == 206 && continues), let length,
      stated.map({ $0 < 0 || $0 > max(0, limit - start) }) ?? true
    {
      failure = .success(
        .refused("says that it sends \(length) bytes, more than the \(limit) of the file"))
      return
    }
    switch status {
    case 200:
      try part?.restart()
      (received, total, isAccepted) = (0, stated, true)
    case 206 where continues:
      (received, total, isAccepted) = (offset, stated.map { $0 + offset }, true)
    case 206, 416:
      try part?.restart()
      failure = .success(.restarted("does not continue at byte \(offset)"))
    default:
      let words = Self.reasons[status].map { " \($0)" } ?? ""
      failure = .success(.refused("HTTP \(status)\(words)"))
    }
  }

  mutating func take(_ bytes: [UInt8]) {
    guard isAccepted, isOpen else { return }
    do throws(DatasetError) {
      if bytes.count > limit - received {
        try part?.restart()
        failure = .success(.refused("sends more than the \(limit) bytes of the file"))
        return
      }
      try part?.append(bytes)
      received += bytes.count
    } catch {
      failure = .failure(error)
    }
  }

  /// Says that there is no answer, or that the one there is is no use.
  mutating func refuse(_ reason: String) { failure = failure ?? .success(.refused(reason)) }

  /// What has come of it when no more bytes come.
  ///
  /// - Parameter error: why none come, in words; nil when the answer is at its end.
  mutating func end(_ error: String?) -> Result<HTTPTransfer.Outcome, DatasetError> {
    part = nil
    if let failure { return failure }
    if isAccepted, let total, received < total {
      let count = "the server ended after \(received) of \(total) bytes"
      return .success(.cut(error.map { "\(count): \($0)" } ?? count))
    }
    if let error { return .success(isAccepted ? .cut(error) : .refused(error)) }
    return .success(isAccepted ? .complete : .refused("no answer"))
  }
}
