import RunFormat
import Spec

/// The trials of a sweep that failed before there was a folder for them: of those only its plan and its
/// journal tell.
package struct FailedTrials: Sendable {
  package private(set) var runs: [Run] = []
  package private(set) var notes: [String] = []

  /// - Parameter sweep: the sweep's directory.
  package init(of sweep: String) {
    do {
      guard let plan = try PlainFiles.bytes("\(sweep)/plan.jsonl") else { return }
      let begun = Set(
        (PlainFiles.entries(of: "\(sweep)/trials") ?? []).filter(\.isFolder).map(\.name))
      var missing: [PlannedTrial] = []
      var damaged = 0
      for line in plan.split(separator: UInt8(ascii: "\n")) {
        guard let trial = (try? JSON(parsing: line)).flatMap({ PlannedTrial($0) }) else {
          damaged += 1
          continue
        }
        if !begun.contains(trial.name) { missing.append(trial) }
      }
      if damaged > 0 { notes.append("\(sweep)/plan.jsonl: \(damaged) lines are no trials") }
      // Thousands of records need not be read where nothing is missing.
      guard !missing.isEmpty else { return }
      let journal = try Journal(sweep: sweep).content()
      if journal.damaged > 0 {
        notes.append("\(sweep)/journal.jsonl: \(journal.damaged) lines are no records")
      }
      let ends = Self.ends(journal.records)
      runs = missing.compactMap { trial in
        ends[trial.index].map { Run(trial, of: sweep, status: $0) }
      }
    } catch {
      notes.append("\(error)")
    }
  }

  /// Of each trial that has failed and that nothing has been heard of since.
  private static func ends(_ records: [JSON]) -> [Int: RunStatus] {
    var started: [Int: JSON] = [:]
    var ends: [Int: RunStatus] = [:]
    for record in records {
      guard let index = record["trial"]?.int else { continue }
      ends[index] = nil
      switch (record["event"]?.string, record["state"]?.string) {
      case ("started", _): started[index] = record["time"]
      case ("ended", "failed"):
        ends[index] = RunStatus(
          .map([
            "state": .text("failed"), "reason": record["reason"], "started": started[index],
            "heartbeat": record["time"],
          ]))
      case _: continue
      }
    }
    return ends
  }
}

extension PlannedTrial {
  /// What the spec of a trial without a directory would be, as far as the sweep tells: that of another
  /// trial with what the plan sets in its place, or only that.
  ///
  /// - Parameter trials: the folder of all of them.
  func settings(besides trials: String, name: String) -> Settings {
    var entries: [FlatYAML.Entry] = []
    for other in PlainFiles.entries(of: trials) ?? [] where other.isFolder {
      guard let text = try? PlainFiles.text("\(trials)/\(other.name)/resolved.yaml"),
        let settings = try? Settings(text: text)
      else { continue }
      entries = settings.entries
      break
    }
    if entries.isEmpty { entries = [.init(key: "name", text: name, line: 1)] }
    for setting in point.settings { Self.set(setting.path, setting.text, in: &entries) }
    Self.set("seed", "\(seed)", in: &entries)
    return Settings(entries)
  }

  private static func set(_ key: String, _ text: String, in entries: inout [FlatYAML.Entry]) {
    let pair = NetworkKeys(shared: key).map { [$0.generator, $0.discriminator] } ?? []
    let places = entries.indices.filter { ([key, "\(key).kind"] + pair).contains(entries[$0].key) }
    for place in places {
      entries[place] = .init(key: entries[place].key, text: text, line: entries[place].line)
    }
    if places.isEmpty { entries.append(.init(key: key, text: text, line: 0)) }
  }
}
