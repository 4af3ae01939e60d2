import ModelBuilder
import RunFormat
import TensorCore

/// How long rounds took, and what they are made of.
package struct RoundTimes: Sendable {
  /// To the end of the first round, counted or not, with all that is planned before it.
  package fileprivate(set) var first = 0.0
  /// Of each round.
  package fileprivate(set) var seconds: [Double] = []
  /// The moves of each graph, in the order in which graphs were planned.
  package fileprivate(set) var graphs: [[String]] = []
}

/// Plays `rounds` rounds, or more until `duration` seconds are over, after `warmUp` rounds that are not counted;
/// `begin` is called between them. Where rounds take so long that they come to `limit` seconds, three are enough.
/// For benchmarks: nothing is written.
package func roundTimes(
  _ program: TrainingProgram, data: TrainingSources, backend: any Backend, rounds: Int,
  duration: Double = 0, warmUp: Int = 3, limit: Double = .infinity, begin: () -> Void = {}
) throws(RunError) -> RoundTimes {
  let begun = monotonicSeconds()
  let player = try RoundPlayer(
    program, data: data,
    timetable: try Timetable(program, imageCount: data.sampleCount), backend: backend)
  var times = RoundTimes()
  var graphs: [PlayedGraph] = []
  var (round, spent) = (0, 0.0)
  while round < warmUp + rounds || spent < duration {
    if spent >= limit, times.seconds.count >= min(3, rounds) { break }
    if round == warmUp { begin() }
    let start = monotonicSeconds()
    _ = try player.play(round: round) { step in
      let place = graphs.firstIndex { $0.executable === step.executable } ?? graphs.count
      if place == graphs.count { graphs.append(PlayedGraph(executable: step.executable)) }
      for move in step.moves where !graphs[place].moves.contains(move.name) {
        graphs[place].moves.append(move.name)
      }
    }
    let time = monotonicSeconds() - start
    if round == 0 { times.first = monotonicSeconds() - begun }
    if round >= warmUp {
      times.seconds.append(time)
      spent += time
    }
    round += 1
  }
  times.graphs = graphs.map(\.moves)
  return times
}

/// A graph that may be gone: networks that grow leave theirs behind.
private struct PlayedGraph {
  weak var executable: (any Executable)?
  var moves: [String] = []
}
