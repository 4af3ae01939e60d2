import ArgumentParser
import RunFormat
import Spec

struct Reference: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Prints the reference of the experiment file: docs/experiment-file.md and docs/reference.",
    shouldDisplay: false)

  @Option(
    help: ArgumentHelp("Writes the pages below this folder instead.", valueName: "dir"),
    completion: .directory)
  var into: String?

  func run() throws {
    let pages = referencePages(vocabulary)
    guard let into else {
      return try Output.text(pages.map(\.text).joined(separator: "\n"))
    }
    try Failure.catching { try Self.write(pages, into: into) }
  }

  private static func write(_ pages: [ReferencePage], into folder: String) throws(RunError) {
    for page in pages {
      let path = "\(folder)/\(page.path)"
      try FileLayer().makeDirectories(path.parentPath)
      try FileLayer().replace(path, with: Array(page.text.utf8))
    }
  }
}
