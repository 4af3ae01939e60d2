import ModelBuilder
import RunFormat
import TensorCore

/// How long each of `rounds` rounds takes, in seconds, after `warmUp` rounds that are not counted.
/// For benchmarks: nothing is written.
package func roundSeconds(
  _ program: TrainingProgram, data: TrainingSources, backend: any Backend, rounds: Int,
  warmUp: Int = 3
) throws(RunError) -> [Double] {
  let player = try RoundPlayer(
    program, data: data,
    timetable: try Timetable(program, imageCount: data.sampleCount), backend: backend)
  var times: [Double] = []
  for round in 0..<(warmUp + rounds) {
    let start = monotonicSeconds()
    _ = try player.play(round: round)
    if round >= warmUp { times.append(monotonicSeconds() - start) }
  }
  return times
}
