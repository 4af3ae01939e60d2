import ArgumentParser
import Foundation
import Images
import ModelBuilder
import RunFormat
import Spec
import TensorCore
import XLABackend

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

  @Flag(help: "Print them as the StableHLO modules that XLA gets.")
  var stablehlo = false

  @Flag(
    help: "Print the game that a file of two players stands for, as a spec in the general form.")
  var game = false

  func run() throws {
    let experiment = try options.load()
    if game {
      try Output.text(experiment.gameYAML)
      return
    }
    let program = try experiment.program(try experiment.formats(data))
    let networks = program.networks.map(program.summary)
    let stages = StageLine.all(program, imageCount: { experiment.imageCount(data, program) })
    if json {
      try Output.line(Self.json(program, networks, stages))
    } else if graph || stablehlo {
      for stage in program.growth.map({ $0.stages.map(Optional.some) }) ?? [nil] {
        let words = stage.flatMap { program.growth?.words($0) }.map { ", \($0)" } ?? ""
        let round = program.round(
          batch: experiment.data.batch, real: program.realInput, at: stage)
        for (index, graph) in round.graphs.enumerated() {
          let mark = stablehlo ? "//" : "#"
          try Output.line("\(mark) graph \(index) of the round\(words)")
          try Output.line(
            stablehlo ? XLABackend.moduleText(of: graph, products: program.products) : graph.text)
        }
      }
    } else {
      // Comments, so that what is printed is a spec.
      let tables =
        networks.map(Self.table) + (stages.isEmpty ? [] : [Self.table(stages)])
        + (experiment.twoPlayers == nil ? Self.tables(program.outline) : [])
        + [Self.round(program), "memory: \(program.memoryNeed(sampleCount: nil).words)"]
      for line in tables.joined(separator: "\n\n").split(
        separator: "\n", omittingEmptySubsequences: false)
      {
        try Output.line(line.isEmpty ? "#" : "# \(line)")
      }
      try Output.line("")
      try Output.text(experiment.resolvedYAML(comments: true))
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
    return ([aligned(rows, texts: 3)] + [network.remark].compactMap(\.self)).joined(
      separator: "\n")
  }

  /// What plays when, of networks that grow.
  private static func table(_ stages: [StageLine]) -> String {
    let header = [
      "level", "size", "", "from image", "images", "from round", "generator", "FLOPs",
      "discriminator", "FLOPs",
    ]
    return aligned(
      [header]
        + stages.map { line in
          [
            String(line.level), line.size, line.isFading ? "fading in" : "alone",
            line.firstImage.map(grouped) ?? "", line.images, line.firstRound.map(grouped) ?? "",
            grouped(line.generator.parameters), grouped(line.generator.flops),
            grouped(line.discriminator.parameters), grouped(line.discriminator.flops),
          ]
        }, texts: 3)
  }

  /// What is made of what, what is to be small, and who moves.
  private static func tables(_ outline: GameOutline) -> [String] {
    let values =
      outline.leaves.map { [$0.name, $0.text, $0.shape] }
      + outline.values.map { [$0.name, $0.formula, $0.shape] }
    let terms = outline.terms.map { [$0.name, $0.text, $0.networks.joined(separator: ", ")] }
    let moves = outline.moves.map { move in
      [
        move.name, move.terms.joined(separator: ", "), move.networks.joined(separator: ", "),
        (move.fresh == .nothing ? "" : "fresh \(move.fresh.rawValue)")
          + (move.times == 1 ? "" : " × \(move.times)"), move.optimizer,
      ]
    }
    return [
      aligned([["value", "", "shape"]] + values, texts: 3),
      aligned([["term", "", "depends on"]] + terms, texts: 3),
      aligned([["move", "terms", "steps", "", "optimizer"]] + moves, texts: 5),
    ]
  }

  /// Columns side by side: the first `texts` of them begin under each other, the numbers end so.
  private static func aligned(_ rows: [[String]], texts: Int) -> String {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      row.enumerated().map { column, text in
        column < texts ? text.padded(to: widths[column]) : text.leftPadded(to: widths[column])
      }.joined(separator: "  ").trimmedEnd
    }.joined(separator: "\n")
  }

  /// What one round is: moves in order, and which of them share their latents.
  private static func round(_ program: TrainingProgram) -> String {
    let round = program.round(batch: program.experiment.data.batch)
    let steps = round.steps.map { step in
      step.moves.map(\.name).joined(separator: " + ")
        + (step.moves.count > 1 ? " (one graph, shared latents)" : "")
    }
    return "round: " + steps.joined(separator: ", then ")
  }

  private static func json(
    _ program: TrainingProgram, _ networks: [NetworkSummary], _ stages: [StageLine]
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
      let networks: [String: Network]
      let growing: [StageLine]?
    }
    let parts = networks.map { network in
      (
        network.name,
        Output.Network(
          input: network.input, parameters: network.parameters, flops: network.flops,
          layers: network.layers.map {
            .init(
              path: $0.path, name: $0.name, output: $0.output, parameters: $0.parameters,
              flops: $0.flops)
          })
      )
    }
    let encoder = JSONEncoder()
    let output = Output(
      name: program.experiment.name, samples: "\(program.format)",
      networks: Dictionary(parts, uniquingKeysWith: { first, _ in first }),
      growing: stages.isEmpty ? nil : stages)
    // The resolved spec is JSON already, of a shape that only the spec knows.
    var object =
      try JSONSerialization.jsonObject(with: encoder.encode(output)) as? [String: Any] ?? [:]
    if program.experiment.twoPlayers != nil, let networks = object["networks"] as? [String: Any] {
      // As it has been for files of two players.
      object.merge(networks) { first, _ in first }
    }
    object["spec"] = try JSONSerialization.jsonObject(
      with: Foundation.Data(program.experiment.resolvedJSON.utf8))
    let data = try JSONSerialization.data(
      withJSONObject: object, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
    return String(decoding: data, as: UTF8.self)
  }

  static func grouped(_ number: Int) -> String {
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
