import ModelBuilder
import RunFormat
import Spec
import TensorCore

/// A number that should be finite and is not.
struct NonFinite: Hashable {
  /// `generator loss`, `discriminator.0.weight`.
  let name: String
  let value: Float

  init(name: String, value: Float) { (self.name, self.value) = (name, value) }

  /// The first among what the moves of a round came to.
  init?(in moves: [MoveResult]) {
    for move in moves {
      if !move.loss.isFinite {
        self.init(name: "\(move.mover) loss", value: move.loss)
        return
      }
      if let norm = move.gradientNorm, !norm.isFinite {
        self.init(name: "norm of the \(move.mover) gradient", value: norm)
        return
      }
    }
    return nil
  }

  /// The first in a state.
  init?(in tensor: HostTensor, of state: StateDeclaration) {
    guard case .float32(let values) = tensor.elements,
      let value = values.first(where: { !$0.isFinite })
    else { return nil }
    self.init(name: state.name, value: value)
  }
}

/// Looks through all weights and statistics where they lie, on the device: one number a state comes back.
final class FiniteSearch {
  private static let verdicts = "finite"
  private let states: [StateDeclaration]
  private let executable: (any Executable)?

  init(_ program: TrainingProgram, in session: any Session) throws(RunError) {
    states = program.states.filter { $0.role != .optimizer && $0.type.dtype == .float32 }
    guard !states.isEmpty else {
      executable = nil
      return
    }
    let builder = GraphBuilder()
    let largest = Double(Float.greatestFiniteMagnitude)
    // 1 where every number is at most the largest there is, which NaN and infinities are not.
    let verdicts = states.map { state in
      let isFinite = builder.state(state.name, state.type.shape).magnitude
        .compared(.lessOrEqual, to: largest)
      let axes = Array(0..<state.type.shape.rank)
      let least = axes.isEmpty ? isFinite : builder.add(.reduce(.minimum, axes: axes), [isFinite])
      return least.reshape([1])
    }
    let all =
      verdicts.count == 1
      ? verdicts[0] : builder.add(.concatenate(axis: 0), verdicts)
    let graph = builder.finish(outputs: [(Self.verdicts, all)], updates: [])
    executable = try onDevice { () throws(BackendError) in try session.compile(graph) }
  }

  /// The first state that holds a number that is not finite.
  func first() throws(RunError) -> StateDeclaration? {
    guard let executable else { return nil }
    let verdicts = try onDevice { () throws(BackendError) in
      try executable.run()
      return try executable.output(Self.verdicts)
    }
    return zip(states, verdicts.floats).first { $0.1 != 1 }?.0
  }
}

extension RoundPlayer {
  /// The first weight or statistic that is not finite.
  func findNonFiniteState() throws(RunError) -> NonFinite? {
    guard let state = try finiteSearch().first() else { return nil }
    return NonFinite(in: try read(state), of: state)
  }
}
