import Spec
import TensorCore
import Testing

@testable import ModelBuilder

struct OptimizerCase: Decodable, CustomTestStringConvertible {
  let optimizer: String
  let start: GoldenTensor
  let gradients: [GoldenTensor]
  let after: [GoldenTensor]

  static let all: [OptimizerCase] = golden("optimizers")

  var testDescription: String { optimizer }
}

@Suite struct OptimizerTests {
  @Test(arguments: OptimizerCase.all)
  func fiveStepsLeadWherePyTorchsLead(_ optimizerCase: OptimizerCase) throws {
    let optimizer = Catalog.optimizer(try choice("{\(optimizerCase.optimizer)}", .optimizer))
    let builder = GraphBuilder()
    let table = StateTable(builder: builder)
    let parameter = StateDeclaration(
      name: "generator.0.weight", network: "generator", role: .parameter, type: TensorType([4]),
      layout: .plain, initial: .constant(0))
    let gradient = builder.feed("gradient", [4])
    let memory = OptimizerMemory(
      states: table, parameter: parameter, count: builder.feed("count", .scalar),
      learningRate: builder.constant(optimizer.learningRate), momentum: nil)
    let value = table.read(parameter)
    table.write(parameter, optimizer.step(value, gradient: gradient, memory: memory))
    let graph = builder.finish(outputs: [], updates: table.updates)

    var states = Dictionary(
      uniqueKeysWithValues: table.declarations.map { ($0.name, [Double](repeating: 0, count: 4)) })
    states[parameter.name] = optimizerCase.start.values
    for (step, gradient) in optimizerCase.gradients.enumerated() {
      let feeds = ["gradient": gradient.values, "count": [Double(step + 1)]]
      states.merge(try Reference.evaluate(graph, feeds: feeds, states: states).updates) { $1 }
      expectClose(
        states[parameter.name], optimizerCase.after[step].values, tolerance: 1e-10,
        "parameter after step \(step + 1)")
    }
  }

  @Test func anOptimizerKeepsOnlyWhatItsSettingsNeed() throws {
    let table: [(text: String, slots: Set<String>)] = [
      ("kind: adam", ["first_moment", "second_moment"]),
      ("kind: sgd, learning_rate: 1", []),
      ("kind: sgd, learning_rate: 1, momentum: 0.5", ["velocity"]),
      ("kind: rmsprop", ["mean_square"]),
      ("kind: rmsprop, momentum: 0.5", ["mean_square", "velocity"]),
      ("kind: rmsprop, centered: true", ["mean_square", "mean_gradient"]),
    ]
    for (text, slots) in table {
      let program = try TrainingProgram(
        smallGame(
          discriminator: "[flatten, {linear: {units: 1, bias: false}}]",
          optimizer: "{\(text)}"), images: smallImages)
      let kept = program.states.filter { $0.role == .optimizer && $0.network == "discriminator" }
      let wanted = slots.map { "optimizer.discriminator.1.weight.\($0)" }
      #expect(Set(kept.map(\.name)) == Set(wanted + ["optimizer.discriminator.step"]), "\(text)")
    }
  }
}
