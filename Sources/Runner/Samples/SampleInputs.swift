import ModelBuilder
import RunFormat
import Spec
import TensorCore

/// What samples are made from: for each feed of their graph numbers for all of them.
struct SampleInputs {
  private(set) var tensors: [String: HostTensor]

  /// The same whenever they are made: latents and labels of a grid, and the first samples of the data as
  /// they are shuffled for the first epoch.
  ///
  /// - Parameter data: asked for where samples are made from those of the data; nil: there are none.
  /// - Throws: `.request` where they are needed.
  init(
    _ grid: SampleGrid, _ program: TrainingProgram, _ formulas: [Formula], data: TrainingSources?
  ) throws(RunError) {
    tensors = [:]
    let feeds = program.sampleFeeds(of: formulas)
    let leading = feeds.first { $0.classes != nil }?.feed
    let graph = program.sampler(of: formulas, count: 1)
    let needed = Set(graph.inputs(.feed).map(\.name))
    for feed in feeds where needed.contains(feed.feed) {
      switch feed.leaf {
      case .latent(let section):
        tensors[feed.feed] = grid.latents(section, feed.isOnly ? nil : feed.name)
      case .label(let classes):
        // Rows show the classes of one label; any other is drawn.
        tensors[feed.feed] =
          feed.feed == leading
          ? grid.labels.map { HostTensor([grid.count], $0) }
          : grid.drawnLabels(classes, feed.name)
      case .source(let format):
        let (known, indices) = try Self.samples(grid, program, data, feed.name)
        tensors[feed.feed] = HostTensor(
          format.shape(batch: grid.count), try known.values(of: indices))
      case .sourceLabel(let classes):
        // Labels of samples that are looked at themselves are theirs.
        let isShown = feeds.contains { other in
          if case .source = other.leaf {
            other.name == feed.name && needed.contains(other.feed)
          } else {
            false
          }
        }
        guard isShown else {
          tensors[feed.feed] =
            feed.feed == leading
            ? grid.labels.map { HostTensor([grid.count], $0) }
            : grid.drawnLabels(classes, feed.name)
          continue
        }
        let (known, indices) = try Self.samples(grid, program, data, feed.name)
        tensors[feed.feed] = known.labels.map { labels in
          HostTensor([grid.count], indices.map { labels[$0] })
        }
      }
    }
  }

  init(_ tensors: [String: HostTensor]) { self.tensors = tensors }

  /// What is drawn alone: each latent as a picture's, and the classes of the first label in turn.
  init(drawn grid: SampleGrid, _ feeds: [SampleFeed]) {
    tensors = [:]
    let leading = feeds.first { $0.classes != nil }?.feed
    for feed in feeds {
      switch feed.leaf {
      case .latent(let section):
        tensors[feed.feed] = grid.latents(section, feed.isOnly ? nil : feed.name)
      case .label(let classes):
        tensors[feed.feed] =
          feed.feed == leading
          ? HostTensor([grid.count], (0..<grid.count).map { Int32($0 % classes) })
          : grid.drawnLabels(classes, feed.name)
      case .source, .sourceLabel: break
      }
    }
  }

  /// Those of samples `indices`, one after the other.
  func part(_ indices: [Int]) -> SampleInputs {
    SampleInputs(
      tensors.mapValues { tensor in
        let shape = tensor.type.shape
        let size = shape.count / shape[0]
        let part = Shape([indices.count] + shape.extents.dropFirst())
        switch tensor.elements {
        case .float32(let values):
          return HostTensor(part, indices.flatMap { values[($0 * size)..<(($0 + 1) * size)] })
        case .int32(let values):
          return HostTensor(part, indices.flatMap { values[($0 * size)..<(($0 + 1) * size)] })
        case .uint8(let values):
          return HostTensor(part, indices.flatMap { values[($0 * size)..<(($0 + 1) * size)] })
        }
      })
  }

  /// As many samples of a source as the grid has, over and over where it has fewer.
  private static func samples(
    _ grid: SampleGrid, _ program: TrainingProgram, _ data: TrainingSources?, _ name: String
  ) throws(RunError) -> (TrainingData, [Int]) {
    guard let data = data?[name] else {
      throw .request(
        "the pictures of this run are made from its data (`\(name)`), which are not here")
    }
    let indices = grid.realIndices(data, seed: program.experiment.seed)
    return (data, (0..<grid.count).map { indices[$0 % indices.count] })
  }
}

extension TrainingProgram {
  /// How many classes the first label tells apart that these are made of, which rows of a grid show; nil:
  /// there is none.
  func labelClasses(of formulas: [Formula]) -> Int? {
    sampleFeeds(of: formulas).lazy.compactMap(\.classes).first
  }

  /// The same of what is measured and written one by one.
  var sampledClasses: Int? { labelClasses(of: [sampled].compactMap(\.self)) }
}

extension SampleFeed {
  /// How many classes a label tells apart; nil: it is none.
  fileprivate var classes: Int? {
    switch leaf {
    case .label(let classes), .sourceLabel(let classes): classes
    case .latent, .source: nil
    }
  }
}
