import Images
import ModelBuilder
import Spec

extension Experiment {
  private var source: any DatasetSource { DatasetCatalog.source(data.source) }

  /// What one sample is after resizing, where that is known without reading the data.
  var declaredFormat: SampleFormat? {
    if let channels = source.chosenChannels, let size = data.size {
      return .image(ImageFormat(channels: channels, height: size, width: size))
    }
    return source.storedFormat?.resized(to: data.size)
  }

  /// The same, reading the data where that is needed.
  func format(_ options: DataOptions) throws -> SampleFormat {
    try declaredFormat ?? loadData(options).format.resized(to: data.size)
  }

  /// Labels that do not go with the data, as far as that is known without reading them.
  var labelFindings: [Diagnostic] {
    guard let labels = twoPlayers!.labels, let count = source.classCount, labels.classes != count
    else { return [] }
    let isShort = labels.classes < count
    return [
      Diagnostic(
        "labels.classes is \(labels.classes), and \(source.title) has \(count) classes",
        at: labels.origin, severity: isShort ? .error : .warning,
        label: "write `labels: {classes: \(count)}`")
    ]
  }

  /// How many samples the data have, where that is quickly known and they are there.
  func imageCount(_ options: DataOptions) -> Int? {
    guard source.storedFormat != nil else { return nil }
    return try? source.load(options.request(size: data.size)).count
  }

  /// The data set, as stored or, where pictures are of any size, of `data.size`; or exit 4.
  func loadData(_ options: DataOptions) throws -> any SampleSet {
    do throws(DatasetError) {
      return try source.load(options.request(size: data.size))
    } catch {
      throw Failure.data(error)
    }
  }
}

extension Failure {
  static func data(_ error: DatasetError) -> Failure {
    Failure(status: .files, message: "error: \(error)")
  }
}
