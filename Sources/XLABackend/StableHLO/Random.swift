import TensorCore

// Random numbers: Philox4x32-10 written out, so that every device draws the same words (``Philox``).
extension Writer {
  mutating func random(_ distribution: Distribution, stream: UInt32, _ node: Node) -> String {
    let count = node.type.shape.count
    let blocks = (count + 3) / 4
    let name = "@philox_\(distribution.rawValue)_\(blocks)"
    define(name, Self.function(name, blocks, distribution))
    let key = operand(node).0
    let number = integer(Int(stream), "ui32")
    let all = TensorType([blocks * 4])
    let drawn = line(
      "func.call \(name)(\(key), \(number)) : (tensor<3xi32>, tensor<ui32>) -> \(all.text)")
    let wanted = TensorType([count])
    let some =
      count == blocks * 4
      ? drawn : call("slice", [(drawn, all.text)], " [0:\(count):1]", to: wanted.text)
    return call("reshape", [(some, wanted.text)], to: node.type.text)
  }

  /// `(key int32[3], stream) → float32[4 · blocks]`.
  private static func function(_ name: String, _ blocks: Int, _ distribution: Distribution)
    -> String
  {
    var code = Code(blocks: blocks)
    let words = code.words()
    let lanes = distribution == .uniform ? code.uniforms(words) : code.normals(words)
    let result = code.interleaved(lanes)
    let head =
      "func.func private \(name)(%key: tensor<3xi32>, %stream: tensor<ui32>) -> "
      + "tensor<\(4 * blocks)xf32> {\n"
    return head + code.lines.map { "  \($0)\n" }.joined()
      + "  return \(result) : tensor<\(4 * blocks)xf32>\n}\n"
  }

  /// The body of such a function.
  private struct Code {
    let blocks: Int
    var lines: [String] = []

    init(blocks: Int) { self.blocks = blocks }

    func many(_ element: String) -> String { "tensor<\(blocks)x\(element)>" }

    mutating func line(_ text: String) -> String {
      let name = "%r\(lines.count)"
      lines.append("\(name) = stablehlo.\(text)")
      return name
    }
    mutating func op(_ word: String, _ operands: String..., element: String) -> String {
      line("\(word) \(operands.joined(separator: ", ")) : \(many(element))")
    }
    mutating func scalar(_ number: UInt64, _ element: String) -> String {
      line("constant dense<\(number)> : tensor<\(element)>")
    }
    mutating func filled(_ number: UInt64, _ element: String) -> String {
      line("constant dense<\(number)> : \(many(element))")
    }
    mutating func filled(_ number: Double, _ element: String) -> String {
      line("constant dense<\(number)> : \(many(element))")
    }
    mutating func repeated(_ scalar: String) -> String {
      line("broadcast_in_dim \(scalar), dims = [] : (tensor<ui32>) -> \(many("ui32"))")
    }
    mutating func converted(_ x: String, _ from: String, _ to: String) -> String {
      line("convert \(x) : (\(many(from))) -> \(many(to))")
    }

    /// Word `k` of every block, for the four `k`.
    mutating func words() -> [String] {
      let bits = line("bitcast_convert %key : (tensor<3xi32>) -> tensor<3xui32>")
      let parts = (0..<3).map { index in
        let part = line(
          "slice \(bits) [\(index):\(index + 1):1] : (tensor<3xui32>) -> tensor<1xui32>")
        return line("reshape \(part) : (tensor<1xui32>) -> tensor<ui32>")
      }
      var keys = [parts[0], parts[1]]
      var c = [
        line("iota dim = 0 : \(many("ui32"))"), repeated(parts[2]), repeated("%stream"),
        filled(UInt64(0), "ui32"),
      ]
      for _ in 0..<10 {
        let (high0, low0) = multiplied(c[0], 0xD251_1F53)
        let (high1, low1) = multiplied(c[2], 0xCD9E_8D57)
        let (k0, k1) = (repeated(keys[0]), repeated(keys[1]))
        let (x0, x2) = (
          op("xor", high1, c[1], element: "ui32"), op("xor", high0, c[3], element: "ui32")
        )
        c = [
          op("xor", x0, k0, element: "ui32"), low1, op("xor", x2, k1, element: "ui32"), low0,
        ]
        for (index, step) in [0x9E37_79B9, 0xBB67_AE85].enumerated() {
          let number = scalar(UInt64(step), "ui32")
          keys[index] = line("add \(keys[index]), \(number) : tensor<ui32>")
        }
      }
      return c
    }

    /// The upper and the lower half of a product of 64 bits.
    private mutating func multiplied(_ x: String, _ factor: UInt64) -> (high: String, low: String) {
      let wide = converted(x, "ui32", "ui64")
      let number = filled(factor, "ui64")
      let product = op("multiply", wide, number, element: "ui64")
      let half = filled(UInt64(32), "ui64")
      let upper = op("shift_right_logical", product, half, element: "ui64")
      let mask = filled(UInt64(0xFFFF_FFFF), "ui64")
      let lower = op("and", product, mask, element: "ui64")
      return (converted(upper, "ui64", "ui32"), converted(lower, "ui64", "ui32"))
    }

    /// The upper 24 bits of each word, as a number of `element`.
    private mutating func upper(_ word: String, _ element: String) -> String {
      let eight = filled(UInt64(8), "ui32")
      let bits = op("shift_right_logical", word, eight, element: "ui32")
      return converted(bits, "ui32", element)
    }

    mutating func uniforms(_ words: [String]) -> [String] {
      words.map { word in
        let number = upper(word, "f32")
        let unit = filled(0x1p-24, "f32")
        return op("multiply", number, unit, element: "f32")
      }
    }

    /// In double precision, rounded once (``Philox/normals(count:)``).
    mutating func normals(_ words: [String]) -> [String] {
      [0, 2].flatMap { first -> [String] in
        let unit = filled(0x1p-24, "f64")
        let one = filled(1.0, "f64")
        let u1 = upper(words[first], "f64")
        let u2 = upper(words[first + 1], "f64")
        let above = op("add", u1, one, element: "f64")
        let part = op("multiply", above, unit, element: "f64")
        let logarithm = op("log", part, element: "f64")
        let minusTwo = filled(-2.0, "f64")
        let square = op("multiply", minusTwo, logarithm, element: "f64")
        let radius = op("sqrt", square, element: "f64")
        let turn = op("multiply", u2, unit, element: "f64")
        let circle = filled(2 * Double.pi, "f64")
        let angle = op("multiply", circle, turn, element: "f64")
        return ["cosine", "sine"].map { word in
          let wave = op(word, angle, element: "f64")
          let number = op("multiply", radius, wave, element: "f64")
          return converted(number, "f64", "f32")
        }
      }
    }

    /// Lane `k` of block `b` at `4 b + k`.
    mutating func interleaved(_ lanes: [String]) -> String {
      let column = "tensor<\(blocks)x1xf32>"
      let columns = lanes.map { line("reshape \($0) : (\(many("f32"))) -> \(column)") }
      let types = columns.map { _ in column }.joined(separator: ", ")
      let rows = line(
        "concatenate \(columns.joined(separator: ", ")), dim = 1 : (\(types)) -> tensor<\(blocks)x4xf32>"
      )
      return line("reshape \(rows) : (tensor<\(blocks)x4xf32>) -> tensor<\(4 * blocks)xf32>")
    }
  }
}
