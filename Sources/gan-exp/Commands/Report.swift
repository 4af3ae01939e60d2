import ArgumentParser
import Results

struct WriteReport: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Writes one HTML file about a run or many: table, curves, samples, specs.")

  @Argument(
    help: "Runs, sweeps, or folders of them: a path, the beginning of an id, @last.",
    completion: Completions.runs)
  var references: [String] = []
  @OptionGroup var results: ResultsOptions
  @OptionGroup var selection: SelectionOptions

  @Option(help: "Where the file goes.", completion: .file(extensions: ["html"]))
  var to = "report.html"
  @Option(help: "The heading of the page.")
  var title: String?

  func run() throws {
    try OutputKind.html.check(to)
    let filter = try selection.filter(sorted: false)
    let scan = try results.scan(references)
    let loaded = LoadedRun.load(scan.runs)
    let kept = try Failure.reading { () throws(ReferenceError) in try filter.apply(loaded) }
    guard !kept.isEmpty else {
      throw Failure(status: .files, message: "error: there is no run to report on")
    }
    let report = Report(
      title: title ?? Report.title(of: kept), runs: kept, sort: selection.sort, notes: scan.notes,
      names: results.names(of: scan.runs))
    Terminal.note(report.notes)
    try writeOutput(Array(report.html.utf8), to: to, as: .html)
    try Output.result(to)
  }
}
