import Digests
import Images
import RunFormat
import Spec

/// All data of a run: what lies in each of its sources.
package struct TrainingSources: Sendable {
  package struct Entry: Sendable {
    package let name: String
    package let data: TrainingData
    /// The source whose order it has: itself, or that with which it is paired.
    package let order: String

    package init(name: String, data: TrainingData, order: String? = nil) {
      (self.name, self.data, self.order) = (name, data, order ?? name)
    }
  }

  /// In the order of the program; at least one.
  package let entries: [Entry]
  /// Those of them that rounds are fed with; others are only measured or drawn. At least one.
  package let played: [Entry]
  /// The source of which a pass is an epoch; no order but its own.
  package let epoch: Entry

  /// How many samples each has, by its name.
  package var counts: [String: Int] {
    Dictionary(
      entries.map { ($0.name, $0.data.samples.count) }, uniquingKeysWith: { first, _ in first })
  }

  /// - Parameters:
  ///   - entries: at least one. Those of one order have as many samples as each other.
  ///   - named: the source of which a pass is an epoch; nil: the longest one that is played, of several
  ///     the first.
  ///   - played: the names of those that rounds are fed with, at least one; nil: all.
  /// - Throws: `.data` when there is no source of that name.
  package init(
    _ entries: [Entry], epoch named: String? = nil, played: [String]? = nil
  ) throws(RunError) {
    func entry(_ name: String) -> Entry? { entries.first { $0.name == name } }
    let counts = entries.map { (name: $0.name, count: $0.data.samples.count) }
    let chosen = try Self.epochSource(of: counts, named: named, played: played)
    guard let order = entry(chosen).flatMap({ entry($0.order) }) else {
      preconditionFailure("no data, or a pair without its partner")
    }
    precondition(
      entries.allSatisfy { entry($0.order)?.data.samples.count == $0.data.samples.count },
      "pairs have as many samples as each other")
    (self.entries, epoch) = (entries, order)
    self.played = entries.filter { played?.contains($0.name) ?? true }
    precondition(!self.played.isEmpty, "rounds without data")
  }

  /// The data of a game with one source.
  package init(_ data: TrainingData, name: String = "images") {
    let entry = Entry(name: name, data: data)
    (entries, played, epoch) = ([entry], [entry], entry)
  }

  /// The name of the source of which a pass is an epoch.
  ///
  /// - Parameters:
  ///   - counts: how many samples each has; at least one.
  ///   - played: the names of those that rounds are fed with; nil: all.
  /// - Throws: `.data` when there is no source called `named`.
  package static func epochSource(
    of counts: [(name: String, count: Int)], named: String?, played: [String]? = nil
  ) throws(RunError) -> String {
    if let named {
      guard counts.contains(where: { $0.name == named }) else {
        throw .data(
          "schedule.epoch is \(named), and there is no such source; there are "
            + counts.map(\.name).joined(separator: ", "))
      }
      return named
    }
    let able = counts.filter { played?.contains($0.name) ?? true }
    let most = able.map(\.count).max()
    guard let longest = able.first(where: { $0.count == most }) else {
      preconditionFailure("a game without data")
    }
    return longest.name
  }

  /// That of the one source; of several, of their names and digests.
  package static func digest(of digests: [(name: String, digest: String)]) -> String {
    if digests.count == 1 { return digests[0].digest }
    let lines = digests.map { "\($0.name) \($0.digest)\n" }
    return sha256(Array(("sources\n" + lines.joined()).utf8))
  }
}

extension TrainingSources {
  /// The first source's.
  package var first: TrainingData { entries[0].data }

  /// nil: there is no such source.
  package subscript(name: String) -> TrainingData? {
    entries.first { $0.name == name }?.data
  }

  /// Samples of an epoch.
  package var sampleCount: Int { epoch.data.samples.count }

  package var digest: String {
    Self.digest(of: entries.map { ($0.name, $0.data.digest) })
  }

  /// Of the first source that has some.
  package var classNames: [String] {
    entries.lazy.map(\.data.classNames).first { !$0.isEmpty } ?? []
  }

  // What is said of single sources has their names in front where there are several.

  private func place(_ entry: Entry) -> String { entries.count == 1 ? "" : "\(entry.name): " }

  /// Files that were left out because they cannot be used.
  var skipped: [BadImage] {
    entries.flatMap { entry in
      entry.data.skipped.map { BadImage(name: place(entry) + $0.name, reason: $0.reason) }
    }
  }

  /// Files that are not read.
  var unread: UnreadFiles {
    entries.reduce(into: UnreadFiles()) { $0.add($1.data.remarks.unread) }
  }

  /// Sentences for the log.
  var notes: [String] {
    entries.flatMap { entry in entry.data.remarks.notes.map { place(entry) + $0 } }
  }

  /// Sentences on what is unlikely to be meant, and on what was left out.
  var warnings: [String] {
    entries.flatMap { entry in entry.data.remarks.warnings.map { place(entry) + $0 } }
      + entries.compactMap { entry in
        guard let first = entry.data.skipped.first else { return nil }
        return
          "\(place(entry))\(entry.data.skipped.count) bad pictures are left out (on_bad_image: skip); "
          + "the first: \(first.name): \(first.reason)"
      }
  }
}
