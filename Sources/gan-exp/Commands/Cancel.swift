import ArgumentParser
import RunFormat
import Runner

struct Cancel: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Ends what a sweep has waiting and running on a cluster; its trials are saved.",
    discussion: "The same `run` or `resume` submits again what is missing.")

  @Argument(
    help: ArgumentHelp("A sweep: a folder, the beginning of its id, or @last."),
    completion: Completions.runs)
  var sweep: String
  @OptionGroup var results: ResultsOptions

  func run() throws {
    let folder = try results.sweep(sweep)
    let place = PlainFiles.absolute(folder) ?? folder
    let holder = try Failure.catching {
      _ = try SweepDirectory(reading: place)
      return try RunClaim.holder(of: place)
    }
    if let holder {
      let what =
        FileLayer().exists("\(place)/slurm")
        ? "submits or waits for it, and is told to give up"
        : "plays it, without a cluster: it ends when it is sent SIGTERM or gets Ctrl-C"
      Terminal.error("process \(holder.pid) on \(holder.host) \(what)")
    }
    let count = try Failure.catching { try SlurmQueue(.current, sweep: place).cancelAll() }
    try Output.line("\(place): \(count) jobs cancelled")
  }
}
