import TensorCore

/// A graph under construction with numbers for its inputs.
package struct GraphTrial {
  package let builder = GraphBuilder()
  package var random: SplitMix
  package private(set) var feeds: [String: HostTensor] = [:]
  package private(set) var states: [(name: String, tensor: HostTensor)] = []
  package var outputs: [(name: String, value: Value)] = []
  package var updates: [(name: String, value: Value)] = []

  package init(seed: UInt64) { random = SplitMix(state: seed) }

  package mutating func numbers(_ count: Int, in range: ClosedRange<Float>) -> [Float] {
    (0..<count).map { _ in Float.random(in: range, using: &random) }
  }
  /// A float32 feed of random numbers.
  package mutating func feed(_ shape: Shape, in range: ClosedRange<Float> = -2...2) -> Value {
    feed(HostTensor(shape, numbers(shape.count, in: range)))
  }
  package mutating func feed(_ tensor: HostTensor) -> Value {
    let name = "feed\(feeds.count)"
    feeds[name] = tensor
    return builder.feed(name, tensor.shape, tensor.type.dtype)
  }
  package mutating func state(_ shape: Shape, in range: ClosedRange<Float> = -2...2) -> Value {
    let name = "state\(states.count)"
    states.append((name, HostTensor(shape, numbers(shape.count, in: range))))
    return builder.state(name, shape)
  }
  package mutating func output(_ value: Value) { outputs.append(("output\(outputs.count)", value)) }
  /// The next new state, in order of ``state(_:in:)``.
  package mutating func update(_ index: Int, _ value: Value) {
    updates.append(("state\(index)", value))
  }

  /// A number of elements along an axis: often 1, sometimes odd, sometimes wider than a vector.
  package mutating func extent(_ largest: Int = 40) -> Int {
    switch Int.random(in: 0..<4, using: &random) {
    case 0: 1
    case 1: Int.random(in: 2...5, using: &random)
    default: Int.random(in: 1...largest, using: &random)
    }
  }
  package mutating func shape(rank: ClosedRange<Int> = 0...4) -> Shape {
    let rank = Int.random(in: rank, using: &random)
    return Shape((0..<rank).map { _ in extent([1: 3000, 2: 90, 3: 24, 4: 12][rank] ?? 6) })
  }

  /// What a backend makes of it: outputs, then states, by name.
  package func run(
    on backend: any Backend, times: Int = 1
  ) throws(BackendError) -> [(name: String, tensor: HostTensor)] {
    let session = try backend.makeSession(states: states.map { ($0.name, $0.tensor.type) })
    for (name, tensor) in states { try session.write(name, tensor) }
    let graph = builder.finish(outputs: outputs, updates: updates)
    let executable = try session.compile(graph)
    for input in graph.inputs(.feed) {
      guard let tensor = feeds[input.name] else { continue }
      try executable.feed(input.name, tensor)
    }
    for _ in 0..<times { try executable.run() }
    var results: [(name: String, tensor: HostTensor)] = []
    for (name, _) in outputs { results.append((name, try executable.output(name))) }
    for (name, _) in states { results.append((name, try session.read(name))) }
    return results
  }
}

/// A small generator whose numbers are the same for ever (Steele, Lea and Flood, 2014).
package struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  package init(state: UInt64) { self.state = state }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
