import ArgumentParser
import Foundation
import Results
import RunFormat
import Runner

struct Note: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Writes a note beside a run or a sweep; it changes nothing about it, also while it trains.",
    discussion: """
      Without a text the note is printed. ls, show and reports have it, and --where asks for it: \
      --where 'note != ""'.
      """)

  @Argument(
    help: ArgumentHelp("A folder, the beginning of an id, @last or @best.", valueName: "run"),
    completion: .directory)
  var reference: String
  @Argument(help: "The note, in the place of the one before.")
  var text: String?
  @Flag(help: "Adds a line to the note that is there.")
  var append = false
  @Flag(help: "Takes the note away.")
  var remove = false
  @OptionGroup var results: ResultsOptions

  func validate() throws {
    if append, text == nil { throw ValidationError("--append needs a text") }
    if remove, text != nil || append {
      throw ValidationError("--remove takes the note away: it goes without a text")
    }
    if let text, text.utf8.count > RunNotes.longestText {
      throw ValidationError(
        "a note has at most \(RunNotes.longestText) bytes, this one has \(text.utf8.count)")
    }
    if let text, text.allSatisfy(\.isWhitespace) {
      throw ValidationError("an empty note is none: --remove takes it away")
    }
  }

  func run() throws {
    let folder = try results.find(reference).path
    guard text != nil || remove else {
      let notes = try Failure.reading(notesOf: folder)
      if let text = notes.text { try Output.line(text) }
      return
    }
    try requireRoom(in: folder)
    _ = try Failure.catching {
      try changeNotes(of: folder) { notes in
        notes.text =
          append ? [notes.text, text].compactMap(\.self).joined(separator: "\n") : text
      }
    }
    try Output.result(folder)
  }

  private func requireRoom(in folder: String) throws {
    guard append, let old = try Failure.reading(notesOf: folder).text, let text,
      old.utf8.count + 1 + text.utf8.count > RunNotes.longestText
    else { return }
    throw Failure(
      status: .commandLine,
      message: "error: the note would be longer than \(RunNotes.longestText) bytes: write a file")
  }
}

extension Failure {
  static func reading(notesOf folder: String) throws -> RunNotes {
    do throws(ReadingError) { return try RunNotes(of: folder) } catch {
      throw Failure(
        status: .files, message: "error: \(error)\n  = repair it, or remove the file")
    }
  }
}
