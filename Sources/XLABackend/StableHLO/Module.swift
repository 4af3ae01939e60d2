import TensorCore

/// A graph as the text of a StableHLO module, and what its arguments and results are.
///
/// `@main` takes the states that the graph reads, then its feeds; it gives the new states, the outputs, then the faults. A state
/// whose new value has a place among the results is given away: on a device the new one lies where the old one was.
///
/// Source: the StableHLO specification (openxla/stablehlo, docs/spec.md), version 1.0 and later.
struct Module {
  let text: String
  /// The states that are arguments, in their order.
  let states: [String]
  /// The feeds, which are the arguments behind them.
  let feeds: [(name: String, type: TensorType)]
  /// The states that are results, in their order.
  let updates: [String]
  /// The outputs, which are the results behind them.
  let outputs: [(name: String, type: TensorType)]
  /// Of feeds that are indices, of how many rows.
  let limits: [String: Int]
  /// What has gone wrong where a result behind these, an int32 each, is not 0.
  let faults: [String]
  /// The types of all results.
  let results: [TensorType]
  /// By line of the text, what it computes a part of, as the text form of our own says it; nil for none.
  private let origins: [String?]

  init(_ graph: Graph, _ arithmetic: DeviceArithmetic = .exact) {
    var writer = Writer(graph, arithmetic)
    for id in graph.nodes.indices { writer.write(node: id) }
    let read = graph.inputs(.state)
    let fed = graph.inputs(.feed)
    states = read.map(\.name)
    feeds = fed.map { ($0.name, $0.type) }
    updates = graph.updates.map(\.name)
    outputs = graph.outputs.map { ($0.name, graph.nodes[$0.node].type) }
    limits = writer.limits
    faults = writer.faults.map(\.message)

    let arguments =
      read.map { input in
        let place = graph.updates.firstIndex { $0.name == input.name }
        let gift = place.map { " {tf.aliasing_output = \($0) : i32}" } ?? ""
        return "\(writer.values[input.node]): \(input.type.text)\(gift)"
      } + fed.map { "\(writer.values[$0.node]): \($0.type.text)" }
    let results =
      (graph.updates + graph.outputs).map {
        (writer.values[$0.node], graph.nodes[$0.node].type.text)
      } + writer.faults.map { ($0.value, "tensor<i32>") }
    let names = results.map(\.0).joined(separator: ", ")
    let types = results.map(\.1).joined(separator: ", ")
    let head = [
      "module @round {",
      "  func.func public @main(\(arguments.joined(separator: ", "))) -> (\(types)) {",
    ]
    let tail = [
      results.isEmpty ? "    return" : "    return \(names) : \(types)", "  }",
    ]
    let functions = writer.functions.values.sorted().flatMap {
      $0.split(separator: "\n").map(String.init)
    }
    self.results =
      graph.updates.map { graph.nodes[$0.node].type } + outputs.map(\.type)
      + writer.faults.map { _ in TensorType(.scalar, .int32) }
    origins =
      head.map { _ in nil } + writer.lines.map { graph.nodes[$0.node].text }
      + (tail + functions + ["}"]).map { _ in nil }
    text =
      (head + writer.lines.map { "    " + $0.text } + tail + functions.map { "  " + $0 } + ["}"])
      .joined(separator: "\n") + "\n"
  }
}

extension Module {
  /// An error of the compiler, which begins with `-:LINE:COLUMN:` where it found one in the text, with the line and with
  /// the operation of ours that it came from.
  func explained(_ error: BackendError) -> BackendError {
    let parts = error.description.split(
      separator: ":", maxSplits: 3, omittingEmptySubsequences: false)
    guard parts.count == 4, parts[0].hasSuffix("-"), let number = Int(parts[1]) else {
      return BackendError("the device's compiler: \(error)")
    }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.indices.contains(number - 1) else {
      return BackendError("the device's compiler: \(error)")
    }
    let origin = origins[number - 1].map { "\n  written for: \($0)" } ?? ""
    return BackendError(
      "the device's compiler:\(parts[3])\n  line \(number): "
        + "\(lines[number - 1].drop { $0 == " " })\(origin)")
  }
}

extension TensorType {
  /// `tensor<4x3xf32>`.
  var text: String { text(of: dtype.text) }

  func text(of element: String) -> String {
    "tensor<" + shape.extents.map { "\($0)x" }.joined() + element + ">"
  }
}

extension DType {
  var text: String {
    switch self {
    case .float32: "f32"
    case .int32: "i32"
    case .uint8: "ui8"
    }
  }
}

