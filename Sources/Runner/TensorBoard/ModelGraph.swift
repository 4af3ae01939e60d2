import ModelBuilder
import Spec

/// All networks and what lies between them, a node a layer, as TensorBoard draws them: a `GraphDef`
/// of `tensorflow/core/framework/graph.proto`.
struct ModelGraph: Sendable {
  struct Node: Sendable {
    /// With slashes; what shares a beginning is drawn as a group.
    let name: String
    let kind: String
    let inputs: [String]
    /// Of one sample; nil where there is no one shape.
    let shape: String?
    let details: [(name: String, text: String)]
  }

  private(set) var nodes: [Node] = []

  init(_ program: TrainingProgram) {
    let outline = program.outline
    for leaf in outline.leaves { add(leaf.name, leaf.text, shape: leaf.shape) }
    var ends = Dictionary(
      outline.leaves.map { ($0.name, $0.name) }, uniquingKeysWith: { first, _ in first })
    // Networks may look at each other's samples: their last nodes are known before any is drawn.
    let summaries = program.networks.map { program.summary(of: $0) }
    for summary in summaries { ends[summary.name] = Self.end(of: summary) }
    for summary in summaries {
      add(summary, from: (outline.inputs[summary.name] ?? []).compactMap { ends[$0] })
    }
    for term in outline.terms {
      add(
        "terms/\(term.name)", term.name, inputs: term.networks.compactMap { ends[$0] },
        details: [("spec", term.text)])
    }
    for move in outline.moves where !nodes.contains(where: { $0.name == "moves/\(move.name)" }) {
      add(
        "moves/\(move.name)", move.name,
        inputs: move.terms.compactMap { $0.split(separator: " ").last }.map { "terms/\($0)" },
        details: [("spec", move.optimizer)])
    }
  }

  private mutating func add(
    _ name: String, _ kind: String, inputs: [String] = [], shape: String? = nil,
    details: [(name: String, text: String)] = []
  ) {
    nodes.append(Node(name: name, kind: kind, inputs: inputs, shape: shape, details: details))
  }

  private mutating func add(_ network: NetworkSummary, from inputs: [String]) {
    var sources = inputs
    for layer in network.layers where !layer.isOutgrown {
      let name = Self.name(of: layer)
      add(
        name, layer.name, inputs: sources, shape: layer.output,
        details: [("parameters", String(layer.parameters)), ("flops", String(layer.flops))])
      sources = [name]
    }
  }

  private static func name(of layer: LayerSummary) -> String {
    layer.path.split(separator: ".").joined(separator: "/") + "_" + layer.name
  }

  /// The name of the last layer.
  private static func end(of network: NetworkSummary) -> String {
    network.layers.last { !$0.isOutgrown }.map(name) ?? network.name
  }

  var bytes: [UInt8] {
    var graph = ProtobufWriter()
    for node in nodes {
      graph.message(1) { message in
        message.text(1, node.name)
        message.text(2, node.kind)
        for input in node.inputs { message.text(3, input) }
        for (name, text) in node.details {
          message.attribute(name) { $0.data(2, Array(text.utf8)) }
        }
        if let sizes = node.sizes {
          message.attribute("_output_shapes") { value in
            value.message(1) { list in
              list.message(7) { shape in
                // The batch has no one size.
                for size in [-1] + sizes { shape.message(2) { $0.integer(1, size) } }
              }
            }
          }
        }
      }
    }
    graph.message(4) { $0.integer(1, 22) }
    return graph.bytes
  }
}

extension ModelGraph.Node {
  fileprivate var sizes: [Int]? {
    guard let sizes = shape?.split(separator: "×").map({ Int($0) }) else { return nil }
    return sizes.contains(nil) ? nil : sizes.compactMap(\.self)
  }
}

extension ProtobufWriter {
  /// An entry of a node's map from names to values.
  fileprivate mutating func attribute(_ name: String, _ write: (inout ProtobufWriter) -> Void) {
    message(5) { entry in
      entry.text(1, name)
      entry.message(2, write)
    }
  }
}
