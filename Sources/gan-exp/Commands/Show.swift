import ArgumentParser
import Results

struct Show: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows one run: facts, what its spec says, the latest samples, the loss curves.")

  @Argument(help: "A folder, the beginning of an id, @last or @best.")
  var reference = "@last"
  @OptionGroup var results: ResultsOptions

  @Flag(help: "Print JSON on stdout.")
  var json = false

  func run() throws {
    let summary = RunSummary(try results.run(reference))
    Terminal.note(summary.problems)
    if json { return try Output.line(summary.json.text) }
    try Output.table(summary.text(Terminal.style))
  }
}
