import ArgumentParser
import Images
import Results
import Spec

struct Compare: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Puts runs beside one another: a row a spec, a column for each thing that differs.",
    discussion: """
      Runs that are equal but for their seed are one row, mean ± standard deviation (number of seeds);
      where some have finished, only those count. With an objective the best row comes first. Of keys that \
      nobody has set those that say most are shown; files (--csv, --json) have all.
      """)

  enum Choice: String, CaseIterable, ExpressibleByArgument { case last, best, min, max, mean }
  enum Form: String, EnumerableFlag { case csv, json, md, html, latex }

  @Argument(
    help: "Runs, sweeps, or folders of them: a path, the beginning of an id, @last.",
    completion: Completions.runs)
  var references: [String] = []
  @OptionGroup var results: ResultsOptions
  @OptionGroup var selection: SelectionOptions
  @OptionGroup var columns: ColumnOptions

  @Flag(help: "Shows every key that differs.")
  var allKeys = false
  @Option(help: "Which value of a column stands for a run; else the last.")
  var value: Choice?
  @Option(help: ArgumentHelp("The values at this step instead.", valueName: "step"))
  var at: Int?
  @Option(
    help: ArgumentHelp("Columns of losses.csv and metrics.csv, with commas.", valueName: "names"))
  var measures: String?
  @Option(
    help: ArgumentHelp("Adds the difference to this run's row.", valueName: "run"),
    completion: Completions.runs)
  var baseline: String?
  @Flag(help: "Print the table in this form on stdout.")
  var form: Form?
  @Option(
    help: ArgumentHelp(
      "Writes the sample grids side by side: .png, .jpg or .pdf.", valueName: "file"))
  var grids: String?
  @Option(
    help: ArgumentHelp(
      "Writes the curves over one another: .svg, .pdf, or .png by rsvg-convert.", valueName: "file")
  )
  var curves: String?

  func validate() throws {
    if at != nil, value != nil {
      throw ValidationError("--value and --at both say which value stands for a run: name one")
    }
    if let at, at < 1 { throw ValidationError("--at takes a step from 1 on") }
  }

  func run() throws {
    if let grids { try OutputKind.chosen(by: grids, among: [.png, .jpeg, .pdf]).check(grids) }
    if let curves { try CurvesFile.kind(of: curves).check(curves) }
    let chosen = try columns.choice()
    let filter = try selection.filter(sorted: false)
    let base = try baseline.map(results.run)
    let scan = try results.scan(references)
    let loaded = LoadedRun.load(scan.runs, value: choice)
    let kept = try Failure.reading { () throws(ReferenceError) in try filter.apply(loaded) }
    let measured = measures.map { $0.split(separator: ",").map(String.init) }
    try Self.check(measured ?? [], kept)
    let comparison = Comparison(
      kept, value: choice,
      measures: measured, baseline: base,
      sort: selection.sort, allKeys: allKeys || chosen != nil || form == .csv || form == .json,
      names: results.names(of: scan.runs))
    Terminal.note(scan.notes + kept.flatMap(\.problems) + comparison.notes)
    if let baseline, comparison.baseline == nil {
      throw Failure(
        status: .commandLine, message: "error: --baseline \(baseline) is none of the runs compared")
    }
    try show(comparison, chosen)
    if let grids { try write(GridSheet(comparison, at: at), to: grids) }
    if let curves { try CurvesFile.write(comparison.curves(title: title).picture, to: curves) }
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
    return switch value ?? .last {
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

  private func show(_ comparison: Comparison, _ chosen: ColumnChoice?) throws {
    let isFile = form == .csv || form == .json
    let table = try chosen.map { choice in
      try Failure.reading { () throws(ReferenceError) in
        try comparison.table(choice, namesAreWhole: isFile)
      }
    }
    let all = table ?? comparison.table(namesAreWhole: isFile)
    switch form {
    case .csv: try Output.text(all.csv)
    case .json: try Output.text(all.json.text + "\n")
    case .md: try Output.text(all.markdown)
    case .html: try Output.text(all.htmlPage(title: title))
    case .latex: try Output.text(comparison.latex(all))
    case nil: return try Output.table(all, captions: chosen == nil ? comparison.captions : [])
    }
    if !isFile, chosen == nil, let hidden = comparison.hiddenWords { Terminal.note([hidden]) }
  }

  private func write(_ sheet: GridSheet, to path: String) throws {
    Terminal.note(sheet.notes)
    guard let picture = sheet.raster() else {
      throw Failure(status: .files, message: "error: none of the runs has pictures of samples")
    }
    try writePictureFile(picture, to: path)
  }
}
