import Metrics
import ModelBuilder
import RunFormat
import Spec
import TensorCore

/// Takes one number of values, again and again of the same samples: of the data each once, in their order.
final class ValueMeasurement {
  private let program: TrainingProgram
  private let planned: PlannedMeasure
  private let weights: Weights
  private let session: any Session
  /// How many samples it is taken of, and how many at a time.
  private let count: Int
  private let batch: Int
  /// What its graphs are fed of the data.
  private let sources: [(feed: SampleFeed, data: TrainingData)]
  private let drawn: SampleInputs
  /// Names of the data, for metrics.csv.
  private let split: String
  /// By how many samples they are of.
  private var graphs: [Int: Inference] = [:]

  init(
    _ program: TrainingProgram, _ planned: PlannedMeasure, _ run: TrainingSources,
    _ section: MetricsSection, session: any Session
  ) throws(RunError) {
    (self.program, self.planned, self.session) = (program, planned, session)
    weights = section.weights == .ema ? .ema : .raw
    let feeds = program.sampleFeeds(of: planned.formulas)
    var sources: [(feed: SampleFeed, data: TrainingData)] = []
    for feed in feeds {
      switch feed.leaf {
      case .latent, .label: break
      case .source, .sourceLabel:
        guard let data = run[feed.name] else {
          throw .data("`\(planned.name)` is measured of `\(feed.name)`, which is not here")
        }
        if !sources.contains(where: { $0.feed.feed == feed.feed }) { sources.append((feed, data)) }
      }
    }
    self.sources = sources
    let known = sources.map { $0.data.samples.count }.min()
    guard let count = [known, planned.sampleCount].compactMap(\.self).min() else {
      preconditionFailure("unchecked: `\(planned.name)` is of latents without end")
    }
    self.count = count
    batch = min(count, program.experiment.data.batch)
    drawn = SampleInputs(
      drawn: SampleGrid(rows: count, columns: 1, seed: section.seed, rowClasses: nil), feeds)
    let names = sources.map(\.feed.name)
    split = names.enumerated().filter { names.firstIndex(of: $1) == $0 }.map(\.element)
      .joined(separator: "+")
  }

  func measure(at moment: GrowthMoment?) throws(RunError) -> MetricPlan.Measurement {
    var sum = 0.0
    for start in stride(from: 0, to: count, by: batch) {
      let places = start..<min(start + batch, count)
      let graph = try graph(of: places.count, at: moment)
      let number = try graph.run("number", try tensors(places), first: start, at: moment)
      // The last batch may be smaller.
      sum += Double(number[0]) * Double(places.count)
    }
    return MetricPlan.Measurement(
      name: planned.name, value: sum / Double(count), samples: count, split: split,
      // Cells of metrics.csv have no commas.
      settings: planned.settings.replacing(",", with: ";"))
  }

  private func tensors(_ places: Range<Int>) throws(RunError) -> [String: HostTensor] {
    var tensors = drawn.part(Array(places)).tensors
    for (feed, data) in sources {
      switch feed.leaf {
      case .source(let format):
        tensors[feed.feed] = HostTensor(
          format.shape(batch: places.count), try data.values(of: Array(places)))
      case .sourceLabel:
        tensors[feed.feed] = data.labels.map { HostTensor([places.count], Array($0[places])) }
      case .latent, .label: break
      }
    }
    return tensors
  }

  private func graph(of size: Int, at moment: GrowthMoment?) throws(RunError) -> Inference {
    if let known = graphs[size] { return known }
    let made = try Inference(seed: program.experiment.seed, session: session, at: moment) {
      [program, planned, weights] in
      program.graph(of: planned, count: size, weights: weights, at: $0)
    }
    graphs[size] = made
    return made
  }
}
