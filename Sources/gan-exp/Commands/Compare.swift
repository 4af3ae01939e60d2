import ArgumentParser
import Images
import Results
import Spec

struct Compare: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Puts runs beside one another: a row a spec, a column for each thing that differs.",
    discussion: """
      Runs that are equal but for their seed are one row, mean ± standard deviation (number of seeds);
      where some have finished, only those count.
      """)

  enum Choice: String, CaseIterable, ExpressibleByArgument { case last, best, min, max, mean }
  enum Form: String, EnumerableFlag { case csv, json, md, html }

  @Argument(help: "Runs, sweeps, or folders of them: a path, the beginning of an id, @last.")
  var references: [String] = []
  @OptionGroup var results: ResultsOptions
  @OptionGroup var selection: SelectionOptions

  @Option(help: "Which value of a column stands for a run.")
  var value = Choice.last
  @Option(help: ArgumentHelp("The values at this step instead.", valueName: "step"))
  var at: Int?
  @Option(
    help: ArgumentHelp("Columns of losses.csv and metrics.csv, with commas.", valueName: "names"))
  var measures: String?
  @Option(help: ArgumentHelp("Adds the difference to this run's row.", valueName: "run"))
  var baseline: String?
  @Flag(help: "Print the table in this form on stdout.")
  var form: Form?
  @Option(help: ArgumentHelp("Writes the sample grids side by side.", valueName: "file.png"))
  var grids: String?
  @Option(help: ArgumentHelp("Writes the curves over one another.", valueName: "file.svg"))
  var curves: String?

  func validate() throws {
    if let at, at < 1 { throw ValidationError("--at takes a step from 1 on") }
  }

  func run() throws {
    if let grids { try OutputKind.png.check(grids) }
    if let curves { try OutputKind.svg.check(curves) }
    let filter = try selection.filter(sorted: false)
    let base = try baseline.map(results.run)
    let scan = try results.scan(references)
    let loaded = LoadedRun.load(scan.runs, value: choice)
    let kept = try Failure.reading { () throws(ReferenceError) in try filter.apply(loaded) }
    let columns = measures.map { $0.split(separator: ",").map(String.init) }
    try Self.check(columns ?? [], kept)
    let comparison = Comparison(
      kept, value: choice,
      measures: columns, baseline: base,
      sort: selection.sort)
    Terminal.note(scan.notes + kept.flatMap(\.problems) + comparison.notes)
    if let baseline, comparison.baseline == nil {
      throw Failure(
        status: .commandLine, message: "error: --baseline \(baseline) is none of the runs compared")
    }
    let shown = text(comparison)
    if form == nil { try Output.table(shown) } else { try Output.text(shown) }
    if let grids { try write(GridSheet(comparison, at: at), to: grids) }
    if let curves {
      try writeOutput(Array(comparison.curves(title: title).svg.utf8), to: curves, as: .svg)
    }
  }

  /// Whether each column is one of some run.
  private static func check(_ columns: [String], _ runs: [LoadedRun]) throws {
    let known = runs.flatMap { $0.measures.map(\.name) }
    guard !known.isEmpty else { return }
    for column in columns where !known.contains(column) {
      let near = nearest(to: column, in: known).map { "did you mean `\($0)`?" }
      let all = Set(known).sorted().joined(separator: ", ")
      throw Failure(
        status: .commandLine,
        message: "error: --measures: no run here has a column `\(column)`\n"
          + "  = \(near ?? "columns: \(all)")")
    }
  }

  private var choice: ValueChoice {
    if let at { return .at(step: at) }
    return switch value {
    case .last: .last
    case .best: .best
    case .min: .min
    case .max: .max
    case .mean: .mean
    }
  }

  private var title: String {
    references.count == 1 ? references[0] : references.isEmpty ? results.results : "comparison"
  }

  private func text(_ comparison: Comparison) -> String {
    switch form {
    case .csv: comparison.table.csv
    case .json: comparison.table.json.text + "\n"
    case .md: comparison.table.markdown
    case .html: comparison.table.htmlPage(title: title)
    case nil: comparison.table.aligned(width: Terminal.tableWidth)
    }
  }

  private func write(_ sheet: GridSheet, to path: String) throws {
    Terminal.note(sheet.notes)
    guard let picture = sheet.raster() else {
      throw Failure(status: .files, message: "error: none of the runs has pictures of samples")
    }
    let bytes: [UInt8]
    do throws(PNGError) { bytes = try encodePNG(picture) } catch {
      throw Failure(status: .internalError, message: "error: \(path): \(error)")
    }
    try writeOutput(bytes, to: path, as: .png)
  }
}
