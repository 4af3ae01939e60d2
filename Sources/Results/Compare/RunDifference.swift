import RunFormat
import Spec

/// `gan-exp diff A B`: what differs between two runs, key by key.
package struct RunDifference: Sendable {
  package struct Change: Sendable, Hashable {
    package let key: String
    /// nil: not there.
    package let old: String?
    package let new: String?
  }

  package struct Section: Sendable {
    package let title: String
    package let changes: [Change]
  }

  package let old: Run
  package let new: Run
  /// Only those in which something differs.
  package let sections: [Section]
  package let problems: [String]

  package var isEmpty: Bool { sections.isEmpty }

  /// They differ between any two runs and say nothing.
  private static let passing: Set<String> = ["started", "command", "data_digest"]

  package init(_ old: Run, _ new: Run) {
    (self.old, self.new) = (old, new)
    var problems = old.problems + new.problems
    func attempt(_ run: Run, _ read: (Run) throws(ReadingError) -> Settings) -> [FlatYAML.Entry] {
      do throws(ReadingError) { return try read(run).entries } catch {
        problems.append("\(error)")
        return []
      }
    }
    let specs = [old, new].map { attempt($0) { run throws(ReadingError) in try run.settings() } }
    let environments = [old, new].map {
      attempt($0) { run throws(ReadingError) in try run.environment() }
    }
    func kept(_ entries: [FlatYAML.Entry]) -> [(String, String)] {
      entries.filter { !Self.passing.contains(String($0.key.prefix { $0 != "[" })) }
        .map { ($0.key, $0.text) }
    }
    func digest(_ entries: [FlatYAML.Entry]) -> [(String, String)] {
      entries.filter { $0.key == "data_digest" }.map { ("sha256", $0.text) }
    }
    func outcome(_ run: Run) -> [(String, String)] {
      var pairs = [("state", run.state.text)]
      if let step = run.step { pairs.append(("step", "\(step)")) }
      for table in [run.lastRow, (try? run.metrics()) ?? .none] {
        for column in table.columns where column != "step" {
          guard let value = table.last(column) else { continue }
          pairs.append((column, NumberFormat.exact(value)))
        }
      }
      return pairs
    }
    sections = [
      Section(
        title: "spec",
        changes: Self.changes(
          specs[0].map { ($0.key, $0.text) }, specs[1].map { ($0.key, $0.text) })),
      Section(
        title: "environment", changes: Self.changes(kept(environments[0]), kept(environments[1]))),
      Section(
        title: "data", changes: Self.changes(digest(environments[0]), digest(environments[1]))),
      Section(title: "outcome", changes: Self.changes(outcome(old), outcome(new))),
    ].filter { !$0.changes.isEmpty }
    self.problems = problems
  }

  /// In the order of the first, with what only the second has where it stands there.
  static func changes(_ old: [(String, String)], _ new: [(String, String)]) -> [Change] {
    let before = Dictionary(old) { a, _ in a }
    let after = Dictionary(new) { a, _ in a }
    var changes: [Change] = []
    for (key, text) in old where after[key] != text {
      changes.append(Change(key: key, old: text, new: after[key]))
    }
    for (key, text) in new where before[key] == nil {
      changes.append(Change(key: key, old: nil, new: text))
    }
    return merged(changes)
  }

  /// The same change in both networks is one.
  private static func merged(_ changes: [Change]) -> [Change] {
    var done: Set<String> = []
    return changes.compactMap { change in
      guard let pair = NetworkKeys(either: change.key),
        let sister = changes.first(where: {
          $0.key != change.key && ($0.key == pair.generator || $0.key == pair.discriminator)
        }), sister.old == change.old, sister.new == change.new
      else { return change }
      guard done.insert(pair.shared).inserted else { return nil }
      return Change(key: pair.shared, old: change.old, new: change.new)
    }
  }

  /// One line a difference, `key: old → new`, under the name of its section.
  package var text: String {
    sections.map { section in
      let width = section.changes.map(\.key.count).max() ?? 0
      let lines = section.changes.map { change in
        "  " + change.key + String(repeating: " ", count: width - change.key.count)
          + "  \(change.old ?? "–") → \(change.new ?? "–")"
      }
      return ([section.title] + lines).joined(separator: "\n") + "\n"
    }.joined()
  }

  package var json: JSON {
    .object(
      sections.map { section in
        (
          section.title,
          .object(
            section.changes.map { change in
              (
                change.key,
                .object([
                  ("old", change.old.map { JSON(setting: $0) } ?? .null),
                  ("new", change.new.map { JSON(setting: $0) } ?? .null),
                ])
              )
            })
        )
      })
  }
}
