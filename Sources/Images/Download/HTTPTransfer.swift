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
    // URLSession ends the process when a server states a length of 2⁶³ − 1.
    switch PlainHTTP.get(self, part) {
    case .ended(let result): return try result.get()
    case .moved(let address): return try ofSession(address, into: part)
    case .notPlain: return try ofSession(address, into: part)
    }
  }

  private func ofSession(
    _ address: String, into part: PartialFile
  ) throws(DatasetError) -> Outcome {
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

/// Hands what arrives to the sink, on the session's queue.
private final class TransferReceiver: NSObject, URLSessionDataDelegate, Sendable {
  private let sink: Mutex<TransferSink>
  private let progress: @Sendable (Int, Int?) -> Void
  private let ended = DispatchSemaphore(value: 0)
  private let result = Mutex<Result<HTTPTransfer.Outcome, DatasetError>?>(nil)

  init(
    part: PartialFile, offset: Int, limit: Int, progress: @escaping @Sendable (Int, Int?) -> Void
  ) {
    sink = Mutex(TransferSink(part, offset: offset, limit: limit))
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
    sink.withLock { sink in
      guard let response = response as? HTTPURLResponse else {
        return sink.refuse("not an answer in HTTP")
      }
      let length = response.expectedContentLength
      sink.begin(
        status: response.statusCode, length: length >= 0 ? "\(length)" : nil,
        range: response.value(forHTTPHeaderField: "Content-Range"))
    }
    completionHandler(.allow)
  }

  func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
    let now = sink.withLock { sink -> (received: Int, total: Int?)? in
      guard sink.isOpen else { return nil }
      sink.take([UInt8](data))
      return (sink.received, sink.total)
    }
    guard let now else { return dataTask.cancel() }
    progress(now.received, now.total)
  }

  func urlSession(
    _ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?
  ) {
    // The session keeps its delegate for some time more; the sink lets go of the file.
    let outcome = sink.withLock { $0.end(error?.localizedDescription) }
    result.withLock { $0 = outcome }
    ended.signal()
  }
}
