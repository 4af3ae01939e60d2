import ArgumentParser
import Foundation
import Images
import ModelBuilder
import Runner
import Spec

struct Benchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Milliseconds a round on made-up samples, as JSON (see Benchmarks/).",
    shouldDisplay: false)

  @OptionGroup var options: SpecOptions
  @OptionGroup var machine: MachineOptions
  @Option(help: "Rounds that are timed.") var rounds = 30

  func validate() throws {
    guard rounds >= 1 else { throw ValidationError("--rounds takes a number from 1") }
  }

  func run() throws {
    let experiment = try options.load()
    guard let formats = experiment.declaredFormats else {
      throw Failure(
        status: .spec, message: "error: \(experiment.name): what its samples are is not declared"
      )
    }
    let program = try experiment.program(formats)
    try Failure.catching {
      let data = try TrainingSources(
        experiment.storedSources.compactMap { source in
          try formats[source.name].map { format in
            let set = Self.madeUp(
              experiment.data.batch, format, classes: source.classes?.count)
            return TrainingSources.Entry(
              name: source.name,
              data: try TrainingData(
                set, samples: try set.store(size: nil, range: experiment.data.range),
                classes: source.classes))
          }
        })
      let times = try roundSeconds(
        program, data: data, backend: machine.backend, rounds: rounds
      ).sorted()
      let (least, median) = (times[0] * 1e3, times[times.count / 2] * 1e3)
      try Output.line("{\"min\": \(least), \"median\": \(median), \"memory\": \(peakMegabytes)}")
    }
  }

  /// `count` samples of a format, the same ones each time.
  private static func madeUp(
    _ count: Int, _ format: SampleFormat, classes: Int?
  ) -> any SampleSet {
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
        name: "made up", length: length, values: bytes.map { Float($0) / 64 - 2 },
        labels: labels)
    }
  }
}

/// The largest amount of memory this process has had.
private var peakMegabytes: Double {
  var usage = rusage()
  #if canImport(Darwin)
    getrusage(RUSAGE_SELF, &usage)
    return Double(usage.ru_maxrss) / 1_048_576
  #else
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Double(usage.ru_maxrss) / 1024
  #endif
}
