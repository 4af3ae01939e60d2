import Dispatch
import Synchronization
import Testing

@testable import Images

@Suite struct ByteBudgetTests {
  @Test(arguments: [(10, 3), (10, 10), (10, 25)])
  func workAtOnceNeverTakesMoreThanThereIsAndWhatIsLargerThanThatGoesOnAlone(
    _ limit: Int, _ each: Int
  ) {
    let budget = ByteBudget(limit: limit)
    let state = Mutex((now: 0, most: 0, done: 0))
    DispatchQueue.concurrentPerform(iterations: 64) { _ in
      budget.spending(each) {
        state.withLock { state in
          state.now += each
          state.most = max(state.most, state.now)
        }
        for _ in 0..<1000 { _ = state.withLock { $0.now } }
        state.withLock { state in
          state.now -= each
          state.done += 1
        }
      }
    }
    let (most, done) = state.withLock { ($0.most, $0.done) }
    #expect(done == 64)
    #expect(most <= max(limit, each))
  }
}
