import Dispatch
import Images
import Synchronization
import TensorCore

/// A batch of the data, ready to be fed.
struct Batch: Sendable {
  /// Indices into the data.
  let samples: ArraySlice<Int>
  /// In the order of the indices, in the form of `TrainingProgram.realInput`.
  let real: HostTensor.Elements
  let labels: [Int32]?
}

/// Puts batches together in the order of the seed. Where samples lie on a disk this is done ahead of
/// training, by a thread of its own, a few batches and no more; what comes out is the same.
final class BatchFeeder {
  /// Batches made ahead.
  static let depth = 4

  private let data: TrainingData
  private let order: SharedOrder
  private let ahead: DispatchQueue?
  private var pending: [Int: PendingBatch] = [:]
  private var newest: (index: Int, batch: Batch)?

  /// Seconds that training has waited for data.
  private(set) var waited = 0.0

  init(_ data: TrainingData, _ timetable: Timetable, seed: UInt64) {
    self.data = data
    order = SharedOrder(BatchOrder(timetable, seed: seed))
    ahead = data.images.isOnDisk ? DispatchQueue(label: "batches") : nil
  }

  /// Batch `index`, counted over the whole run.
  ///
  /// - Throws: `.data` when a sample is no longer what it was.
  func batch(_ index: Int) throws(RunError) -> Batch {
    if let newest, newest.index == index { return newest.batch }
    let start = monotonicSeconds()
    defer { waited += monotonicSeconds() - start }
    let batch: Batch
    if let ahead {
      batch = try (pending.removeValue(forKey: index) ?? order(index, on: ahead)).wait()
      pending = pending.filter { $0.key > index && $0.key <= index + Self.depth }
      for next in (index + 1)...(index + Self.depth) where pending[next] == nil {
        pending[next] = order(next, on: ahead)
      }
    } else {
      batch = try Self.make(order.samples(ofBatch: index), data)
    }
    newest = (index, batch)
    return batch
  }

  private func order(_ index: Int, on queue: DispatchQueue) -> PendingBatch {
    let pending = PendingBatch()
    queue.async { [order, data] in
      let samples = order.samples(ofBatch: index)
      pending.finish(Result { () throws(RunError) in try Self.make(samples, data) })
    }
    return pending
  }

  private static func make(
    _ samples: ArraySlice<Int>, _ data: TrainingData
  ) throws(RunError) -> Batch {
    do throws(DatasetError) {
      return Batch(
        samples: samples,
        real: .uint8(try data.images.bytes(of: samples)),
        labels: data.labels.map { labels in samples.map { labels[$0] } })
    } catch {
      throw .data("\(error)")
    }
  }
}

/// The order of the data, asked for by whoever makes a batch.
private final class SharedOrder: Sendable {
  private let order: Mutex<BatchOrder>

  init(_ order: BatchOrder) { self.order = Mutex(order) }

  func samples(ofBatch index: Int) -> ArraySlice<Int> {
    order.withLock { $0.images(ofBatch: index) }
  }
}

/// A batch that another thread is making.
private final class PendingBatch: Sendable {
  private let isDone = DispatchSemaphore(value: 0)
  private let result = Mutex<Result<Batch, RunError>?>(nil)

  func finish(_ made: Result<Batch, RunError>) {
    result.withLock { $0 = made }
    isDone.signal()
  }

  func wait() throws(RunError) -> Batch {
    isDone.wait()
    guard let made = result.withLock({ $0 }) else {
      preconditionFailure("signalled before it is made")
    }
    return try made.get()
  }
}
