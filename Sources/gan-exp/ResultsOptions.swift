import ArgumentParser
import Foundation
import Results
import RunFormat
import Runner

/// What every command that reads result directories takes.
struct ResultsOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Where runs are looked for.", valueName: "dir"), completion: .directory)
  var results = "results"

  /// RUN on the command line: a folder, the beginning of an id, @last or @best.
  func run(_ reference: String) throws -> Results.Run {
    try Failure.reading { () throws(ReferenceError) in
      try RunReference(reference, results: results).resolve()
    }
  }

  /// What runs are called that are listed.
  func names(of runs: [Results.Run] = []) -> RunNames { RunNames(results: results, runs: runs) }

  /// RUN where only a sweep will do: its folder.
  func sweep(_ reference: String) throws -> String {
    // A damaged one too, as far as its folder goes.
    if PlainFiles.isFolder(reference) { return reference }
    switch try find(reference) {
    case .sweep(let sweep): return sweep.path
    case .run(let path):
      throw Failure(
        status: .commandLine,
        message: "error: \(reference) is \(path), a single run, where a sweep is wanted")
    }
  }

  /// RUN where a sweep will do as well.
  func find(_ reference: String) throws -> RunReference.Found {
    if isDamagedRun(reference) { return .run(path: reference) }
    return try Failure.reading { () throws(ReferenceError) in
      try RunReference(reference, results: results).find()
    }
  }

  /// The folder of one run, for commands that need no more of it than its spec: a damaged one will do.
  func directory(_ reference: String) throws -> String {
    isDamagedRun(reference) ? reference : try run(reference).path
  }

  /// A run as far as its spec goes.
  private func isDamagedRun(_ folder: String) -> Bool {
    FileManager.default.fileExists(atPath: folder + "/resolved.yaml")
      && !RunReference.isSweep(folder)
  }

  /// All runs of some folders, ids or `@last`; none named: of the whole folder of results.
  func scan(_ references: [String]) throws -> RunScan {
    guard !references.isEmpty else { return RunScan([results]) }
    return RunScan(
      try references.map { reference in
        PlainFiles.isFolder(reference) ? reference : try find(reference).path
      })
  }

  /// Those of them for which a condition holds; what could not be read is said.
  func list(_ references: [String], where condition: String?) throws -> RunList {
    let list = try Failure.reading { [scan = try scan(references)] () throws(ReferenceError) in
      try RunList(scan, filter: try RunFilter(where: condition, sort: nil))
    }
    Terminal.note(list.notes)
    return list
  }
}

/// Before something is gone.
struct ConfirmationOptions: ParsableArguments {
  @Flag(help: "Say what would go, and stop.")
  var dryRun = false
  @Flag(name: .shortAndLong, help: "Do not ask.")
  var yes = false

  /// - Throws: where nobody can be asked.
  func confirm(_ question: String, about subject: String) throws -> Bool {
    if yes { return true }
    guard isatty(STDIN_FILENO) == 1 else {
      throw Failure(
        status: .commandLine,
        message: "error: \(subject): --yes is needed where nobody can be asked")
    }
    Terminal.ask("\(question) [y/N] ")
    return ["y", "yes"].contains((readLine() ?? "").lowercased())
  }

  /// A line about what would go or is going to: a result of --dry-run, else for whoever is asked.
  func announce(_ line: String) throws {
    if dryRun { try Output.line(line) } else if !yes { Terminal.error(line) }
  }
}

/// What to choose and how to order it.
struct SelectionOptions: ParsableArguments {
  @Option(
    name: .customLong("where"),
    help: ArgumentHelp(
      "Only runs for which this holds: 'loss.kind == \"hinge\" and g_loss < 1'.",
      valueName: "condition"))
  var condition: String?

  @Option(
    help: ArgumentHelp(
      "Order by a key of the spec, a loss or a metric; --sort=-KEY for the largest first.",
      valueName: "key"))
  var sort: String?

  func filter(sorted: Bool = true) throws -> RunFilter {
    try Failure.reading { () throws(ReferenceError) in
      try RunFilter(where: condition, sort: sort, sorts: sorted)
    }
  }
}

/// `--cols`.
struct ColumnOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Only these columns, in this order: id,set,d_loss, keys of the spec, metrics.",
      valueName: "names"))
  var cols: String?

  func choice() throws -> ColumnChoice? {
    try cols.map { text in
      try Failure.reading { () throws(ReferenceError) in try ColumnChoice(text) }
    }
  }
}

extension Failure {
  static func reading<Value>(_ body: () throws(ReferenceError) -> Value) throws -> Value {
    do throws(ReferenceError) { return try body() } catch {
      throw Failure(status: .commandLine, message: "error: \(error)")
    }
  }
}

/// What a command is asked to write never goes into a run.
func refuseInsideRun(_ path: String) throws {
  guard let run = RunScan.run(around: path) else { return }
  throw Failure(
    status: .commandLine,
    message: "error: \(path) would be inside the run \(run), where only its own files belong")
}

/// Writes a file that a command was asked for.
func writeOutput(_ bytes: [UInt8], to path: String, as kind: OutputKind) throws {
  try kind.check(path)
  try Failure.catching { try writeFile(bytes, to: path) }
}
