import Images
import ModelBuilder
import RunFormat
import Runner
import Spec

extension Experiment {
  /// What is read or generated, in the order of the file.
  var storedSources: [StoredSource] {
    game.sources.compactMap { entry in
      guard case .stored(let choice) = entry.kind else { return nil }
      let classes = twoPlayers.map { $0.labels.map(AskedClasses.init) } ?? AskedClasses(entry)
      return StoredSource(name: entry.name, choice: choice, size: entry.size, classes: classes)
    }
  }

  /// The source of which a pass is an epoch; nil: the longest one.
  var epochSource: String? { schedule.epoch }

  /// What one sample of each source is after resizing, by the names of the sources, where that is known
  /// without reading the data.
  var declaredFormats: [String: SampleFormat]? {
    var formats: [String: SampleFormat] = [:]
    for source in storedSources {
      guard let format = source.declaredFormat else { return nil }
      formats[source.name] = format
    }
    return formats
  }

  /// The same, reading the data where that is needed.
  func formats(_ options: DataOptions) throws -> [String: SampleFormat] {
    try declaredFormats ?? loadData(options).formats
  }

  /// What does not go with the data, as far as that is known without reading them.
  var dataFindings: [Diagnostic] {
    storedSources.flatMap(\.labelFindings) + StoredSource.pairFindings(storedSources)
  }

  /// How many samples an epoch of a program has, where that is quickly known and the data are there.
  func imageCount(_ options: DataOptions, _ program: TrainingProgram) -> Int? {
    guard storedSources.allSatisfy({ $0.source.storedFormat != nil }) else { return nil }
    return try? loadData(options).sampleCount(of: program)
  }

  /// The data, as stored or, where pictures are of any size, of the size asked for; pairs together; or
  /// exit 3 or 4.
  func loadData(_ options: DataOptions) throws -> LoadedSources {
    let sources = storedSources
    let findings = StoredSource.pairFindings(sources)
    if !findings.isEmpty { throw Failure.spec(Diagnostics(findings)) }
    do throws(DatasetError) {
      return try LoadedSources(sources, options.request(size: nil))
    } catch {
      throw Failure.data(error)
    }
  }
}

extension LoadedSources {
  /// Of all of them, as a run of them has it.
  var digest: String {
    TrainingSources.digest(of: entries.map { ($0.source.name, $0.set.digest) })
  }

  /// Samples of an epoch of a program.
  func sampleCount(of program: TrainingProgram) throws -> Int {
    let counts = entries.map { (name: $0.source.name, count: $0.set.count) }
    let name = try Failure.catching {
      try TrainingSources.epochSource(
        of: counts, named: program.experiment.epochSource, played: program.playedSources)
    }
    return counts.first { $0.name == name }?.count ?? 0
  }

  /// As the networks of a program see them.
  func training(of program: TrainingProgram) throws -> TrainingSources {
    let range = program.experiment.data.range
    return try Failure.catching {
      let isOnly = entries.count == 1
      return try TrainingSources(
        entries.map { entry in
          TrainingSources.Entry(
            name: entry.source.name,
            data: try TrainingData(
              entry.set, samples: try entry.store(range: range), classes: entry.source.classes,
              of: isOnly ? nil : entry.source.name), order: entry.order)
        }, epoch: program.experiment.epochSource, played: program.playedSources)
    }
  }
}

extension Failure {
  static func data(_ error: DatasetError) -> Failure {
    Failure(status: .files, message: "error: \(error)")
  }
}
