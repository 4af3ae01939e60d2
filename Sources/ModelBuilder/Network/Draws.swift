import TensorCore

/// The random numbers of one move: every draw has a name, which is its stream and under which
/// `trace` gives it out.
package final class Draws {
  private let key: Value
  private let move: String
  /// Stands in front of every name: `part1/`, or nothing.
  private let prefix: String
  /// Of which these are a part; nil: of none.
  private let whole: Draws?
  private var own: [(name: String, role: MoveOutput.Role, value: Value)] = []
  /// What was drawn, as another framework needs it to do the same.
  var observed: [(name: String, role: MoveOutput.Role, value: Value)] { own }

  /// - Parameters:
  ///   - key: int32 `[3]`: seed and number of the execution.
  ///   - move: place in the graph: streams of different moves differ.
  ///   - part: which part of the move's batch.
  init(key: Value, move: String, part: Int = 0) {
    self.key = key
    self.move = move
    prefix = part == 0 ? "" : "part\(part)/"
    whole = nil
  }

  /// Those of a part of the game, whose names begin with its own.
  ///
  /// - Parameter name: `NAME/`, or nothing.
  init(_ name: String, within whole: Draws) {
    (key, move, prefix) = (whole.key, whole.move, whole.prefix + name)
    self.whole = whole
  }

  /// Numbers of a shape, anew in every execution.
  func draw(_ distribution: Distribution, _ name: String, _ shape: Shape) -> Value {
    key.builder.add(
      .random(
        distribution, stream: Philox.streamID(named: "\(move)/\(prefix)\(name)"), shape: shape),
      [key])
  }

  /// The same, given out to `trace`.
  package func observedDraw(_ distribution: Distribution, _ name: String, _ shape: Shape) -> Value {
    let value = draw(distribution, name, shape)
    observe(name, value)
    return value
  }

  /// One number for each of an activation, given out to `trace` as vectors in PyTorch's order.
  func observedNoise(_ distribution: Distribution, _ name: String, like value: Value) -> Value {
    let shape = value.shape
    let vectors = observedDraw(distribution, name, [shape[0], shape.count / shape[0]])
    guard shape.rank == 4 else { return vectors }
    return vectors.reshape([shape[0], shape[3], shape[1], shape[2]]).transpose([0, 2, 3, 1])
  }

  /// Gives out what was made of a draw.
  func observe(_ name: String, _ value: Value, as role: MoveOutput.Role = .input) {
    record(prefix + name, role, value)
  }

  private func record(_ name: String, _ role: MoveOutput.Role, _ value: Value) {
    if let whole {
      whole.record(name, role, value)
    } else {
      own.append((name, role, value))
    }
  }
}
