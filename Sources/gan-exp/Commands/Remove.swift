import ArgumentParser
import Foundation
import Results
import RunFormat

struct Remove: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rm",
    abstract: "Removes runs, or a sweep with its trials, after asking; never one that is running.",
    discussion: """
      --where lists what would go first: of a sweep the trials for which it holds, which the sweep would \
      play again when it goes on. --dry-run stops there.
      """)

  @Argument(
    help:
      "Runs and sweeps: folders, or beginnings of their ids. With --where also folders of them.",
    completion: Completions.runs)
  var references: [String] = []
  @Option(
    name: .customLong("where"),
    help: ArgumentHelp(
      "All runs among these for which it holds: 'state == \"failed\"'; without names among all.",
      valueName: "condition"))
  var condition: String?
  @OptionGroup var confirmation: ConfirmationOptions
  @OptionGroup var results: ResultsOptions

  func validate() throws {
    if references.isEmpty, condition == nil {
      throw ValidationError("name a run or a sweep, or say --where")
    }
  }

  private struct Item {
    let words: String
    let removal: Removal
    let bytes: Int
    var path: String { removal.path }
  }

  func run() throws {
    if condition != nil { return try removeChosen() }
    // All of them are looked at before the first is gone.
    let all = try references.map { reference in
      let found = try results.find(reference)
      return try item(at: found.path, words: words(found))
    }
    var gone: [Removal] = []
    for item in all where !gone.contains(where: item.removal.isWithin) {
      let subject = "\(item.path) (\(item.words))"
      if confirmation.dryRun {
        try Output.line(subject)
        gone.append(item.removal)
        continue
      }
      guard try confirmation.confirm("remove \(subject)?", about: subject) else { continue }
      try Failure.catching(item.removal.carryOut)
      gone.append(item.removal)
      try Output.result(item.path)
    }
  }

  private func item(
    at path: String, words: (Removal, String) -> String
  ) throws -> Item {
    try QueueCheck.requireNobody(at: path)
    let removal = try Failure.catching { try Removal(of: path) }
    let bytes = removal.bytes
    return Item(
      words: words(removal, "\(ByteCount(bytes))"), removal: removal, bytes: bytes)
  }

  /// Everything for which the condition holds: listed, asked for once, and removed.
  private func removeChosen() throws {
    let list = try results.list(references, where: condition)
    var items: [Item] = []
    var held: [String] = []
    for loaded in list.runs {
      let run = loaded.run
      guard PlainFiles.isFolder(run.path) else {
        Terminal.error("note: \(run.path): it has no folder, only its sweep knows of it")
        continue
      }
      do {
        items.append(
          try item(at: run.path) { "\(run.name), \(run.state.text), step \(run.progress), \($1)" })
      } catch let failure as Failure where failure.status == .locked {
        held.append(failure.message)
      }
    }
    guard !items.isEmpty || !held.isEmpty else {
      Terminal.error("no run here is one for which `\(condition ?? "")` holds: nothing to remove")
      return
    }
    let sum = items.reduce(0) { $0 + $1.bytes }
    let total = "\(items.count) run\(items.count == 1 ? "" : "s"), \(ByteCount(sum))"
    for item in items { try confirmation.announce("\(item.path) (\(item.words))") }
    for message in held { Terminal.error(message.replacing(/^error:/, with: "left alone:")) }
    if confirmation.dryRun { return Terminal.error("would remove \(total)") }
    guard !items.isEmpty, try confirmation.confirm("remove \(total)?", about: total) else { return }
    for item in items {
      try Failure.catching(item.removal.carryOut)
      try Output.result(item.path)
    }
    Terminal.error("removed \(total)")
  }

  /// What goes.
  private func words(_ found: RunReference.Found) -> (Removal, String) -> String {
    { removal, size in
      switch found {
      case .run(let path):
        let run = Results.Run(path)
        return "\(run.name), \(run.state.text), step \(run.progress), \(size)"
      case .sweep(let sweep):
        let begun = removal.trialCount
        return "\(sweep.name), a sweep with its \(begun) trial\(begun == 1 ? "" : "s") that were "
          + "begun, \(size)"
      }
    }
  }
}
