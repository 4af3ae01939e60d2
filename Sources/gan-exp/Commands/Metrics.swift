import ArgumentParser
import Results
import RunFormat

struct Metrics: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Prints what was measured as one table: a row a step, a column a metric.",
    discussion: "For notebooks: gan-exp metrics results/sweep --losses --with latent.size > all.csv"
  )

  enum Form: String, EnumerableFlag { case csv, json }

  @Argument(help: "Runs, sweeps, or folders of them; none: all of --results.")
  var references: [String] = []
  @OptionGroup var results: ResultsOptions
  @OptionGroup var selection: SelectionOptions
  @Flag(help: "The rows of losses.csv too.")
  var losses = false
  @Option(
    name: .customLong("with"),
    help: ArgumentHelp("Keys of the spec, with commas, a column each.", valueName: "keys"))
  var keys: String?
  @Flag(help: "The form; CSV where nothing is said.")
  var form = Form.csv

  func run() throws {
    let filter = try selection.filter()
    let list = try Failure.reading {
      [scan = try results.scan(references)] () throws(ReferenceError) in
      try RunList(scan, filter: filter)
    }
    let keys = (keys ?? "").split(separator: ",").map(String.init)
    let all = list.runs.map(\.run)
    let metrics = MetricsTable(all, keys: keys, losses: losses)
    Terminal.note(list.notes + metrics.notes)
    for (index, key) in keys.enumerated()
    where !metrics.table.rows.isEmpty
      && metrics.table.rows.allSatisfy({ $0[index + 1] == .missing })
    {
      Terminal.error("note: no run here has `\(key)`")
    }
    switch form {
    case .csv: try Output.text(metrics.table.csv)
    case .json: try Output.line(metrics.table.json.text)
    }
  }
}
