import ArgumentParser
import Foundation
import Results
import RunFormat
import Runner

struct Tag: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Gives a run or a sweep tags, or takes them away; also while it trains.",
    discussion: """
      Without tags those that it has are printed, a line each. Those of a sweep hold for its trials. \
      ls, show and reports have them, and --where asks for them: --where 'tag == "paper"'.
      """)

  @Argument(
    help: ArgumentHelp("A folder, the beginning of an id, @last or @best.", valueName: "run"),
    completion: .directory)
  var reference: String
  @Argument(help: "Words of letters, digits and _-.:/+.")
  var tags: [String] = []
  @Flag(help: "Takes these tags away.")
  var remove = false
  @OptionGroup var results: ResultsOptions

  func validate() throws {
    for tag in tags {
      if let objection = RunNotes.objection(toTag: tag) {
        throw ValidationError("`\(tag)` is no tag: \(objection)")
      }
    }
    if remove, tags.isEmpty { throw ValidationError("--remove needs the tags to take away") }
  }

  func run() throws {
    let folder = try results.find(reference).path
    let before = try Failure.reading(notesOf: folder)
    if tags.isEmpty {
      for tag in before.tags { try Output.line(tag) }
      return
    }
    if remove, let strange = tags.first(where: { !before.tags.contains($0) }) {
      let has = before.tags.isEmpty ? "none" : before.tags.joined(separator: ", ")
      throw Failure(
        status: .commandLine, message: "error: \(folder): it has no tag `\(strange)`; it has \(has)"
      )
    }
    _ = try Failure.catching {
      try changeNotes(of: folder) { notes in
        for tag in tags { if remove { notes.remove(tag) } else { notes.add(tag) } }
      }
    }
    try Output.result(folder)
  }
}
