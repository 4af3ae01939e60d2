import Spec
import TensorCore

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
/// Neighbouring moves that draw nothing anew stand in one graph, in which the values they share are
/// computed once.
struct RoundPlan: Sendable {
  /// A row of moves.
  struct Segment: Sendable {
    /// What is drawn anew before it; of the round's first all is.
    let fresh: MoveEntry.Fresh
    fileprivate(set) var moves: [PlannedMove]
  }
  private(set) var segments: [Segment] = []

  /// - Parameter round: its moves, and what each draws anew.
  init(_ round: [(move: Move, fresh: MoveEntry.Fresh)]) {
    var counts: [String: Int] = [:]
    for (move, fresh) in round {
      let count = counts[move.name, default: 0]
      counts[move.name] = count + 1
      let planned = PlannedMove(move, count)
      if fresh == .nothing, !segments.isEmpty {
        segments[segments.count - 1].moves.append(planned)
      } else {
        segments.append(Segment(fresh: segments.isEmpty ? .batch : fresh, moves: [planned]))
      }
    }
  }
}

extension Game {
  /// Whether a graph has a feed of the data's samples or labels.
  func asksForData(_ graph: Graph) -> Bool {
    let feeds = sources.flatMap { source -> [String] in
      switch source.kind {
      case .stored(let feed, _): [feed] + [source.labels?.feed].compactMap(\.self)
      case .derived: []
      }
    }
    return graph.inputs(.feed).contains { feeds.contains($0.name) }
  }

  /// The segments of a round that are said to take a batch of the data: of those that share one, the first
  /// in which a critic sees it, or else the first that asks for it.
  ///
  /// - Parameter asks: for each segment, whether its graph has a feed of the data.
  func takers(_ asks: [Bool]) -> [Int] {
    let segments = plan.segments
    let starts = segments.indices.filter { segments[$0].fresh == .batch }
    return zip(starts, starts.dropFirst() + [segments.count]).compactMap { start, end in
      let asking = (start..<end).filter { asks[$0] }
      return asking.first { index in
        segments[index].moves.contains { !judgements(in: $0.move).isEmpty }
      } ?? asking.first
    }
  }
}
