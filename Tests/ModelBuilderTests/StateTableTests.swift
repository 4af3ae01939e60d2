import Spec
import TensorCore
import Testing

@testable import ModelBuilder

@Suite struct StateTableTests {
  private let builder = GraphBuilder()

  private func state(
    _ name: String, role: StateDeclaration.Role = .parameter,
    network: String = "generator"
  ) -> StateDeclaration {
    StateDeclaration(
      name: name, network: network, role: role, type: TensorType([2]), layout: .plain,
      initial: .constant(0))
  }

  @Test func readingGivesTheNewestValueAndOnlyWhatIsWrittenIsUpdated() throws {
    let table = StateTable(builder: builder)
    let (first, second) = (state("a"), state("b"))
    let before = table.read(first)
    let other = table.read(second)
    table.write(first, before + 1)
    table.write(first, table.read(first) * 2 + other)
    #expect(table.read(first).id != before.id)
    #expect(table.updates.map(\.name) == ["a"])
    let graph = builder.finish(outputs: [], updates: table.updates)
    let updates = try Reference.evaluate(graph, feeds: [:], states: ["a": [1, 2], "b": [10, 20]])
      .updates
    #expect(updates == ["a": [14, 26]])
  }

  @Test func aStateIsDeclaredByItsFirstMentionAlsoByAWrite() {
    let table = StateTable(builder: builder)
    table.write(state("late", role: .statistic), builder.constant(1, [2]))
    _ = table.read(state("late", role: .statistic))
    #expect(table.declarations.map(\.name) == ["late"])
  }

  @Test func parametersAreThoseOfOneNetworkInOrderWithTheirNewestValues() {
    let table = StateTable(builder: builder)
    _ = table.read(state("g.1"))
    _ = table.read(state("d.0", network: "discriminator"))
    _ = table.read(state("g.mean", role: .statistic))
    _ = table.read(state("g.0"))
    let moved = table.read(state("g.1")) + 1
    table.write(state("g.1"), moved)
    let parameters = table.parameters(of: "generator")
    #expect(parameters.map(\.declaration.name) == ["g.1", "g.0"])
    #expect(parameters[0].value.id == moved.id)
  }

  @Test func gradientsStopAtAParameterThatHasMovedNotAtAStatistic() throws {
    let table = StateTable(builder: builder)
    let x = builder.feed("x", [2])
    let (parameter, statistic) = (state("p"), state("s", role: .statistic))
    table.write(parameter, table.read(parameter) + x)
    table.write(statistic, x * 3)
    #expect(table.held.map(\.id) == [table.read(parameter).id])
    let loss = (table.read(parameter) * x + table.read(statistic)).sum()
    let gradient = builder.gradient(of: loss, withRespectTo: [x], holding: table.held)[0]
    let graph = builder.finish(outputs: [("gradient", gradient)], updates: [])
    let outputs = try Reference.evaluate(
      graph, feeds: ["x": [1, 2]], states: ["p": [5, 7]]
    ).outputs
    // p + x as it stands, plus 3.
    #expect(outputs["gradient"] == [9, 12])
  }
}
