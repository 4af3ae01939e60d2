import ModelBuilder
import Spec

/// Both networks and what lies between them, a node a layer, as TensorBoard draws them: a `GraphDef`
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
    let experiment = program.experiment
    let hasLabels = experiment.twoPlayers!.labels != nil
    add("latents", "latents", shape: "\(experiment.twoPlayers!.latent.size)")
    add("data", experiment.data.source.name, shape: program.format.description)
    if hasLabels { add("labels", "labels") }
    let labels = hasLabels ? ["labels"] : []
    let fakes = add(program.summary(of: Player.generator.rawValue), from: ["latents"] + labels)
    let score = add(
      program.summary(of: Player.discriminator.rawValue), from: ["data", fakes] + labels)
    let loss = experiment.twoPlayers!.loss.name
    for player in Player.allCases {
      add(
        "loss/\(player.rawValue)", loss, inputs: [score],
        details: [("spec", experiment.twoPlayers!.loss.text)])
      let optimizer =
        switch player {
        case .generator: experiment.twoPlayers!.optimizer.generator
        case .discriminator: experiment.twoPlayers!.optimizer.discriminator
        }
      add(
        "optimizer/\(player.rawValue)", optimizer.name, inputs: ["loss/\(player.rawValue)"],
        details: [("spec", optimizer.text)])
    }
  }

  private mutating func add(
    _ name: String, _ kind: String, inputs: [String] = [], shape: String? = nil,
    details: [(name: String, text: String)] = []
  ) {
    nodes.append(Node(name: name, kind: kind, inputs: inputs, shape: shape, details: details))
  }

  /// - Returns: the name of the last layer.
  private mutating func add(_ network: NetworkSummary, from inputs: [String]) -> String {
    var sources = inputs
    for layer in network.layers where !layer.isOutgrown {
      let path = layer.path.split(separator: ".").map(String.init)
      let name = path.joined(separator: "/") + "_" + layer.name
      add(
        name, layer.name, inputs: sources, shape: layer.output,
        details: [("parameters", String(layer.parameters)), ("flops", String(layer.flops))])
      sources = [name]
    }
    return sources.last ?? network.name
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
