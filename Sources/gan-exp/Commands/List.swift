import ArgumentParser
import Results

struct List: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls", abstract: "Lists runs: state, progress, losses.")

  @Argument(help: "Folders of runs; none: all of --results.")
  var folders: [String] = []
  @OptionGroup var results: ResultsOptions
  @OptionGroup var selection: SelectionOptions

  @Flag(help: "Print JSON on stdout.")
  var json = false

  func run() throws {
    let filter = try selection.filter()
    let scan = RunScan(folders.isEmpty ? [results.results] : folders)
    let list = try Failure.reading { () throws(ReferenceError) in
      try RunList(scan, filter: filter)
    }
    Terminal.note(list.notes)
    print(
      json ? list.data.json.text + "\n" : list.table.aligned(width: Terminal.tableWidth),
      terminator: "")
  }
}
