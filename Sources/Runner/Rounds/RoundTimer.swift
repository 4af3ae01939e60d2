import ModelBuilder
import RunFormat
import TensorCore

/// How long rounds took, and what they are made of.
package struct RoundTimes: Sendable {
  /// Of each round.
  package fileprivate(set) var seconds: [Double] = []
  /// The moves of each graph, in the order in which graphs were planned; nil if none of the timed rounds played it, as
  /// that of a network that has grown since.
  package fileprivate(set) var graphs: [String?] = []
}

/// Plays `rounds` rounds, or more until `duration` seconds are over, after `warmUp` rounds that are not counted. For
/// benchmarks: nothing is written.
package func roundTimes(
  _ program: TrainingProgram, data: TrainingSources, backend: any Backend, rounds: Int,
  duration: Double = 0, warmUp: Int = 3
) throws(RunError) -> RoundTimes {
  let player = try RoundPlayer(
    program, data: data,
    timetable: try Timetable(program, imageCount: data.sampleCount), backend: backend)
  var times = RoundTimes()
  var executables: [any Executable] = []
  var (round, spent) = (0, 0.0)
  while round < warmUp + rounds || spent < duration {
    let start = monotonicSeconds()
    _ = try player.play(round: round) { step in
      let place = executables.firstIndex { $0 === step.executable } ?? executables.count
      if place == executables.count {
        executables.append(step.executable)
        times.graphs.append(nil)
      }
      if round >= warmUp { times.graphs[place] = step.moves.map(\.name).joined(separator: ", ") }
    }
    let time = monotonicSeconds() - start
    if round >= warmUp {
      times.seconds.append(time)
      spent += time
    }
    round += 1
  }
  return times
}
