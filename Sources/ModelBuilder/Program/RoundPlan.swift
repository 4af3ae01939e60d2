/// A move of a round and its name there.
struct PlannedMove: Sendable {
  let move: Move
  /// `discriminator0` is the first of the discriminator's moves of a round, `information_2_0` that of a
  /// move whose own name ends in a number.
  let name: String

  init(_ move: Move, _ count: Int) {
    self.move = move
    name = move.name + (move.name.last?.isNumber == true ? "_" : "") + "\(count)"
  }
}

/// Which moves of a round are written into one graph.
///
/// Neighbouring moves that use the same latents stand in one graph, in which the samples made of them are
/// computed once. A graph takes one batch of the data at most: a move that takes one joins a graph that has
/// none yet, a move that takes none joins a graph that has one.
struct RoundPlan: Sendable {
  private(set) var segments: [[PlannedMove]] = []

  /// - Parameter round: its moves, and whether each draws its latents anew.
  init(_ round: [(move: Move, isFresh: Bool)]) {
    var counts: [String: Int] = [:]
    for (move, isFresh) in round {
      let count = counts[move.name, default: 0]
      counts[move.name] = count + 1
      let planned = PlannedMove(move, count)
      if !isFresh, let last = segments.last, Self.shares(last, with: move) {
        segments[segments.count - 1].append(planned)
      } else {
        segments.append([planned])
      }
    }
  }

  /// Whether a batch of the data is in the graph once: with the move, or before it.
  private static func shares(_ segment: [PlannedMove], with move: Move) -> Bool {
    segment.contains { $0.move.takesBatch } != move.takesBatch
  }
}
