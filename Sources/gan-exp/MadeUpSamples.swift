import Images
import ModelBuilder
import Runner
import Spec

extension Experiment {
  /// The program, and a batch of made-up samples for each of its sources: the same ones each time.
  func onMadeUpSamples(
    _ formats: [String: SampleFormat]
  ) throws -> (program: TrainingProgram, data: TrainingSources) {
    let program = try program(formats)
    let settings = data
    let samples = try Failure.catching {
      try TrainingSources(
        storedSources.compactMap { source in
          try formats[source.name].map { format in
            let set = madeUp(settings.batch, format, classes: source.classes?.count)
            return TrainingSources.Entry(
              name: source.name,
              data: try TrainingData(
                set, samples: try set.store(size: nil, range: settings.range),
                classes: source.classes)
            )
          }
        })
    }
    return (program, samples)
  }
}

/// `count` samples of a format.
private func madeUp(_ count: Int, _ format: SampleFormat, classes: Int?) -> any SampleSet {
  let labels = classes.map { classes in (0..<count).map { Int32($0 % classes) } }
  let bytes = (0..<count * format.valueCount).map {
    UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13)
  }
  return switch format {
  case .image(let image):
    ImageSet(
      name: "made up", count: count, height: image.height, width: image.width,
      channels: image.channels, pixels: bytes, labels: labels)
  case .vector(let length):
    VectorSet(
      name: "made up", length: length, values: bytes.map { Float($0) / 64 - 2 }, labels: labels)
  }
}
