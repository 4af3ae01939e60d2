import TensorCore
import Testing

@testable import CPUBackend

/// Outputs that only watch leave the bits of all others as they are.
@Suite struct WatchingTests {
  private static let counts = [1_000, 3_001, 20_000, 31_999]
  private static let watchers: Set<String> = ["shifted", "square", "tanh", "transposed"]

  /// The sum of squares of `1.7 x + 0.3`, which also moves a state, and values on the way to it.
  private func graph(_ count: Int, watched: Bool) -> Graph {
    let builder = GraphBuilder()
    let x = builder.feed("x", [count])
    let state = builder.state("state", [count])
    let shifted = x * 1.7 + 0.3
    let square = shifted * shifted
    let total = square.sum()
    let moved = state + square * total
    var outputs: [(name: String, value: Value)] = [
      ("total", total), ("moved total", moved.sum()),
    ]
    if watched {
      outputs += [
        ("shifted", shifted), ("square", square), ("tanh", shifted.tanh),
        ("transposed", square.reshape([1, count]).transpose([1, 0])),
      ]
    }
    return builder.finish(outputs: outputs, updates: [("state", moved)])
  }

  private func played(
    _ count: Int, watched: Bool, watching: Set<String>
  ) throws -> [String: HostTensor] {
    let session = try CPUBackend(threads: 2).makeSession(
      states: [("state", TensorType([count]))])
    let executable = try session.compile(graph(count, watched: watched), watching: watching)
    let numbers = (0..<count).map { Float(($0 * 7919) % 1013) / 1013 - 0.4 }
    try executable.feed("x", HostTensor([count], numbers))
    for _ in 0..<2 { try executable.run() }
    var results = ["state": try session.read("state")]
    for name in ["total", "moved total"] + (watched ? Self.watchers.sorted() : []) {
      results[name] = try executable.output(name)
    }
    return results
  }

  @Test(arguments: counts)
  func whoeverWatchesChangesNoBitAndSeesWhatIsThere(count: Int) throws {
    let alone = try played(count, watched: false, watching: [])
    let watched = try played(count, watched: true, watching: Self.watchers)
    for (name, value) in alone { #expect(watched[name] == value, "\(name)") }
    let seen = try played(count, watched: true, watching: [])
    for name in Self.watchers { #expect(watched[name] == seen[name], "\(name)") }
    #expect(watched["transposed"]?.shape == [count, 1])
  }

  /// Else nothing was tested here.
  @Test func outputsLikeAnyOtherDoChangeABitSomewhere() throws {
    let differing = try Self.counts.filter { count in
      let alone = try played(count, watched: false, watching: [])
      let seen = try played(count, watched: true, watching: [])
      return alone.contains { seen[$0.key] != $0.value }
    }
    #expect(!differing.isEmpty)
  }
}
