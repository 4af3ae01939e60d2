import ArgumentParser
import Spec

struct Reference: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Prints the reference of the experiment file (docs/experiment-file.md).",
    shouldDisplay: false)

  func run() throws { try Output.text(referenceMarkdown(vocabulary)) }
}
