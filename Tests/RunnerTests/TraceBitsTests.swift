import CPUBackend
import ModelBuilder
import RunFormat
import Spec
import TensorCore
import Testing

@testable import Runner

/// What is observed of a round must not change it.
struct TraceBitsTests {
  @Test func thereAreGames() { #expect(LoadedGame.files.count >= 22) }

  @Test(arguments: LoadedGame.files)
  func aTraceHasTheBitsOfTheRun(file: String) throws {
    let game = try LoadedGame(file: file)
    let (program, data) = (game.program, game.data)
    let backend = CPUBackend(threads: 2)
    let scratch = try Scratch()
    let path = "\(scratch.path)/trace.safetensors"
    try trace(program, data: data, backend: backend, rounds: 2, to: path)
    let traced = try FileLayer().readSafetensors(path)
    let timetable = try Timetable(program, imageCount: data.sampleCount)
    let player = try RoundPlayer(program, data: data, timetable: timetable, backend: backend)
    var gradients = 0
    for round in 0..<2 {
      for move in try player.play(round: round) {
        let here = "round\(round)/\(move.name)"
        #expect(traced["\(here)/loss"]?.floats == [move.loss], "\(here)")
        #expect(traced["\(here)/gradient_norm"]?.floats.first == move.gradientNorm, "\(here)")
        gradients += traced.entries.count { $0.name.hasPrefix("\(here)/gradient/") }
      }
      for state in program.states where state.role != .optimizer {
        let name = "round\(round)/after/\(state.name)"
        let value = state.layout.toTorch(try player.read(state))
        #expect(traced[name] == value, "\(name)")
      }
    }
    #expect(gradients > 0)
  }
}
