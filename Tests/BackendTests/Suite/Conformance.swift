import TensorCore
import Testing

/// A graph under construction with numbers for its inputs.
struct Trial {
  let builder = GraphBuilder()
  var random: SplitMix
  private(set) var feeds: [String: HostTensor] = [:]
  private(set) var states: [(name: String, tensor: HostTensor)] = []
  var outputs: [(name: String, value: Value)] = []
  var updates: [(name: String, value: Value)] = []

  init(seed: UInt64) { random = SplitMix(state: seed) }

  mutating func numbers(_ count: Int, in range: ClosedRange<Float>) -> [Float] {
    (0..<count).map { _ in Float.random(in: range, using: &random) }
  }
  /// A float32 feed of random numbers.
  mutating func feed(_ shape: Shape, in range: ClosedRange<Float> = -2...2) -> Value {
    feed(HostTensor(shape, numbers(shape.count, in: range)))
  }
  mutating func feed(_ tensor: HostTensor) -> Value {
    let name = "feed\(feeds.count)"
    feeds[name] = tensor
    return builder.feed(name, tensor.shape, tensor.type.dtype)
  }
  mutating func state(_ shape: Shape, in range: ClosedRange<Float> = -2...2) -> Value {
    let name = "state\(states.count)"
    states.append((name, HostTensor(shape, numbers(shape.count, in: range))))
    return builder.state(name, shape)
  }
  mutating func output(_ value: Value) { outputs.append(("output\(outputs.count)", value)) }
  /// The next new state, in order of ``state(_:in:)``.
  mutating func update(_ index: Int, _ value: Value) { updates.append(("state\(index)", value)) }

  /// A number of elements along an axis: often 1, sometimes odd, sometimes wider than a vector.
  mutating func extent(_ largest: Int = 40) -> Int {
    switch Int.random(in: 0..<4, using: &random) {
    case 0: 1
    case 1: Int.random(in: 2...5, using: &random)
    default: Int.random(in: 1...largest, using: &random)
    }
  }
  mutating func shape(rank: ClosedRange<Int> = 0...4) -> Shape {
    let rank = Int.random(in: rank, using: &random)
    return Shape((0..<rank).map { _ in extent([1: 3000, 2: 90, 3: 24, 4: 12][rank] ?? 6) })
  }

  /// What a backend makes of the trial: outputs, then states, by name.
  func run(on backend: any Backend, times: Int = 1) throws -> [(name: String, tensor: HostTensor)] {
    let session = try backend.makeSession(states: states.map { ($0.name, $0.tensor.type) })
    for (name, tensor) in states { try session.write(name, tensor) }
    let executable = try session.compile(builder.finish(outputs: outputs, updates: updates))
    for (name, tensor) in feeds where isRead(name) { try executable.feed(name, tensor) }
    for _ in 0..<times { try executable.run() }
    return try outputs.map { ($0.name, try executable.output($0.name)) }
      + states.map { ($0.name, try session.read($0.name)) }
  }

  private func isRead(_ name: String) -> Bool {
    builder.finish(outputs: outputs, updates: updates).inputs(.feed).contains { $0.name == name }
  }
}

/// A small generator whose numbers are the same for ever (Steele, Lea and Flood, 2014).
struct SplitMix: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// The largest difference, as a part of the largest number that is expected (or of `floor`); infinite where one side alone is no
/// number.
func worstError(_ seen: HostTensor, _ expected: HostTensor, floor: Double = 1e-30) -> Double {
  let scale = expected.doubles.filter(\.isFinite).map(abs).max() ?? 0
  return zip(seen.doubles, expected.doubles).map { a, b in
    if a == b || a.isNaN && b.isNaN { return 0 }
    let error = abs(a - b) / max(scale, floor)
    return error.isNaN ? .infinity : error
  }.max() ?? 0
}

/// Holds `backend` against the reference on one trial.
func expectAgreement(
  _ trial: Trial, on backend: any Backend, times: Int = 1, tolerance: Double = 2e-6,
  _ name: String = "", sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let expected = try trial.run(on: ReferenceBackend(), times: times)
  let seen = try trial.run(on: backend, times: times)
  for (a, b) in zip(seen, expected) {
    #expect(a.tensor.type == b.tensor.type, sourceLocation: sourceLocation)
    let error = worstError(a.tensor, b.tensor)
    #expect(
      error <= tolerance,
      "\(name) \(a.name) \(a.tensor.type): \(a.tensor.head) is not \(b.tensor.head)",
      sourceLocation: sourceLocation)
  }
}

extension HostTensor {
  var head: String { doubles.prefix(6).map { "\($0)" }.joined(separator: " ") }
}
