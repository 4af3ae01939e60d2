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
    guard let format = experiment.declaredFormat else {
      throw Failure(
        status: .spec, message: "error: \(experiment.name): what its samples are is not declared"
      )
    }
    let program = try experiment.program(format)
    let (batch, classes) = (experiment.data.batch, experiment.twoPlayers!.labels?.classes)
    let labels = classes.map { classes in (0..<batch).map { Int32($0 % classes) } }
    let bytes = (0..<batch * format.valueCount).map {
      UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13)
    }
    let set: any SampleSet =
      switch format {
      case .image(let image):
        ImageSet(
          name: "made up", count: batch, height: image.height, width: image.width,
          channels: image.channels, pixels: bytes, labels: labels)
      case .vector(let length):
        VectorSet(
          name: "made up", length: length, values: bytes.map { Float($0) / 64 - 2 },
          labels: labels)
      }
    try Failure.catching {
      let data = try TrainingData(
        set, samples: try set.store(size: nil, range: experiment.data.range),
        labels: experiment.twoPlayers!.labels)
      let times = try roundSeconds(
        program, data: data, backend: machine.backend, rounds: rounds
      ).sorted()
      let (least, median) = (times[0] * 1e3, times[times.count / 2] * 1e3)
      try Output.line("{\"min\": \(least), \"median\": \(median), \"memory\": \(peakMegabytes)}")
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
