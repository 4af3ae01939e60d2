import ArgumentParser
import Results

struct List: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls", abstract: "Lists runs: what was set, state, progress, losses.",
    discussion: """
      The id is as short as tells it from all others, and is taken wherever a run is named; SWEEP/3 is the \
      fourth trial of a sweep. What a terminal has no room for is left out, and said; a pipe has no width \
      but that of COLUMNS.
      """,
    aliases: ["list"])

  @Argument(
    help: "Runs, sweeps, or folders of them; none: all of --results.", completion: Completions.runs)
  var references: [String] = []
  @OptionGroup var results: ResultsOptions
  @OptionGroup var selection: SelectionOptions
  @OptionGroup var columns: ColumnOptions

  @Flag(help: "Print JSON on stdout: settings, metrics and start too.")
  var json = false

  func run() throws {
    let choice = try columns.choice()
    let filter = try selection.filter()
    let scan = try results.scan(references)
    let list = try Failure.reading { () throws(ReferenceError) in
      try RunList(
        scan, filter: filter, names: results.names(of: scan.runs), columns: choice,
        isForPrograms: json)
    }
    Terminal.note(list.notes)
    if json { return try Output.line(list.json.text) }
    try Output.table(list.table, captions: [list.caption].compactMap(\.self))
  }
}
