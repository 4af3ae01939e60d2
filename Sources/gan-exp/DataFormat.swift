import Images
import ModelBuilder
import Runner
import Spec

/// A source of an experiment that lies somewhere, and what its samples are to be.
struct StoredSource {
  let entry: SourceEntry
  let choice: Choice
  let experiment: Experiment

  var size: Int? { entry.size ?? experiment.data.size }
  fileprivate var source: any DatasetSource { DatasetCatalog.source(choice) }

  /// What one sample is after resizing, where that is known without reading the data.
  var declaredFormat: SampleFormat? {
    if let channels = source.chosenChannels, let size {
      return .image(ImageFormat(channels: channels, height: size, width: size))
    }
    return source.storedFormat?.resized(to: size)
  }

  /// How many samples there are, where that is quickly known and they are there.
  func count(_ options: DataOptions) -> Int? {
    guard source.storedFormat != nil else { return nil }
    return try? source.load(options.request(size: size)).count
  }

  /// The data set, as stored or, where pictures are of any size, of the size; or exit 4.
  func load(_ options: DataOptions) throws -> any SampleSet {
    do throws(DatasetError) {
      return try source.load(options.request(size: size))
    } catch {
      throw Failure.data(error)
    }
  }
}

extension Experiment {
  /// In the order of the file.
  var storedSources: [StoredSource] {
    game.sources.compactMap { entry in
      guard case .stored(let choice) = entry.kind else { return nil }
      return StoredSource(entry: entry, choice: choice, experiment: self)
    }
  }

  /// What one sample of each source is, where that is known of all without reading the data.
  var declaredFormats: [String: SampleFormat]? {
    var formats: [String: SampleFormat] = [:]
    for source in storedSources {
      guard let format = source.declaredFormat else { return nil }
      formats[source.entry.name] = format
    }
    return formats
  }

  /// The same, reading the data where that is needed.
  func formats(_ options: DataOptions) throws -> [String: SampleFormat] {
    var formats: [String: SampleFormat] = [:]
    for source in storedSources {
      formats[source.entry.name] =
        try source.declaredFormat ?? source.load(options).format.resized(to: source.size)
    }
    return formats
  }

  /// Labels that do not go with the data, as far as that is known without reading them.
  var labelFindings: [Diagnostic] {
    storedSources.compactMap { stored in
      let source = stored.source
      guard let labels = labels(of: stored.entry), let count = source.classCount,
        labels.classes != count
      else { return nil }
      let isShort = labels.classes < count
      return Diagnostic(
        "\(labels.key) is \(labels.classes), and \(source.title) has \(count) classes",
        at: labels.origin, severity: isShort ? .error : .warning,
        label: "write `\(labels.advice(count))`")
    }
  }

  /// How many samples an epoch has, where that is quickly known and they are there.
  func imageCount(_ options: DataOptions) -> Int? {
    let counts = storedSources.map { $0.count(options) }
    return counts.contains(nil) ? nil : counts.compactMap(\.self).max()
  }

  /// What lies in its sources; or exit 4.
  func loadData(_ options: DataOptions) throws -> DataSets {
    DataSets(sets: try storedSources.map { ($0.entry.name, try $0.load(options)) })
  }

  /// What the samples of data sets are to networks.
  func formats(of sets: DataSets) -> [String: SampleFormat] {
    var formats: [String: SampleFormat] = [:]
    for source in storedSources {
      formats[source.entry.name] = sets[source.entry.name]?.format.resized(to: source.size)
    }
    return formats
  }

  /// Data sets as networks see them; or exit 4.
  func runData(_ sets: DataSets) throws -> RunData {
    try Failure.catching {
      var sources: [(name: String, data: TrainingData)] = []
      for source in storedSources {
        guard let set = sets[source.entry.name] else { continue }
        let samples = try set.store(size: source.size, range: data.range)
        sources.append(
          (
            source.entry.name,
            try TrainingData(set, samples: samples, labels: labels(of: source.entry))
          ))
      }
      return RunData(sources, epoch: schedule.epoch)
    }
  }
}

/// The data sets of an experiment by their sources' names.
struct DataSets {
  let sets: [(name: String, set: any SampleSet)]

  subscript(name: String) -> (any SampleSet)? { sets.first { $0.name == name }?.set }

  /// As that of the run's data.
  var digest: String { RunData.digest(of: sets.map { ($0.name, $0.set.digest) }) }

  /// Samples of the largest.
  var largest: Int { sets.map(\.set.count).max() ?? 0 }
}

extension Failure {
  static func data(_ error: DatasetError) -> Failure {
    Failure(status: .files, message: "error: \(error)")
  }
}