/// Lines in the making. Every value has a name, and its type is known.
struct Writer {
  let graph: Graph
  let arithmetic: DeviceArithmetic
  /// The name of each node's value.
  private(set) var values: [String] = []
  private(set) var lines: [(text: String, node: Int)] = []
  /// Functions that lines call, by name.
  private(set) var functions: [String: String] = [:]
  private(set) var limits: [String: Int] = [:]
  private(set) var faults: [(value: String, message: String)] = []
  private var count = 0

  init(_ graph: Graph, _ arithmetic: DeviceArithmetic) {
    self.graph = graph
    self.arithmetic = arithmetic
  }

  mutating func write(node id: Int) {
    let node = graph.nodes[id]
    switch node.op {
    case .input(_, let role, _): values.append("%\(role.rawValue)\(id)")
    case .constant(let number): values.append(constant(number))
    case .iota(let axis, _):
      values.append(line("stablehlo.iota dim = \(axis) : \(node.type.text)"))
    case .random(let distribution, let stream, _):
      values.append(random(distribution, stream: stream, node))
    case .unary(let function): values.append(unary(function, node))
    case .binary(let function): values.append(binary(function, node))
    case .compare(let relation): values.append(compared(relation, node))
    case .select: values.append(selected(node))
    case .convert: values.append(converted(node))
    case .broadcast, .reshape, .transpose, .slice, .pad, .concatenate, .gather, .scatterAdd:
      values.append(moved(node))
    case .reduce(let reduction, let axes): values.append(reduced(reduction, axes, node))
    case .matmul, .convolution, .convolutionInputGradient, .convolutionWeightGradient:
      values.append(product(node))
    case .windowSum, .windowSumGradient, .windowMaximum, .windowMaximumGradient,
      .windowMaximumSelect:
      values.append(windowed(node))
    }
  }

  func type(_ id: Int) -> TensorType { graph.nodes[id].type }
  /// The name and the type of a node's operand.
  func operand(_ node: Node, _ index: Int = 0) -> (String, TensorType) {
    (values[node.operands[index]], type(node.operands[index]))
  }

  /// Writes `%name = text` and gives the name; of several results `%name#0`, `%name#1`, ….
  mutating func line(_ text: String, results: Int = 1) -> String {
    count += 1
    let name = "%v\(count)"
    lines.append(("\(name)\(results == 1 ? "" : ":\(results)") = \(text)", values.count))
    return name
  }

  /// An operation whose operands and result have one type.
  mutating func element(_ operation: String, _ operands: String..., type: String) -> String {
    line("stablehlo.\(operation) \(operands.joined(separator: ", ")) : \(type)")
  }

  /// An operation of operands of any types; `attributes` stand behind them.
  mutating func call(
    _ operation: String, _ operands: [(String, String)], _ attributes: String = "",
    to result: String
  ) -> String {
    let names = operands.map(\.0).joined(separator: ", ")
    let types = operands.map(\.1).joined(separator: ", ")
    return line("stablehlo.\(operation) \(names)\(attributes) : (\(types)) -> \(result)")
  }

  /// A float32 scalar, by its bits.
  mutating func constant(_ number: Double) -> String {
    let bits = String(Float(number).bitPattern, radix: 16, uppercase: true)
    let padded = String(repeating: "0", count: 8 - bits.count) + bits
    return line("stablehlo.constant dense<0x\(padded)> : tensor<f32>")
  }

  /// An integer, as a scalar of type `ui32`, `i32`, …
  mutating func integer(_ number: Int, _ element: String) -> String {
    line("stablehlo.constant dense<\(number)> : tensor<\(element)>")
  }

  /// A scalar repeated; `element` is what it is.
  mutating func filled(_ scalar: String, _ shape: Shape, _ element: String = "f32") -> String {
    call(
      "broadcast_in_dim", [(scalar, "tensor<\(element)>")], ", dims = []",
      to: TensorType(shape).text(of: element))
  }

  mutating func filled(_ number: Double, _ shape: Shape) -> String {
    let scalar = constant(number)
    return filled(scalar, shape)
  }

  mutating func define(_ name: String, _ text: @autoclosure () -> String) {
    if functions[name] == nil { functions[name] = text() }
  }

  /// What is fed under this name counts the rows of a table of so many.
  mutating func limit(_ feed: String, to rows: Int) {
    limits[feed] = min(limits[feed] ?? rows, rows)
  }

  mutating func fault(_ value: String, _ message: String) { faults.append((value, message)) }
}

func list(_ numbers: [Int]) -> String {
  "[" + numbers.map(String.init).joined(separator: ", ") + "]"
}
