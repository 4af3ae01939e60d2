import CPUBackend
import TensorCore
import Testing
import XLABackend

@testable import ModelBuilder

/// The rounds that PyTorch played, in single precision on the devices that compute.
@Suite struct GamesOnDevicesTests {
  private static let plugin = PluginKind.xlaCPU.find().files.first
  private static let opened = Result { () throws(BackendError) in
    try XLABackend("xla-cpu", plugin: plugin ?? "")
  }
  /// That of docs/replay.md. Batch norm over two samples makes 7e-5 of rounding; the other games are within 1e-5.
  private static let limit = 1e-4

  @Test(arguments: GameCase.all)
  func roundsOnTheProcessorArePyTorchs(_ gameCase: GameCase) throws {
    try expectPyTorchs(gameCase, on: CPUBackend(threads: 1))
  }

  @Test(
    .enabled(if: plugin != nil, "no plugin: \(PluginKind.xlaCPU.advice)"), arguments: GameCase.all)
  func roundsOnXLAArePyTorchs(_ gameCase: GameCase) throws {
    try expectPyTorchs(gameCase, on: Self.opened.get())
  }

  private func expectPyTorchs(_ gameCase: GameCase, on backend: any Backend) throws {
    let program = try TrainingProgram(loaded(gameCase.spec), images: smallImages)
    let round = program.round(batch: 4)
    let graphs = round.graphs.map { $0.withDrawsFed() }
    let session = try backend.makeSession(states: program.states.map { ($0.name, $0.type) })
    for state in program.states {
      guard let first = gameCase.`init`[state.name]?.ours(state.layout) else { continue }
      try session.write(state.name, HostTensor(state.type.shape, first.values.map(Float.init)))
    }
    let executables = try graphs.map { try session.compile($0) }
    for (index, execution) in gameCase.executions.enumerated() {
      let step = round.steps[index % round.steps.count]
      let executable = executables[step.graph]
      var numbers = execution.draws.asFeeds
      numbers["real"] = execution.real.activation.values
      for feed in graphs[step.graph].inputs(.feed) {
        if feed.name == "key" {
          try executable.feed("key", array: [Int32](repeating: 0, count: 3))
        } else {
          try executable.feed(feed.name, array: try #require(numbers[feed.name]).map(Float.init))
        }
      }
      try executable.run()
      #expect(step.moves.count == execution.losses.values.count)
      for (move, loss) in execution.losses.values.enumerated() {
        let seen = try executable.output("\(move)/loss").floats.map(Double.init)
        expectClose(seen, [loss], tolerance: Self.limit, "loss of move \(move) in \(index)")
      }
    }
    for state in program.states where state.role != .optimizer {
      let wanted = try #require(gameCase.after[state.name]).ours(state.layout)
      let seen = try session.read(state.name).floats.map(Double.init)
      expectClose(seen, wanted.values, tolerance: Self.limit, state.name)
    }
  }
}
