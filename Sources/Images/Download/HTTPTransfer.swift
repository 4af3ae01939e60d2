import Dispatch
import Foundation
import Synchronization

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// One GET request that goes on where a partial file ends.
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
    guard let url = URL(string: address) else { return .refused("not an address") }
    var request = URLRequest(url: url, timeoutInterval: patience)
    // A server that would send a .gz "content-encoded" must send the file itself.
    request.setValue("identity", forHTTPHeaderField: "Accept-Encoding")
    let offset = part.size
    if offset > 0 { request.setValue("bytes=\(offset)-", forHTTPHeaderField: "Range") }

    let receiver = TransferReceiver(part: part, offset: offset, limit: limit, progress: progress)
    let configuration = URLSessionConfiguration.ephemeral
    configuration.requestCachePolicy = .reloadIgnoringLocalCacheData
    let session = URLSession(configuration: configuration, delegate: receiver, delegateQueue: nil)
    session.dataTask(with: request).resume()
    let result = receiver.wait()
    session.invalidateAndCancel()
    return try result.get()
  }
}

/// Writes what arrives to the file, on the session's queue.
private final class TransferReceiver: NSObject, URLSessionDataDelegate, Sendable {
  private struct State {
    /// Let go of at the end: the session keeps its delegate for some time more, and the lock with it.
    var part: PartialFile?
    var received = 0
    var total: Int?
    /// Set by the first thing that goes wrong; nothing more is written then.
    var failure: Result<HTTPTransfer.Outcome, DatasetError>?
    var accepted = false
  }

  private let offset: Int
  private let limit: Int
  private let progress: @Sendable (Int, Int?) -> Void
  private let state: Mutex<State>
  private let ended = DispatchSemaphore(value: 0)
  private let result = Mutex<Result<HTTPTransfer.Outcome, DatasetError>?>(nil)

  init(
    part: PartialFile, offset: Int, limit: Int, progress: @escaping @Sendable (Int, Int?) -> Void
  ) {
    self.state = Mutex(State(part: part))
    self.offset = offset
    self.limit = limit
    self.progress = progress
  }

  func wait() -> Result<HTTPTransfer.Outcome, DatasetError> {
    ended.wait()
    return result.withLock { $0 } ?? .success(.refused("no answer"))
  }

  func urlSession(
    _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
    completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
  ) {
    state.withLock { state in
      do throws(DatasetError) { try begin(response, &state) } catch {
        state.failure = .failure(error)
      }
    }
    completionHandler(.allow)
  }

  func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
    let now = state.withLock { state -> (received: Int, total: Int?)? in
      guard state.accepted, state.failure == nil else { return nil }
      do throws(DatasetError) {
        if state.received + data.count > limit {
          try state.part?.restart()
          state.failure = .success(.refused("sends more than the \(limit) bytes of the file"))
          return nil
        }
        try state.part?.append([UInt8](data))
        state.received += data.count
      } catch {
        state.failure = .failure(error)
      }
      return (state.received, state.total)
    }
    guard let now else { return dataTask.cancel() }
    progress(now.received, now.total)
  }

  func urlSession(
    _ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?
  ) {
    let outcome = state.withLock { state -> Result<HTTPTransfer.Outcome, DatasetError> in
      state.part = nil
      if let failure = state.failure { return failure }
      if let error {
        let words = error.localizedDescription
        return .success(state.accepted ? .cut(words) : .refused(words))
      }
      if let total = state.total, state.received < total {
        return .success(.cut("the server ended after \(state.received) of \(total) bytes"))
      }
      return .success(state.accepted ? .complete : .refused("no answer"))
    }
    result.withLock { $0 = outcome }
    ended.signal()
  }

  /// Decides from the head of the answer whether its body continues the file, replaces it, or is none.
  private func begin(_ response: URLResponse, _ state: inout State) throws(DatasetError) {
    guard let response = response as? HTTPURLResponse else {
      state.failure = .success(.refused("not an answer in HTTP"))
      return
    }
    let length = response.expectedContentLength >= 0 ? Int(response.expectedContentLength) : nil
    switch response.statusCode {
    case 200:
      try state.part?.restart()
      state.received = 0
      state.total = length
      state.accepted = true
    case 206 where continues(response):
      state.received = offset
      state.total = length.map { $0 + offset }
      state.accepted = true
    case 206, 416:
      try state.part?.restart()
      state.failure = .success(.restarted("does not continue at byte \(offset)"))
    case let status:
      let words = HTTPURLResponse.localizedString(forStatusCode: status)
      state.failure = .success(.refused("HTTP \(status) \(words)"))
    }
  }

  private func continues(_ response: HTTPURLResponse) -> Bool {
    guard let range = response.value(forHTTPHeaderField: "Content-Range") else { return false }
    return range.hasPrefix("bytes \(offset)-")
  }
}
