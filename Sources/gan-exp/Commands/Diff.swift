import ArgumentParser
import Results

struct Diff: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Says what differs between two runs: spec, environment, data, outcome.",
    discussion: "Exit code 0: nothing does. 1: something does.")

  @Argument(
    help: "The first run: a folder, the beginning of an id, @last or @best.",
    completion: Completions.runs)
  var old: String
  @Argument(help: "The second run.", completion: Completions.runs)
  var new: String
  @OptionGroup var results: ResultsOptions

  @Flag(help: "Print JSON on stdout.")
  var json = false

  func run() throws {
    let difference = RunDifference(try results.run(old), try results.run(new))
    Terminal.note(difference.problems)
    if json { try Output.line(difference.json.text) } else { try Output.table(difference.text) }
    if !difference.isEmpty { throw ExitCode(1) }
  }
}
