import RunFormat
import Spec

/// One result directory. What is cheap is read at once, everything else when it is asked for; nothing
/// is ever written.
package struct Run: Sendable {
  /// As it was reached.
  package let path: String
  /// The name of the experiment.
  package let name: String
  package let status: RunStatus?
  package let state: RunState
  /// The last complete row of losses.csv.
  package let lastRow: NumberTable
  /// What people say of it, and of the sweep that it is a trial of.
  package let notes: RunNotes
  /// What could not be read, a line each.
  package let problems: [String]
  /// What the sweep's plan says, for a trial that has no directory.
  let planned: PlannedTrial?

  /// The folder's own name.
  package var id: String { path.lastPathComponent }

  /// How tables and charts name the run.
  package var label: String { "\(name)/\(id)" }

  package var step: Int? {
    lastRow.last("step").flatMap { Int(exactly: $0) }.map { max($0, status?.step ?? 0) }
      ?? status?.step
  }

  /// - Parameter path: a folder that holds a run, complete or not.
  package init(_ path: String, reader: Reader = .current) {
    var problems: [String] = []
    (self.path, planned) = (path, nil)
    do throws(ReadingError) {
      status = try Self.json("\(path)/status.json").map { RunStatus($0) }
      if status == nil { problems.append("\(path): there is no status.json") }
    } catch {
      status = nil
      problems.append("\(error)")
    }
    do throws(ReadingError) {
      let row = try NumberTable(lastRowOf: "\(path)/losses.csv")
      lastRow = row ?? .none
      if let row, !row.columns.isEmpty, !row.columns.contains("step") {
        problems.append("\(path)/losses.csv: its first line does not name a column `step`")
      }
      if let row, row.damagedRows > 0, row.columns.contains("step") {
        problems.append("\(path)/losses.csv: its last row cannot be read")
      }
    } catch {
      lastRow = .none
      problems.append("\(error)")
    }
    do throws(ReadingError) {
      notes = try Self.notes(of: path)
    } catch {
      notes = .none
      problems.append("\(error)")
    }
    name = Self.name(in: path) ?? Self.nameFromPath(path)
    state = status?.state(for: reader) ?? .unknown
    self.problems = problems
  }

  /// A trial that failed before it had a directory, as its sweep tells of it.
  init(_ trial: PlannedTrial, of sweep: String, status: RunStatus) {
    path = "\(sweep)/trials/\(trial.name)"
    (planned, self.status, state, lastRow) = (trial, status, .failed, .none)
    notes = (try? RunNotes(of: sweep)) ?? .none
    name = Self.name(in: sweep) ?? Self.nameFromPath(sweep + "/")
    problems = ["\(path): failed before it had a directory: \(status.reason ?? "nobody says why")"]
  }

  private static func notes(of path: String) throws(ReadingError) -> RunNotes {
    let own = try RunNotes(of: path)
    let trials = path.parentPath
    guard trials.lastPathComponent == "trials" else { return own }
    return own.joined(with: try RunNotes(of: trials.parentPath))
  }

  /// The value of `name:`, which a resolved spec has near its beginning.
  private static func name(in path: String) -> String? {
    guard let head = try? PlainFiles.ends("\(path)/resolved.yaml", head: 512, tail: 0)?.head else {
      return nil
    }
    for line in String(decoding: head, as: UTF8.self).split(separator: "\n") {
      guard line.hasPrefix("name: "), let flat = try? FlatYAML(String(line)) else { continue }
      return flat.entries.first?.text
    }
    return nil
  }

  /// `results/NAME/ID`, `results/NAME/ID/trials/K`
  private static func nameFromPath(_ path: String) -> String {
    var parent = (PlainFiles.absolute(path) ?? path).parentPath
    if parent.lastPathComponent == "trials" { parent = parent.parentPath.parentPath }
    return parent.lastPathComponent
  }

  private static func json(_ path: String) throws(ReadingError) -> JSON? {
    guard let bytes = try PlainFiles.bytes(path) else { return nil }
    guard !bytes.isEmpty else { throw ReadingError(path: path, reason: "is empty") }
    do throws(JSONError) {
      let json = try JSON(parsing: bytes)
      guard json.members?.isEmpty == false else {
        throw JSONError(offset: 0, reason: "holds no keys")
      }
      return json
    } catch {
      throw ReadingError(path: path, reason: "\(error)")
    }
  }

  private static func settings(_ path: String) throws(ReadingError) -> Settings? {
    guard let text = try PlainFiles.text(path) else { return nil }
    do throws(FlatYAMLError) {
      let settings = try Settings(text: text)
      if settings.entries.isEmpty || settings.entries[0].key.isEmpty {
        throw FlatYAMLError(reason: text.isEmpty ? "is empty" : "holds no keys")
      }
      return settings
    } catch {
      throw ReadingError(path: path, reason: error.reason)
    }
  }

  private func needed<T>(_ name: String, _ found: T?) throws(ReadingError) -> T {
    guard let found else { throw ReadingError(path: "\(path)/\(name)", reason: "is not there") }
    return found
  }

  // MARK: On demand

  /// The resolved spec, flat.
  package func settings() throws(ReadingError) -> Settings {
    if let planned { return planned.settings(besides: path.parentPath, name: name) }
    if let resolved = try Self.settings("\(path)/resolved.yaml") { return resolved }
    return try needed("resolved.yaml", try Self.settings("\(path)/spec.yaml"))
  }

  package func environment() throws(ReadingError) -> Settings {
    try needed("environment.json", try Self.settings("\(path)/environment.json"))
  }

  /// The words of the command that began it; none where environment.json does not say.
  var command: [String] { Self.command(in: path) }

  static func command(in folder: String) -> [String] {
    let bytes = (try? PlainFiles.bytes("\(folder)/environment.json")).flatMap(\.self)
    let words = bytes.flatMap { try? JSON(parsing: $0) }?["command"]?.items ?? []
    return words.compactMap(\.string)
  }

  package func losses() throws(ReadingError) -> NumberTable {
    NumberTable(try needed("losses.csv", try PlainFiles.bytes("\(path)/losses.csv")))
  }

  /// Why a table of the run is not all that stands in its file; nil where it is.
  func damage(in losses: NumberTable) -> String? {
    losses.damagedRows > 0
      ? "\(path)/losses.csv: \(losses.damagedRows) rows cannot be read" : nil
  }

  /// Evaluation metrics over the steps; empty where there are none.
  package func metrics() throws(ReadingError) -> NumberTable {
    try PlainFiles.bytes("\(path)/metrics.csv").map(MetricsFile.table) ?? .none
  }

  func text(_ file: String) throws(ReadingError) -> String? {
    try PlainFiles.text("\(path)/\(file)")
  }

  func bytes(_ file: String) throws(ReadingError) -> [UInt8]? {
    try PlainFiles.bytes("\(path)/\(file)")
  }

  /// Names of what is in a folder of the run.
  package func files(in folder: String) -> [String] {
    (PlainFiles.entries(of: "\(path)/\(folder)") ?? []).map(\.name)
  }
}
