import Spec
import TensorCore

/// Something that a graph of samples is fed.
package struct SampleFeed: Sendable {
  package enum Leaf: Sendable {
    /// float32 `[count, width]`
    case latent(LatentSection)
    /// int32 `[count]`
    case label(classes: Int)
    /// Samples of the data, as networks see them.
    case source(SampleFormat)
    /// int32 `[count]`: the labels of those samples.
    case sourceLabel(classes: Int)
  }
  /// The name of the feed.
  package let feed: String
  /// That of the leaf in the game.
  package let name: String
  package let leaf: Leaf
  /// Whether it is the only latent of its kind.
  package let isOnly: Bool
}

extension Game {
  /// What stands beside each other in a picture; where the file does not say, what is measured.
  var shown: [Formula] {
    let wanted = experiment.record.samples?.show ?? []
    return wanted.isEmpty ? [measured].compactMap(\.self) : wanted
  }

  /// What is measured: samples of the first source's kind; nil: the game makes none. Shapes have been
  /// checked.
  var measured: Formula? {
    guard let sampled, experiment.twoPlayers == nil else { return sampled }
    return format(of: sampled) == format ? sampled : nil
  }

  private func format(of formula: Formula) -> SampleFormat? {
    guard let shape = try? shapeInInference(of: formula) else { return nil }
    switch shape.rank {
    case 4: return .image(ImageFormat(channels: shape[3], height: shape[1], width: shape[2]))
    case 2: return .vector(length: shape[1])
    default: return nil
    }
  }

  /// Of two samples.
  func shapeInInference(of formula: Formula) throws(LayerMisfit) -> Shape {
    let builder = GraphBuilder()
    let values = ValueTable(self, batch: 2, StateTable(builder: builder), .given)
    return try values.value(formula, .whole(2, builder)).value.shape
  }

  /// What a picture shows of a sample; nil: there are none. Shapes have been checked.
  var shownFormat: SampleFormat? {
    guard experiment.twoPlayers == nil, let first = shown.first else { return nil }
    return format(of: first)
  }

  /// What cannot stand in one picture.
  func shownMisfits() -> [Diagnostic] {
    let origin = experiment.chosenOrigin(of: "record.samples.show") ?? experiment.data.origin
    var found: [Diagnostic] = []
    var shapes: [Shape] = []
    for formula in shown {
      do throws(LayerMisfit) {
        let shape = try shapeInInference(of: formula)
        guard shape.rank > 1 else {
          throw LayerMisfit("\(formula) are classes, which no picture shows")
        }
        if shape.rank == 2, format != .vector(length: shape[1]) {
          throw LayerMisfit(
            "\(formula) are vectors of \(shape[1]), which a picture shows among the data's, and these are "
              + "\(format)", advice: "take it out of `show`")
        }
        shapes.append(shape)
      } catch {
        found.append(
          error.choice?.error(error.message, notes: [error.advice].compactMap(\.self))
            ?? Diagnostic(error.message, at: origin, notes: [error.advice].compactMap(\.self)))
      }
    }
    if let first = shapes.first, let other = shapes.first(where: { $0 != first }) {
      found.append(
        Diagnostic(
          "a picture shows values of one shape beside each other, and these are "
            + "\(described(first)) and \(described(other))", at: origin,
          label: "take those out that differ"))
    }
    return found
  }
}

extension TrainingProgram {
  /// The networks that what is drawn or measured depends on.
  package var sampledNetworks: Set<String> {
    ([sampled].compactMap(\.self) + shown).reduce(into: []) {
      $0.formUnion(game.reach(of: $1))
    }
  }

  /// What a graph of samples is fed, of which it declares what it needs.
  package func sampleFeeds(of formulas: [Formula]) -> [SampleFeed] {
    game.sampleFeeds(of: formulas)
  }

  /// The same of what is sampled.
  package func sampler(
    count: Int, weights: Weights = .raw, at stage: GrowthStage? = nil
  ) -> Graph {
    sampler(of: [sampled].compactMap(\.self), count: count, weights: weights, at: stage)
  }

  /// Formulas → `samples` `[count · formulas, …]`, of each sample what the formulas make of it one after
  /// the other, in inference mode; `key` int32 `[3]` where something is drawn in inference too. Samples of a stage
  /// of growing are enlarged to the data's size.
  ///
  /// - Parameter count: of samples.
  package func sampler(
    of formulas: [Formula], count: Int, weights: Weights = .raw, at stage: GrowthStage? = nil
  ) -> Graph {
    game.playing(stage).writeSampler(of: formulas, count: count, weights: weights)
  }
}

extension Game {
  /// What a graph of samples is fed, of which it declares what it needs.
  func sampleFeeds(of formulas: [Formula]) -> [SampleFeed] {
    var names: [String] = []
    for formula in formulas {
      names += expanded(formula).leaves.filter { !names.contains($0) }
    }
    return names.flatMap { name -> [SampleFeed] in
      if let latent = latents.first(where: { $0.name == name }) {
        switch latent.kind {
        case .vector(let section):
          return [
            SampleFeed(
              feed: latent.feed, name: name, leaf: .latent(section),
              isOnly: latent.stream == Latent.only)
          ]
        case .label(let classes):
          return [
            SampleFeed(
              feed: latent.feed, name: name, leaf: .label(classes: classes), isOnly: true)
          ]
        }
      }
      return feeds(of: source(name))
    }
  }

  private func feeds(of source: Source) -> [SampleFeed] {
    switch source.kind {
    case .derived(let origin, _): return feeds(of: self.source(origin))
    case .stored(let feed, let format):
      let labels = source.labels.map { feed, classes in
        SampleFeed(
          feed: feed, name: source.name, leaf: .sourceLabel(classes: classes), isOnly: true)
      }
      return [SampleFeed(feed: feed, name: source.name, leaf: .source(format), isOnly: true)]
        + [labels].compactMap(\.self)
    }
  }
}
