/// The readable form of a graph: `describe --graph` prints it, golden graphs are kept in it, and it
/// reads back as the same graph.
///
///     graph     = { line }                       one node a line, numbered from 0 in order
///     line      = [ node | output | update ] [ "#" comment ]
///     node      = "%" number "=" name "(" [ string | decimal | operands ] ")" { attribute } ":" type
///     operands  = "%" number { "," "%" number }
///     attribute = name [ "=" ( number | name | list ) ]
///     list      = "[" [ number { "," number } ] "]"
///     type      = ( "float32" | "int32" | "uint8" ) list
///     output    = "output" string "=" "%" number
///     update    = "update" string "<-" "%" number
///     string    = '"' characters, with \" \\ and \n escaped '"'
///
/// For example `%12 = matmul(%3, %7) transpose_right : float32[512, 1024]`. Attributes say what the
/// result type does not; those at their defaults are left out.
extension Graph {
  package var text: String {
    var lines = nodes.enumerated().map { id, node in "%\(id) = \(node.text)" }
    lines += outputs.map { "output \(quoted($0.name)) = %\($0.node)" }
    lines += updates.map { "update \(quoted($0.name)) <- %\($0.node)" }
    return lines.map { $0 + "\n" }.joined()
  }
}

extension Node {
  /// This node without its own number.
  package var text: String {
    let attributes = op.attributes.map { " " + $0.text }.joined()
    return "\(op.name)(\(op.literal ?? operands.map { "%\($0)" }.joined(separator: ", ")))"
      + "\(attributes) : \(type)"
  }
}

/// A word after the operands: `transpose_right`, `axis=1`, `axes=[0, 2]`, `to=int32`.
struct TextAttribute {
  enum Content {
    case flag
    case number(Int)
    case list([Int])
  }
  let name: String
  let content: Content

  init(_ name: String) { (self.name, content) = (name, .flag) }
  init(_ name: String, _ number: Int) { (self.name, content) = (name, .number(number)) }
  init(_ name: String, _ list: [Int]) { (self.name, content) = (name, .list(list)) }

  var text: String {
    switch content {
    case .flag: name
    case .number(let number): "\(name)=\(number)"
    case .list(let list): "\(name)=\(list)"
    }
  }
}

extension Op {
  /// What stands in the parentheses of an operation that has no operands but a name or a number.
  fileprivate var literal: String? {
    switch self {
    case .input(let name, _, _): quoted(name)
    case .constant(let number): "\(number)"
    case .iota, .random, .unary, .binary, .compare, .select, .convert, .broadcast, .reshape,
      .transpose, .slice, .pad, .concatenate, .gather, .scatterAdd, .reduce, .matmul, .convolution,
      .convolutionInputGradient, .convolutionWeightGradient, .windowSum, .windowSumGradient,
      .windowMaximum, .windowMaximumGradient, .windowMaximumSelect:
      nil
    }
  }

  fileprivate var attributes: [TextAttribute] {
    switch self {
    case .input, .constant, .unary, .binary, .compare, .select, .convert, .reshape, .gather,
      .scatterAdd:
      []
    case .iota(let axis, _), .concatenate(let axis): [TextAttribute("axis", axis)]
    case .random(_, let stream, _): [TextAttribute("stream", Int(stream))]
    case .broadcast(_, let axes), .reduce(_, let axes): [TextAttribute("axes", axes)]
    case .transpose(let permutation): [TextAttribute("permutation", permutation)]
    case .slice(let start, let limit, let step):
      [TextAttribute("start", start), TextAttribute("limit", limit), TextAttribute("step", step)]
    case .pad(let low, let high, let interior):
      [
        TextAttribute("low", low), TextAttribute("high", high), TextAttribute("interior", interior),
      ]
    case .matmul(let left, let right):
      (left ? [TextAttribute("transpose_left")] : [])
        + (right ? [TextAttribute("transpose_right")] : [])
    case .convolution(let geometry), .convolutionInputGradient(let geometry, _, _),
      .convolutionWeightGradient(let geometry, _, _):
      geometry.attributes
    case .windowSum(let window), .windowSumGradient(let window, _, _), .windowMaximum(let window),
      .windowMaximumGradient(let window), .windowMaximumSelect(let window):
      window.attributes
    }
  }
}

extension ConvGeometry {
  fileprivate var attributes: [TextAttribute] {
    let pad = [padTop, padBottom, padLeft, padRight]
    let dilation = [dilationHeight, dilationWidth]
    return [TextAttribute("stride", [strideHeight, strideWidth])]
      + (pad == [0, 0, 0, 0] ? [] : [TextAttribute("pad", pad)])
      + (dilation == [1, 1] ? [] : [TextAttribute("dilation", dilation)])
      + (groups == 1 ? [] : [TextAttribute("groups", groups)])
  }
}

extension Window {
  fileprivate var attributes: [TextAttribute] {
    let pad = [padTop, padBottom, padLeft, padRight]
    return [
      TextAttribute("size", [height, width]), TextAttribute("stride", [strideHeight, strideWidth]),
    ] + (pad == [0, 0, 0, 0] ? [] : [TextAttribute("pad", pad)])
  }
}

private func quoted(_ name: String) -> String {
  let escaped = name.map { character in
    switch character {
    case "\"": "\\\""
    case "\\": "\\\\"
    case "\n": "\\n"
    default: String(character)
    }
  }
  return "\"" + escaped.joined() + "\""
}
