import Dispatch
import RunFormat
import Synchronization
import TensorCore

/// A batch of the data, ready to be fed.
struct Batch: Sendable {
  /// What one source gives.
  struct Part: Sendable {
    /// Indices into its data.
    let samples: ArraySlice<Int>
    /// In the order of the indices, images as bytes, vectors as numbers.
    let real: HostTensor.Elements
    let labels: [Int32]?
  }
  /// In the order of the sources that are played, each of as many samples.
  let parts: [Part]

  var count: Int { parts[0].samples.count }
}

/// Puts batches together in the order of the seed. Where samples lie on a disk this is done ahead of
/// training, by a thread of its own, a few batches and no more; what comes out is the same.
final class BatchFeeder {
  /// Bytes that batches made ahead may take together, and how many of them there are at most and at
  /// least.
  private static let bytesAhead = 64 << 20
  private static let mostAhead = 16
  private static let leastAhead = 2

  private let data: TrainingSources
  private let order: SharedOrder
  private let ahead: DispatchQueue?
  private let depth: Int
  private var pending: [Int: PendingBatch] = [:]
  private var newest: (index: Int, batch: Batch)?

  /// Seconds that training has waited for data.
  private(set) var waited = 0.0

  init(_ data: TrainingSources, _ timetable: Timetable, seed: UInt64) {
    self.data = data
    order = SharedOrder(data, timetable, seed: seed)
    let valueCount = data.played.reduce(0) { $0 + $1.data.samples.format.valueCount }
    depth = max(
      Self.leastAhead,
      min(Self.mostAhead, Self.bytesAhead / max(1, timetable.batch * valueCount)))
    let isOnDisk = data.played.contains { $0.data.samples.isOnDisk }
    ahead = isOnDisk ? DispatchQueue(label: "batches") : nil
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
      let promised = pending.removeValue(forKey: index)
      if let promised, !promised.claim() {
        batch = try promised.wait()
      } else {
        // Nobody is at it yet: quicker than to wait for a thread that the machine has no room for.
        batch = try Self.make(order.samples(ofBatch: index), data)
      }
      pending = pending.filter { $0.key > index && $0.key <= index + depth }
      // A few at a time, so that the thread is not woken for each.
      if pending.count <= depth / 2 {
        for next in (index + 1)...(index + depth) where pending[next] == nil {
          pending[next] = promise(next, on: ahead)
        }
      }
    } else {
      batch = try Self.make(order.samples(ofBatch: index), data)
    }
    newest = (index, batch)
    return batch
  }

  private func promise(_ index: Int, on queue: DispatchQueue) -> PendingBatch {
    let pending = PendingBatch()
    queue.async { [order, data] in
      guard pending.claim() else { return }
      let samples = order.samples(ofBatch: index)
      pending.finish(Result { () throws(RunError) in try Self.make(samples, data) })
    }
    return pending
  }

  private static func make(
    _ samples: [ArraySlice<Int>], _ data: TrainingSources
  ) throws(RunError) -> Batch {
    var parts: [Batch.Part] = []
    for (samples, entry) in zip(samples, data.played) {
      parts.append(
        Batch.Part(
          samples: samples, real: try entry.data.elements(of: samples),
          labels: entry.data.labels.map { labels in samples.map { labels[$0] } }))
    }
    return Batch(parts: parts)
  }
}

/// The order of the data, asked for by whoever makes a batch. It knows two epochs, as the thread that is
/// ahead is often in the next one.
private final class SharedOrder: Sendable {
  private struct Epochs {
    var even: SampleOrder
    var odd: SampleOrder
  }
  private let epochs: Mutex<Epochs>
  private let batchesPerEpoch: Int

  init(_ data: TrainingSources, _ timetable: Timetable, seed: UInt64) {
    let order = SampleOrder(data, timetable, seed: seed)
    epochs = Mutex(Epochs(even: order, odd: order))
    batchesPerEpoch = timetable.batchesPerEpoch
  }

  func samples(ofBatch index: Int) -> [ArraySlice<Int>] {
    epochs.withLock { epochs in
      index / batchesPerEpoch % 2 == 0
        ? epochs.even.samples(ofBatch: index) : epochs.odd.samples(ofBatch: index)
    }
  }
}

/// A batch that another thread makes, unless training gets to it first.
private final class PendingBatch: Sendable {
  private let isClaimed = Atomic(false)
  private let isDone = DispatchSemaphore(value: 0)
  private let result = Mutex<Result<Batch, RunError>?>(nil)

  /// Whether the caller is the one to make it.
  func claim() -> Bool {
    isClaimed.compareExchange(expected: false, desired: true, ordering: .acquiringAndReleasing)
      .exchanged
  }

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
