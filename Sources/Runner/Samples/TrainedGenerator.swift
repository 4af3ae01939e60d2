import Images
import ModelBuilder
import RunFormat
import Spec
import TensorCore

/// The generator of a run as a checkpoint has it, ready to be asked for samples.
struct TrainedGenerator {
  let program: TrainingProgram
  let checkpoint: LoadedCheckpoint
  let session: any Session
  let weights: Weights

  /// - Parameter players: the networks that will be asked.
  /// - Throws: for what is no run, for a checkpoint that is not there or damaged, and for weights that
  ///   the run does not keep.
  init(
    run: String, experiment: Experiment, _ request: SampleRequest, backend: any Backend,
    files: FileLayer,
    players: (TrainingProgram) throws(RunError) -> Set<String> = {
      (program) throws(RunError) in program.sampledNetworks
    }
  ) throws(RunError) {
    guard files.isDirectory(run) else {
      throw .file(path: run, action: "open", reason: "not a result directory")
    }
    let path = try CheckpointStore(run: run, files: files).resolve(request.checkpoint)
    checkpoint = try LoadedCheckpoint(path, files: files)
    do throws(Diagnostics) {
      program =
        checkpoint.formats.isEmpty
        ? try TrainingProgram(experiment, format: checkpoint.format)
        : try TrainingProgram(experiment, formats: checkpoint.formats)
    } catch {
      let reason = error.entries.map(\.message).joined(separator: "; ")
      throw .damaged(path: path, reason: "the spec does not go with it: \(reason)")
    }
    guard checkpoint.hasGrown(as: program) else {
      throw .damaged(path: path, reason: "its level is none of those that the spec has")
    }
    guard program.weights.contains(request.weights) else {
      throw .request("\(run): no averaged weights are kept: its spec has no schedule.ema")
    }
    weights = request.weights
    let players = try players(program)
    session = try program.makeSession(on: backend)
    try checkpoint.restore(
      program.states.filter { players.contains($0.network) && $0.role != .optimizer },
      into: session)
  }

  /// What one sample is of those that are measured and written one by one.
  var sampleFormat: SampleFormat { program.sources[0].format }

  /// Images that are made of latents, in their order, so many at a time.
  ///
  /// - Throws: `.request` where samples are made of anything else.
  func forEachSample(
    _ latents: [[Float]], labels: [Int32]?, _ use: (Int, ArraySlice<Float>) throws(RunError) -> Void
  ) throws(RunError) {
    let formulas = [program.sampled].compactMap(\.self)
    let (latent, label) = try latentFeeds(formulas)
    var tensors = [
      latent: HostTensor([latents.count, latents[0].count], latents.flatMap(\.self))
    ]
    if let label, let labels { tensors[label] = HostTensor([labels.count], labels) }
    let inputs = SampleInputs(tensors)
    let batch = min(latents.count, Self.batch)
    let sampler = try Sampler(
      program, of: formulas, count: batch, weights: weights, session: session,
      at: checkpoint.growth)
    let size = sampleFormat.valueCount
    for first in stride(from: 0, to: latents.count, by: batch) {
      // The last batch is filled up with the first latent, whose samples are not looked at again.
      let indices = (first..<first + batch).map { $0 < latents.count ? $0 : 0 }
      let samples = try sampler.samples(inputs.part(indices), first: first, at: checkpoint.growth)
      for index in first..<min(first + batch, latents.count) {
        let place = (index - first) * size
        try use(index, samples[place..<place + size])
      }
    }
  }

  private static let batch = 100

  /// The feed of the one latent that these are made of, and how many numbers it has.
  ///
  /// - Throws: `.request` where they are made of anything else.
  func latent(of formulas: [Formula]) throws(RunError) -> (feed: String, width: Int) {
    let wanted = try latentFeeds(formulas).latent
    for feed in program.sampleFeeds(of: formulas) where feed.feed == wanted {
      if case .latent(let section) = feed.leaf { return (wanted, section.width) }
    }
    preconditionFailure("\(wanted) is no latent")
  }

  /// Whether latents that somebody has given are such as these are made of.
  func check(_ latents: [[Float]], of formulas: [Formula]) throws(RunError) {
    let width = try latent(of: formulas).width
    guard let first = latents.first else { throw .request("there are no latents to draw") }
    guard latents.allSatisfy({ $0.count == width }) else {
      throw .request(
        "the latents have \(first.count) numbers each, and those of this run \(width)")
    }
    guard latents.allSatisfy({ $0.allSatisfy(\.isFinite) }) else {
      throw .request("one of the latents has a number that is not finite")
    }
  }

  /// The feeds of the one latent and of the label that samples are made of.
  private func latentFeeds(
    _ formulas: [Formula]
  ) throws(RunError) -> (latent: String, label: String?) {
    if formulas.isEmpty { throw .request("the game of this run makes no samples") }
    let needed = Set(program.sampler(of: formulas, count: 1).inputs(.feed).map(\.name))
    var (latents, labels): ([String], [String]) = ([], [])
    for feed in program.sampleFeeds(of: formulas) where needed.contains(feed.feed) {
      switch feed.leaf {
      case .latent: latents.append(feed.feed)
      case .label, .sourceLabel: labels.append(feed.feed)
      case .source:
        throw .request(
          "the samples of this run are made from its data (`\(feed.name)`), not from latents alone")
      }
    }
    guard latents.count == 1 else {
      throw .request("the samples of this run are made from \(latents.count) latents, not from one")
    }
    return (latents[0], labels.first)
  }

  /// `count` latents of a seed, the same ones whatever the class.
  ///
  /// - Throws: `.request` where samples are made of anything else.
  func latents(_ count: Int, seed: UInt64) throws(RunError) -> [[Float]] {
    let formulas = [program.sampled].compactMap(\.self)
    let wanted = try latentFeeds(formulas).latent
    let sections = program.sampleFeeds(of: formulas).compactMap { feed -> LatentSection? in
      if case .latent(let section) = feed.leaf, feed.feed == wanted { section } else { nil }
    }
    guard let section = sections.first else { preconditionFailure("\(wanted) is no latent") }
    let values = SampleGrid(rows: count, columns: 1, seed: seed, rowClasses: nil)
      .latents(section).floats
    return (0..<count).map { Array(values[($0 * section.width)..<(($0 + 1) * section.width)]) }
  }
}
