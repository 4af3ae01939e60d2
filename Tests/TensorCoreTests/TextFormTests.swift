import Conformance
import Testing

@testable import TensorCore

@Suite struct TextFormTests {
  @Test(arguments: OpSample.all)
  func everyOperationReadsBackAsItWasWritten(_ sample: OpSample) throws {
    let builder = GraphBuilder(simplifying: false)
    let (_, result) = sample.build(builder)
    let graph = builder.finish(outputs: [("result", result)], updates: [])
    #expect(try Graph(text: graph.text) == graph)
  }

  @Test func aTrainingStepReadsBackAsItWasWritten() throws {
    let graph = PlanTests.training()
    #expect(try Graph(text: graph.text) == graph)
    #expect(!graph.updates.isEmpty)
  }

  @Test func theFormIsOneNodeALineThenOutputsAndUpdates() throws {
    let builder = GraphBuilder()
    let (x, w) = (builder.feed("real images", [8, 4]), builder.state("critic.0.weight", [1, 4]))
    let score = x.matmul(w, transposeRight: true)
    let loss = score.softplus.mean()
    let gradient = builder.gradient(of: loss, withRespectTo: [w])[0]
    let graph = builder.finish(
      outputs: [("loss", loss)], updates: [("critic.0.weight", w - gradient * 0.1)])
    #expect(
      graph.text == """
        %0 = feed("real images") : float32[8, 4]
        %1 = state("critic.0.weight") : float32[1, 4]
        %2 = matmul(%0, %1) transpose_right : float32[8, 1]
        %3 = softplus(%2) : float32[8, 1]
        %4 = reduce_sum(%3) axes=[0, 1] : float32[]
        %5 = constant(0.125) : float32[]
        %6 = multiply(%4, %5) : float32[]
        %7 = broadcast(%5) axes=[] : float32[8, 1]
        %8 = sigmoid(%2) : float32[8, 1]
        %9 = multiply(%8, %7) : float32[8, 1]
        %10 = matmul(%9, %0) transpose_left : float32[1, 4]
        %11 = constant(0.1) : float32[]
        %12 = broadcast(%11) axes=[] : float32[1, 4]
        %13 = multiply(%10, %12) : float32[1, 4]
        %14 = subtract(%1, %13) : float32[1, 4]
        output "loss" = %6
        update "critic.0.weight" <- %14

        """)
  }

  @Test func commentsBlankLinesAndSpacesDoNotMatter() throws {
    let graph = try Graph(
      text: """
        # a graph

          %0=feed("x"):float32[2,3]   # the input
        output   "y"=%0
        """)
    #expect(graph.nodes.count == 1)
    #expect(graph.outputs == [Graph.Output(name: "y", node: 0)])
  }

  struct Mistake: Sendable {
    let line: String
    let error: String
  }

  /// What stands on the second line, after `%0 = feed("x") : float32[2, 3]`.
  @Test(arguments: [
    Mistake(line: "nonsense", error: "2:1: %, output or update expected"),
    Mistake(line: "%2 = tanh(%0) : float32[2, 3]", error: "2:1: %1 expected"),
    Mistake(line: "%1 = tanhh(%0) : float32[2, 3]", error: "2:6: no operation is called tanhh"),
    Mistake(line: "%1 = tanh(%1) : float32[2, 3]", error: "2:11: %1 does not stand before"),
    Mistake(
      line: "%1 = tanh(%0) : float32[2, 4]",
      error: "2:6: tanh gives float32[2, 3], not float32[2, 4]"),
    Mistake(
      line: "%1 = tanh(%0, %0) : float32[2, 3]",
      error: "2:6: tanh takes 1 operand, not 2"),
    Mistake(
      line: "%1 = tanh(%0) : float16[2, 3]", error: "2:17: no element type is called float16"),
    Mistake(line: "%1 = tanh(%0) axis=1 : float32[2, 3]", error: "2:6: tanh has no axis"),
    Mistake(line: "%1 = tanh(%0) loud : float32[2, 3]", error: "2:6: tanh has no loud"),
    Mistake(line: "%1 = tanh(%0) : float32[2, 3] more", error: "2:31: the line should end here"),
    Mistake(line: "%1 = tanh(%0)", error: "2:14: : and a type expected"),
    Mistake(line: "%1 = tanh(%0 : float32[2, 3]", error: "2:14: ) expected"),
    Mistake(line: "%1 = tanh(4) : float32[2, 3]", error: "2:6: tanh takes operands"),
    Mistake(line: "%1 = constant(x) : float32[]", error: "2:15: a number expected"),
    Mistake(line: "%1 = constant() : float32[]", error: "2:6: constant takes a number"),
    Mistake(line: "%1 = feed(%0) : float32[]", error: "2:6: feed takes a name in quotes"),
    Mistake(line: "%1 = feed(\"y) : float32[]", error: "2:26: the closing quote is missing"),
    Mistake(line: "%1 = feed(\"x\") : float32[]", error: "2:1: %1: there is another input named x"),
    Mistake(line: "%1 = reduce_sum(%0) : float32[]", error: "2:6: reduce_sum needs axes=[…]"),
    Mistake(
      line: "%1 = reduce_sum(%0) axes=[0] axes=[1] : float32[]",
      error: "2:30: axes is given twice"),
    Mistake(
      line: "%1 = reduce_sum(%0) axes=[zero] : float32[]",
      error: "2:27: a whole number expected"),
    Mistake(
      line: "%1 = window_sum(%0) size=[2] stride=[1, 1] : float32[2, 3]",
      error: "2:6: size has 2 numbers"),
    Mistake(line: "%1 = iota() axis=0 : float32[0]", error: "2:6: iota(): [0] has no elements"),
    Mistake(
      line: "%1 = iota() axis=0 : float32[9000000000, 9000000000]",
      error: "2:6: iota(): [9000000000, 9000000000] has too many elements"),
    Mistake(line: "output \"y\" = %7", error: "2:14: %7 does not stand before"),
    Mistake(line: "output y = %0", error: "2:8: a name in quotes expected"),
    Mistake(line: "update \"y\" = %0", error: "2:12: <- expected"),
  ])
  func aMistakeIsToldWithItsPlace(_ mistake: Mistake) {
    let text = "%0 = feed(\"x\") : float32[2, 3]\n" + mistake.line
    var seen = "no error"
    do throws(TextFormError) { _ = try Graph(text: text) } catch { seen = error.description }
    #expect(seen == mistake.error)
  }

  @Test func anyCutOrChangedCharacterGivesAGraphOrAnErrorNeverATrap() {
    let text = Array(PlanTests.training().text.prefix(900))
    var choices = Choices(seed: 1)
    for _ in 0..<600 {
      var broken = text
      switch choices.below(3) {
      case 0: broken.remove(at: choices.below(broken.count))
      case 1: broken[choices.below(broken.count)] = choices.one(of: Array("%0[]()\"=,:- x\n9"))
      default: broken = Array(broken.prefix(choices.below(broken.count)))
      }
      do throws(TextFormError) {
        let graph = try Graph(text: String(broken))
        #expect(graph.problems() == [])
      } catch {
        #expect(error.line >= 1 && error.column >= 1)
      }
    }
  }
}
