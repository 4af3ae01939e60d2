import Conformance
import Foundation
import TensorCore
import Testing

@testable import XLABackend

/// What a device's compiler gets for each operation: the file that `make check-gpu-compiler` gives to NVIDIA's.
/// `GAN_EXP_WRITE_GOLDEN=1 swift test --filter GoldenTextTests` writes it anew.
@Suite struct GoldenTextTests {
  private static let file = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../Golden/stablehlo.txt").standardized

  /// `// WORDS` and the module, one after the other.
  private static var text: String {
    let exact = OpSample.all.map { module($0, .exact, "") }
    let products = OpSample.all.filter { OpKindOfProduct.holds($0.op) }
    let rounded = [
      (DeviceArithmetic(.tf32, platform: "cuda"), " in tf32 on a card"),
      (DeviceArithmetic(.tf32, platform: "cpu"), " in tf32 elsewhere"),
      (DeviceArithmetic(.bfloat16, platform: "cuda"), " in bfloat16"),
    ].flatMap { form, words in products.map { module($0, form, words) } }
    return (exact + rounded).joined(separator: "\n")
  }

  private static func module(_ sample: OpSample, _ form: DeviceArithmetic, _ words: String)
    -> String
  {
    let builder = GraphBuilder()
    let result = sample.build(builder).result
    let graph = builder.finish(outputs: [("y", result)], updates: [])
    let name = sample.words.split(separator: "\n").joined(separator: " ")
    return "// \(name)\(words)\n\(Module(graph, form).text)"
  }

  @Test func everyOperationIsWrittenAsItWas() throws {
    let written = Self.text
    if ProcessInfo.processInfo.environment["GAN_EXP_WRITE_GOLDEN"] == "1" {
      try written.write(to: Self.file, atomically: true, encoding: .utf8)
    }
    let golden = try String(contentsOf: Self.file, encoding: .utf8)
    let (seen, expected) = (
      written.components(separatedBy: "// "), golden.components(separatedBy: "// ")
    )
    #expect(seen.count == expected.count)
    for (text, known) in zip(seen, expected) { #expect(text == known) }
  }
}

/// Operations that multiply, whose text depends on how exactly.
private enum OpKindOfProduct {
  static func holds(_ op: Op) -> Bool {
    switch op {
    case .matmul, .convolution, .convolutionInputGradient, .convolutionWeightGradient: true
    case .input, .constant, .iota, .random, .unary, .binary, .compare, .select, .convert,
      .broadcast, .reshape, .transpose, .slice, .pad, .concatenate, .gather, .scatterAdd, .reduce,
      .windowSum, .windowSumGradient, .windowMaximum, .windowMaximumGradient, .windowMaximumSelect:
      false
    }
  }
}
