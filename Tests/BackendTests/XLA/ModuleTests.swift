import TensorCore
import Testing

@testable import XLABackend

/// What a device's compiler gets to read; needs no plugin.
@Suite struct ModuleTests {
  @Test func aSmallGraphIsThisText() {
    let builder = GraphBuilder()
    let weight = builder.state("weight", [2, 3])
    let x = builder.feed("x", [4, 2])
    let y = x.matmul(weight) * 0.5
    let module = Module(
      builder.finish(outputs: [("sum", y.sum(axes: [0]))], updates: [("weight", weight + 1)]))
    #expect(
      module.text == """
        module @round {
          func.func public @main(%state0: tensor<2x3xf32> {tf.aliasing_output = 0 : i32}, \
        %feed1: tensor<4x2xf32>) -> (tensor<2x3xf32>, tensor<3xf32>) {
            %v1 = stablehlo.dot_general %feed1, %state0, contracting_dims = [1] x [0], \
        precision = [HIGHEST, HIGHEST] : (tensor<4x2xf32>, tensor<2x3xf32>) -> tensor<4x3xf32>
            %v2 = stablehlo.constant dense<0x3F000000> : tensor<f32>
            %v3 = stablehlo.broadcast_in_dim %v2, dims = [] : (tensor<f32>) -> tensor<4x3xf32>
            %v4 = stablehlo.multiply %v1, %v3 : tensor<4x3xf32>
            %v5 = stablehlo.constant dense<0x00000000> : tensor<f32>
            %v6 = stablehlo.reduce(%v4 init: %v5) applies stablehlo.add across dimensions = [0] \
        : (tensor<4x3xf32>, tensor<f32>) -> tensor<3xf32>
            %v7 = stablehlo.constant dense<0x3F800000> : tensor<f32>
            %v8 = stablehlo.broadcast_in_dim %v7, dims = [] : (tensor<f32>) -> tensor<2x3xf32>
            %v9 = stablehlo.add %state0, %v8 : tensor<2x3xf32>
            return %v9, %v6 : tensor<2x3xf32>, tensor<3xf32>
          }
        }

        """)
    #expect(module.states == ["weight"] && module.updates == ["weight"])
  }

  /// 1026 numbers are more than one sum has: 513 are added to the others.
  @Test func aLongSumIsOneOfHalvesOnAProcessorAndWholeOnACard() {
    let builder = GraphBuilder()
    let sum = builder.feed("x", [3, 2, 171]).sum(axes: [0, 1, 2])
    let graph = builder.finish(outputs: [("sum", sum)], updates: [])
    let halves = Module(graph, DeviceArithmetic(.float32, platform: "cpu")).text
    #expect(
      halves.contains(
        """
            %v1 = stablehlo.slice %feed0 [0:3, 0:1, 0:171] : (tensor<3x2x171xf32>) -> tensor<3x1x171xf32>
            %v2 = stablehlo.slice %feed0 [0:3, 1:2, 0:171] : (tensor<3x2x171xf32>) -> tensor<3x1x171xf32>
            %v3 = stablehlo.add %v1, %v2 : tensor<3x1x171xf32>

        """))
    let whole = Module(graph, DeviceArithmetic(.float32, platform: "cuda")).text
    #expect(!whole.contains("slice"))
  }

  /// XLA's GPU compiler sees the gradient in it only where the weight is turned by an operation of its own.
  @Test func aGradientOfAnImageTurnsItsWeightByAnOperation() {
    let builder = GraphBuilder()
    let geometry = ConvGeometry(strideHeight: 2, strideWidth: 2, padTop: 1, padLeft: 1)
    let y = builder.feed("y", [1, 4, 4, 5])
    let weight = builder.feed("weight", [3, 3, 2, 5])
    let x = builder.add(
      .convolutionInputGradient(geometry, height: 8, width: 8), [y, weight])
    let text = Module(builder.finish(outputs: [("x", x)], updates: [])).text
    #expect(text.contains("stablehlo.reverse %feed1, dims = [0, 1]"))
    #expect(!text.contains("reverse = ["))
    #expect(text.contains("lhs_dilate = [2, 2]"))
  }

  /// What the compiler refuses is told with the line, and with what it was written for.
  @Test func anErrorOfTheCompilerNamesTheLineAndTheOperation() {
    let builder = GraphBuilder()
    let x = builder.feed("x", [3])
    let module = Module(builder.finish(outputs: [("y", x.tanh)], updates: []))
    let error = module.explained(BackendError("-:3:10: error: no such thing"))
    #expect(
      error.description == """
        the device's compiler: error: no such thing
          line 3: %v1 = stablehlo.tanh %feed0 : tensor<3xf32>
          written for: tanh(%0) : float32[3]
        """)
    #expect(
      module.explained(BackendError("out of memory")).description
        == "the device's compiler: out of memory")
  }
}
