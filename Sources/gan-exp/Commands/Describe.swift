import ArgumentParser
import Foundation
import Images
import ModelBuilder
import Spec
import TensorCore

struct Describe: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows what a spec means: layers with shapes, parameters and FLOPs, and every value.",
    discussion: """
      What it prints is a spec itself, with every value and where it came from. FLOPs are those of \
      one sample, forward.
      """)

  @OptionGroup var options: SpecOptions
  @OptionGroup var data: DataOptions

  @Flag(help: "Print JSON on stdout.")
  var json = false

  @Flag(help: "Print the graphs of one round as text.")
  var graph = false

  func run() throws {
    let experiment = try options.load()
    let format = try experiment.format(data)
    let program = try experiment.program(format)
    let networks = [Player.generator, .discriminator].map(program.summary)
    if json {
      print(try Self.json(program, networks))
    } else if graph {
      for (index, graph) in program.round(
        batch: experiment.data.batch, real: program.realInput
      ).graphs.enumerated() {
        print("# graph \(index) of the round")
        print(graph.text)
      }
    } else {
      // Comments, so that what is printed is a spec.
      let tables = networks.map(Self.table) + [Self.round(program)]
      for line in tables.joined(separator: "\n\n").split(
        separator: "\n", omittingEmptySubsequences: false)
      {
        print(line.isEmpty ? "#" : "# \(line)")
      }
      print("")
      print(experiment.resolvedYAML(comments: true), terminator: "")
    }
  }

  static func table(_ network: NetworkSummary) -> String {
    var rows = [["layer", "", "output", "parameters", "FLOPs"]]
    rows.append(["", "input", network.input, "", ""])
    for layer in network.layers {
      rows.append([
        layer.path, layer.name, layer.output, grouped(layer.parameters), grouped(layer.flops),
      ])
    }
    rows.append(["", "sum", "", grouped(network.parameters), grouped(network.flops)])
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      row.enumerated().map { column, text in
        column < 3 ? text.padded(to: widths[column]) : text.leftPadded(to: widths[column])
      }.joined(separator: "  ").trimmedEnd
    }.joined(separator: "\n")
  }

  /// What one round is: moves in order, and which of them share their latents.
  private static func round(_ program: TrainingProgram) -> String {
    let round = program.round(batch: program.experiment.data.batch)
    let steps = round.steps.map { step in
      step.moves.joined(separator: " + ")
        + (step.moves.count > 1 ? " (one graph, shared latents)" : "")
    }
    return "round: " + steps.joined(separator: ", then ")
  }

  private static func json(
    _ program: TrainingProgram, _ networks: [NetworkSummary]
  ) throws -> String {
    struct Output: Encodable {
      struct Network: Encodable {
        struct Layer: Encodable {
          let path: String
          let name: String
          let output: String
          let parameters: Int
          let flops: Int
        }
        let input: String
        let parameters: Int
        let flops: Int
        let layers: [Layer]
      }
      let name: String
      let samples: String
      let generator: Network
      let discriminator: Network
    }
    let parts = networks.map { network in
      Output.Network(
        input: network.input, parameters: network.parameters, flops: network.flops,
        layers: network.layers.map {
          .init(
            path: $0.path, name: $0.name, output: $0.output, parameters: $0.parameters,
            flops: $0.flops)
        })
    }
    let encoder = JSONEncoder()
    let output = Output(
      name: program.experiment.name, samples: "\(program.format)", generator: parts[0],
      discriminator: parts[1])
    // The resolved spec is JSON already, of a shape that only the spec knows.
    var object =
      try JSONSerialization.jsonObject(with: encoder.encode(output)) as? [String: Any] ?? [:]
    object["spec"] = try JSONSerialization.jsonObject(
      with: Foundation.Data(program.experiment.resolvedJSON.utf8))
    let data = try JSONSerialization.data(
      withJSONObject: object, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
    return String(decoding: data, as: UTF8.self)
  }

  private static func grouped(_ number: Int) -> String {
    var digits = Array(String(number))
    for place in stride(from: digits.count - 3, to: 0, by: -3) { digits.insert(",", at: place) }
    return String(digits)
  }
}

extension String {
  fileprivate var trimmedEnd: String {
    String(reversed().drop { $0 == " " }.reversed())
  }
}
