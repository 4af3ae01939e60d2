import ArgumentParser
import Spec

struct Schema: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Prints the JSON Schema of the experiment file, for editors.")

  func run() throws { try Output.line(jsonSchema(vocabulary)) }
}
