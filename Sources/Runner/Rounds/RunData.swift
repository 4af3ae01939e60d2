import Images
import ModelBuilder
import RunFormat
import Spec

/// The data of a run: for each source of its game that is stored what lies in it.
package struct RunData: Sendable {
  /// By name. The first one sets the length of an epoch: the longest, or the one that the spec names.
  package let sources: [(name: String, data: TrainingData)]

  /// - Parameters:
  ///   - sources: by name, in the order of the spec; not empty.
  ///   - epoch: the one that sets the length of an epoch; nil: the longest, of several the first.
  package init(_ sources: [(name: String, data: TrainingData)], epoch: String? = nil) {
    let longest = sources.indices.max {
      (sources[$0].data.samples.count, $1) < (sources[$1].data.samples.count, $0)
    }
    let leader = epoch.flatMap { name in sources.firstIndex { $0.name == name } } ?? longest
    guard let leader else { preconditionFailure("a run without data") }
    self.sources =
      [sources[leader]] + sources.indices.filter { $0 != leader }.map { sources[$0] }
  }

  /// The one source of a game.
  package init(_ data: TrainingData, of program: TrainingProgram) {
    self.init([(program.sources[0].name, data)])
  }

  /// Of the source that sets the length of an epoch.
  package var epoch: TrainingData { sources[0].data }

  package subscript(name: String) -> TrainingData? {
    sources.first { $0.name == name }?.data
  }

  /// That of the only source, or of all digests with their names.
  package var digest: String { Self.digest(of: sources.map { ($0.name, $0.data.digest) }) }

  package static func digest(of sources: [(name: String, digest: String)]) -> String {
    if sources.count == 1 { return sources[0].digest }
    let lines = sources.sorted { $0.name < $1.name }.map { "\($0.name) \($0.digest)\n" }
    return sha256(Array(lines.joined().utf8))
  }

  /// Files that were left out because they cannot be used.
  package var skipped: [BadImage] { sources.flatMap(\.data.skipped) }

  /// What else is said of them when a run begins.
  package var remarks: SourceRemarks {
    sources.dropFirst().reduce(into: epoch.remarks) { all, source in
      all.notes += source.data.remarks.notes
      all.warnings += source.data.remarks.warnings
      all.unread.add(source.data.remarks.unread)
    }
  }
}

/// How many classes the labels of a source tell apart, and where that is said.
package struct SourceLabels: Sendable {
  package let classes: Int
  /// `labels.classes`
  package let key: String
  package let origin: Origin

  package init(classes: Int, key: String, origin: Origin) {
    (self.classes, self.key, self.origin) = (classes, key, origin)
  }
}

extension SourceLabels {
  /// What to write for so many classes.
  package func advice(_ classes: Int) -> String {
    key == "labels.classes" ? "labels: {classes: \(classes)}" : "classes: \(classes)"
  }
}

extension Experiment {
  /// What the labels of a source are to tell apart; nil: the game does not ask for them.
  package func labels(of source: SourceEntry) -> SourceLabels? {
    source.classes.map { classes in
      if let labels = twoPlayers?.labels {
        return SourceLabels(classes: classes, key: "labels.classes", origin: labels.origin)
      }
      return SourceLabels(
        classes: classes, key: "data.sources.\(source.name).classes", origin: source.origin)
    }
  }
}
