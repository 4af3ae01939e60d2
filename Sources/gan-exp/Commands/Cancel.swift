import ArgumentParser
import RunFormat
import Runner

struct Cancel: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Ends what a sweep has waiting and running on a cluster; its trials are saved.",
    discussion: "The same `run` or `resume` submits again what is missing.")

  @Argument(help: ArgumentHelp("The sweep's directory.", valueName: "dir"))
  var sweep: String

  func run() throws {
    let place = PlainFiles.absolute(sweep) ?? sweep
    let count = try Failure.catching {
      _ = try SweepDirectory(reading: place)
      return try SlurmQueue(.current, sweep: place).cancelAll()
    }
    try Output.line("\(place): \(count) jobs cancelled")
  }
}
