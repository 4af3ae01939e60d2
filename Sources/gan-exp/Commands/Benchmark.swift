import ArgumentParser
import Foundation
import Runner
import Spec
import XLABackend

struct Benchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Milliseconds a round on made-up samples, as JSON (see Benchmarks/).",
    shouldDisplay: false)

  @OptionGroup var options: SpecOptions
  @OptionGroup var data: DataOptions
  @OptionGroup var machine: MachineOptions
  @Option(help: "Rounds that are timed, at least.") var rounds = 30
  @Option(help: "Seconds that they take together, at least.") var seconds = 0.0
  @Option(help: "Rounds before them that are not.") var warmUp = 3

  func validate() throws {
    guard rounds >= 1 else { throw ValidationError("--rounds takes a number from 1") }
    guard (0...3600).contains(seconds) else {
      throw ValidationError("--seconds takes a number from 0 to 3600")
    }
    guard warmUp >= 0 else { throw ValidationError("--warm-up takes a number from 0") }
  }

  func run() throws {
    let experiment = try options.load()
    let (program, samples) = try experiment.onMadeUpSamples(experiment.formats(data))
    try Failure.catching {
      let backend = try machine.backend()
      let played = try roundTimes(
        program, data: samples, backend: backend, rounds: rounds, duration: seconds, warmUp: warmUp)
      let times = played.seconds.sorted()
      let (least, median) = (times[0] * 1e3, times[times.count / 2] * 1e3)
      let onDevice = (backend as? XLABackend)?.peakByteCount.map { Double($0) / 1e6 } ?? 0
      try Output.line(
        "{\"min\": \(least), \"median\": \(median), \"first\": \(played.first), "
          + "\"memory\": \(peakMegabytes), \"device_memory\": \(onDevice)}")
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
