import ArgumentParser
import Results

struct List: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls", abstract: "Lists runs: state, progress, losses.")

  @Argument(help: "Runs, sweeps, or folders of them; none: all of --results.")
  var references: [String] = []
  @OptionGroup var results: ResultsOptions
  @OptionGroup var selection: SelectionOptions

  @Flag(help: "Print JSON on stdout.")
  var json = false

  func run() throws {
    let filter = try selection.filter()
    let scan = try results.scan(references)
    let list = try Failure.reading { () throws(ReferenceError) in
      try RunList(scan, filter: filter)
    }
    Terminal.note(list.notes)
    if json { return try Output.line(list.data.json.text) }
    try Output.table(list.table.aligned(width: Terminal.tableWidth))
  }
}
