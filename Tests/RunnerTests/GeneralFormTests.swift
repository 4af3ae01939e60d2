import Foundation
import Images
import Metrics
import ModelBuilder
import Spec
import TensorCore
import Testing

/// What a file of two players stands for is a file of its own, of the same game.
@Suite struct GeneralFormTests {
  private static let vocabulary = Catalog.vocabulary(
    sources: DatasetCatalog.declarations, metrics: MetricCatalog.declarations)

  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../..").standardized

  /// Paths of all files of games, below the root of the repository.
  private static let files: [String] = ["experiments", "Tests/PyTorch/games"].flatMap { folder in
    let place = root.appending(path: folder)
    let all = FileManager.default.enumerator(atPath: place.path)?.compactMap { $0 as? String } ?? []
    return all.filter { $0.hasSuffix(".yaml") }.sorted().map { "\(folder)/\($0)" }
  }

  @Test func thereAreFiles() { #expect(Self.files.count > 50) }

  @Test(arguments: files)
  func everyFileStandsForTheSameGameInTheGeneralForm(_ file: String) throws {
    let experiment = try loadExperiment(
      path: Self.root.appending(path: file).path, vocabulary: Self.vocabulary
    ).get()
    let yaml = experiment.gameYAML
    let again = try loadExperiment(text: yaml, vocabulary: Self.vocabulary).get()
    #expect(Self.text(again.game) == Self.text(experiment.game))
    #expect(again.gameYAML == yaml)
    #expect(again.warnings.isEmpty || experiment.twoPlayers == nil)
    if experiment.twoPlayers != nil {
      #expect(experiment.game.networks.map(\.name) == ["generator", "discriminator"])
      #expect(again.twoPlayers == nil)
    }
  }

  /// Files in which a limit on weights stands before a penalty that draws: its random numbers are named by its
  /// place among the penalties, and limits are none of the terms of a general game.
  private static let renamed = [
    "Tests/PyTorch/games/noisy-targets.yaml", "Tests/PyTorch/games/two-class.yaml",
  ]

  @Test(arguments: files.filter { !renamed.contains($0) })
  func theGeneralFormIsPlayedByTheSameGraphs(_ file: String) throws {
    let experiment = try loadExperiment(
      path: Self.root.appending(path: file).path, vocabulary: Self.vocabulary
    ).get()
    guard experiment.twoPlayers != nil, experiment.sweep == nil else { return }
    let source = DatasetCatalog.source(experiment.data.source)
    let channels = source.chosenChannels ?? 1
    let format =
      source.storedFormat?.resized(to: experiment.data.size)
      ?? .image(
        ImageFormat(
          channels: channels, height: experiment.data.size ?? 28,
          width: experiment.data.size ?? 28))
    let again = try loadExperiment(text: experiment.gameYAML, vocabulary: Self.vocabulary).get()
    let short = try TrainingProgram(experiment, format: format)
    let long = try TrainingProgram(again, format: format)
    #expect(short.states == long.states)
    #expect(short.columns == long.columns)
    #expect(short.format == long.format)
    #expect(short.batchesPerRound == long.batchesPerRound)
    for stage in short.growth.map({ $0.stages.map(Optional.some) }) ?? [nil] {
      let (a, b) = (
        short.round(batch: 4, observing: true, at: stage),
        long.round(batch: 4, observing: true, at: stage)
      )
      #expect(a.graphs.map(\.text) == b.graphs.map(\.text))
      #expect(
        a.steps.map { "\($0.graph) \($0.moves.map(\.name)) \($0.consumer ?? "")" }
          == b.steps.map { "\($0.graph) \($0.moves.map(\.name)) \($0.consumer ?? "")" })
      #expect(
        short.sampler(count: 2, at: stage).text == long.sampler(count: 2, at: stage).text)
    }
  }

  /// Everything that a game says but where it was written.
  private static func text(_ game: GameSection) -> [String] {
    func lines(_ choices: [Choice]) -> String { choices.map(\.text).joined(separator: "; ") }
    return game.sources.map { source in
      let kind =
        switch source.kind {
        case .stored(let choice): choice.text
        case .derived(let base, let changes): "\(base): \(lines(changes))"
        }
      return "source \(source.name) \(kind) \(source.size ?? 0) \(source.classes ?? 0)"
    }
      + game.latents.map { latent in
        switch latent.kind {
        case .vector(let vector):
          "latent \(latent.name) \(vector.width) \(vector.distribution) "
            + "\(vector.codes.map { "\($0)" } ?? "")"
        case .label(let classes): "latent \(latent.name) of \(classes)"
        }
      }
      + game.networks.map { network in
        let first = network.initializers
        func text(_ parameters: InitializersSection.Parameters) -> String {
          "\(parameters.weight?.text ?? "") \(parameters.bias?.text ?? "")"
        }
        return "network \(network.name) \(network.like ?? "") \(network.inputs) "
          + "\(lines(network.layers)) init \(first.default.text) \(text(first.linear)) "
          + "\(text(first.conv)) \(first.embedding?.text ?? "") \(text(first.batchNorm)) "
          + "\(text(first.batchNorm1D)) ema \(network.averaging.map { "\($0)" } ?? "") "
          + lines(network.constraints)
      }
      + game.values.map { "value \($0.name) \($0.formula)" }
      + game.terms.map { "term \($0.name) \($0.choice.text)" }
      + game.moves.map { move in
        "move \(move.name) \(move.networks) \(move.terms.map { "\($0)" } ?? "all") "
          + "\(move.optimizer.text) \(move.fresh) \(move.times) \(move.columns) "
          + "\(move.hasMomentumRamp)"
      }
  }
}
