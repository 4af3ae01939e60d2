import ArgumentParser
import Results

struct Show: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows one run, or how a sweep stands: facts, what was set, samples, losses.",
    discussion: """
      Of a run: facts, what its spec says, the latest samples, the loss curves. Of a sweep, while it plays \
      too: how far it is, its trials, the best of them first, and the samples of the best.
      """)

  @Argument(
    help: "A run or a sweep: a folder, the beginning of an id, SWEEP/TRIAL, @last or @best.",
    completion: Completions.runs)
  var reference = "@last"
  @OptionGroup var results: ResultsOptions

  @Flag(help: "Print JSON on stdout.")
  var json = false

  func run() throws {
    switch try results.find(reference) {
    case .sweep(let sweep):
      let summary = SweepSummary(sweep, names: results.names())
      Terminal.note(summary.problems)
      if json { return try Output.line(summary.json.text) }
      try Output.table(summary.text(Terminal.style))
    case .run(let path):
      let run = Results.Run(path)
      let summary = RunSummary(run, names: results.names(of: [run]))
      Terminal.note(summary.problems)
      if json { return try Output.line(summary.json.text) }
      try Output.table(summary.text(Terminal.style))
    }
  }
}
