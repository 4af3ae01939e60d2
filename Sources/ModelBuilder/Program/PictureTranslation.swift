import Spec
import TensorCore

/// What a game makes of pictures that are none of its data.
package struct PictureTranslation: Sendable {
  /// The source whose place the pictures take; nil: that of none.
  package let source: String?
  /// Where the pictures go in.
  package let feed: String
  /// What one of them is.
  package let input: ImageFormat
  /// What is made of it.
  package let output: ImageFormat
  /// Those that play.
  package let networks: Set<String>
  /// What else it is made from.
  package let drawn: [SampleFeed]
  fileprivate let game: Game
  fileprivate let formula: Formula

  /// Pictures `[count, …]` → `samples` `[count, …]`, in inference mode, as ``TrainingProgram/sampler(of:count:weights:at:)``.
  package func graph(count: Int, weights: Weights, at stage: GrowthStage?) -> Graph {
    game.playing(stage).writeSampler(of: [formula], count: count, weights: weights)
  }
}

extension TrainingProgram {
  /// What a network makes of its only input.
  ///
  /// - Throws: for a network of several inputs, or whose input or output are no images.
  package func translation(by network: String) throws(LayerMisfit) -> PictureTranslation {
    guard let walk = walks[network] else { preconditionFailure("there is no network \(network)") }
    guard walk.others.isEmpty else {
      throw LayerMisfit(
        "`\(network)` is given other things beside a picture",
        advice: "write how it is called, such as \(network)(photos, z)")
    }
    let shape = walk.input
    guard shape.rank == 4, [1, 3].contains(shape[3]) else {
      throw LayerMisfit("`\(network)` is given \(described(shape)), which is no picture")
    }
    let format = ImageFormat(channels: shape[3], height: shape[1], width: shape[2])
    let source = Source(
      name: "picture of \(network)",
      kind: .stored(feed: "pictures", .image(format)), labels: nil)
    return try translation(
      .call(network: network, [.name(source.name)], label: nil), of: source,
      game.adding(source))
  }

  /// A value of the game, with pictures in place of the samples of its only source.
  ///
  /// - Throws: where there are no or several sources, or classes of their samples, and for what is no image.
  package func translation(_ formula: Formula) throws(LayerMisfit) -> PictureTranslation {
    let stored = game.storedSources(under: [formula])
    guard let source = stored.first, stored.count == 1 else {
      throw LayerMisfit(
        stored.isEmpty
          ? "\(formula) is made of no data, in whose place the pictures could go"
          : "\(formula) is made of several sources (\(stored.map(\.name).joined(separator: ", ")))",
        advice: "name a network whose input is a picture, or a value that is made of one source")
    }
    return try translation(formula, of: source, game)
  }

  private func translation(
    _ formula: Formula, of source: Source, _ game: Game
  ) throws(LayerMisfit) -> PictureTranslation {
    guard case .stored(let feed, .image(let input)) = source.kind else {
      throw LayerMisfit("the samples of `\(source.name)` are no pictures")
    }
    let shape = try knownShape(of: formula, game)
    guard shape.rank == 4, [1, 3].contains(shape[3]) else {
      throw LayerMisfit("\(formula) is \(described(shape)), which is no picture")
    }
    let needed = Set(
      game.writeSampler(of: [formula], count: 1, weights: .raw).inputs(.feed).map(\.name))
    if let labels = source.labels, needed.contains(labels.feed) {
      throw LayerMisfit(
        "\(formula) asks for the classes of `\(source.name)`, and the pictures have none")
    }
    return PictureTranslation(
      source: self.game.sources.contains { $0.name == source.name } ? source.name : nil, feed: feed,
      input: input,
      output: ImageFormat(channels: shape[3], height: shape[1], width: shape[2]),
      networks: game.reach(of: formula),
      drawn: game.sampleFeeds(of: [formula]).filter { needed.contains($0.feed) && $0.feed != feed },
      game: game, formula: formula)
  }

  /// Of two samples, as networks make it that have the weights of this game.
  private func knownShape(of formula: Formula, _ game: Game) throws(LayerMisfit) -> Shape {
    let table = StateTable(builder: GraphBuilder())
    for state in states { _ = table.read(state) }
    let values = ValueTable(game, batch: 2, table, .given)
    let value = try values.value(formula, .whole(2, table.builder)).value
    if let unknown = table.declarations.dropFirst(states.count).first?.name {
      throw LayerMisfit(
        "\(formula) gives networks values of another kind than moves do, for which there are no weights "
          + "(\(unknown))",
        advice: "give them values of the same size, with classes where moves have them")
    }
    return value.shape
  }
}
