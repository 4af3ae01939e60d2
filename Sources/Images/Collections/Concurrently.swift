import Dispatch
import Synchronization

/// Work on many pictures with all cores.
enum Concurrently {
  /// Calls `visit` for every index, in any order, until one of the calls says no.
  static func visit(_ wanted: [Int], _ visit: @Sendable (Int) -> Bool) {
    let picturesAtOnce = 16
    let parts = (wanted.count + picturesAtOnce - 1) / picturesAtOnce
    let isWanted = Atomic(true)
    DispatchQueue.concurrentPerform(iterations: parts) { part in
      for place in (part * picturesAtOnce)..<min(wanted.count, (part + 1) * picturesAtOnce) {
        guard isWanted.load(ordering: .relaxed) else { return }
        if !visit(wanted[place]) { isWanted.store(false, ordering: .relaxed) }
      }
    }
  }
}
