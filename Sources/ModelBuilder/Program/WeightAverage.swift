import Spec
import TensorCore

/// Which of two sets of weights: those that are trained, or their moving average.
package enum Weights: String, CaseIterable, Sendable { case raw, ema }

/// The moving average of a network's weights, one step at a time (Yazıcı et al. 2019,
/// equation 4).
struct WeightAverage: Sendable {
  private let section: AveragingSection
  /// Moves up to which the average is the weights themselves.
  private let startMove: Double

  init(_ section: AveragingSection, movesPerRound: Int) {
    self.section = section
    startMove = Double(section.startRound) * Double(movesPerRound)
  }

  /// Moves the averages of parameters that have just moved.
  ///
  /// - Parameter count: moves the network has made, this one included.
  func follow(
    _ parameters: [(declaration: StateDeclaration, value: Value)], count: Value,
    in states: StateTable
  ) {
    let decay = decay(after: count)
    for (declaration, value) in parameters {
      let average = states.read(declaration.average)
      states.write(declaration.average, value + (average - value) * decay)
    }
  }

  /// How many moves a network has made, this one included, where that is not what its optimizer
  /// counts: one that begins anew with each level.
  func ownCount(of network: String, in states: StateTable) -> Value {
    let counter = Self.counter(of: network)
    let count = states.read(counter) + 1
    states.write(counter, count)
    return count
  }

  static func counter(of network: String) -> StateDeclaration {
    StateDeclaration(
      name: "optimizer.\(network).average_step", network: network, role: .optimizer,
      type: TensorType(.scalar), layout: .plain, initial: .constant(0))
  }

  /// 0 until the start.
  private func decay(after count: Value) -> Value {
    let taken = count - startMove
    let isOn = taken.compared(.greater, to: 0)
    guard section.warmsUp else { return isOn * section.decay }
    // Before the start `taken` may be anything.
    let n = taken.maximum(0)
    return isOn * ((n + 1) / (n + 10)).minimum(section.decay)
  }
}
