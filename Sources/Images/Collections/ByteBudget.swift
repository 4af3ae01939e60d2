import Dispatch
import Synchronization

/// So many bytes for work that goes on at once. Work that asks for more than there is waits until other
/// work has ended; what asks for more than there ever is goes on alone.
final class ByteBudget: Sendable {
  private struct State {
    var used = 0
    var waiting: [DispatchSemaphore] = []
  }

  private let limit: Int
  private let state = Mutex(State())

  init(limit: Int) { self.limit = limit }

  func spending<Result, Failure: Error>(
    _ count: Int, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    acquire(count)
    defer { release(count) }
    return try body()
  }

  private func acquire(_ count: Int) {
    while true {
      let turn = state.withLock { state -> DispatchSemaphore? in
        if state.used == 0 || state.used + count <= limit {
          state.used += count
          return nil
        }
        let turn = DispatchSemaphore(value: 0)
        state.waiting.append(turn)
        return turn
      }
      guard let turn else { return }
      turn.wait()
    }
  }

  private func release(_ count: Int) {
    let waiting = state.withLock { state in
      state.used -= count
      defer { state.waiting = [] }
      return state.waiting
    }
    for turn in waiting { turn.signal() }
  }
}
