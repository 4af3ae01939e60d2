import Digests
import Spec

/// One trial of a sweep, as plan.jsonl says it.
package struct PlannedTrial: Sendable, Hashable {
  /// Counted from 0.
  package let index: Int
  /// Of everything that decides its numbers.
  package let identity: String
  /// `0007-3fa9c1d2-s1`, its folder below `trials`; it stays when the trial is made longer.
  package let name: String
  package let seed: UInt64
  package let point: SweepPoint

  package init(
    index: Int, point: SweepPoint, experiment: Experiment, dataDigest: String, numericsVersion: Int
  ) {
    self.init(
      index: index, point: point, seed: experiment.seed,
      specDigest: Self.specDigest(experiment.identityText), dataDigest: dataDigest,
      numericsVersion: numericsVersion)
  }

  package init(
    index: Int, point: SweepPoint, seed: UInt64, specDigest: String, dataDigest: String,
    numericsVersion: Int
  ) {
    (self.index, self.point, self.seed) = (index, point, seed)
    identity = sha256(
      Array("\(specDigest)\n\(dataDigest)\nnumerics \(numericsVersion)".utf8))
    name = "\(padded(index, 4))-\(identity.prefix(8))-s\(seed)"
  }

  /// - Parameter text: an experiment's `identityText`.
  package static func specDigest(_ text: String) -> String { sha256(Array(text.utf8)) }

  /// The same trial at another place of a plan.
  package init(_ trial: PlannedTrial, at index: Int) { self.init(trial, index: index, name: nil) }

  /// The same numbers at a place of a plan, and in a folder, that are given.
  package init(_ trial: PlannedTrial, index: Int, name: String?) {
    (self.index, seed, point, identity) = (index, trial.seed, trial.point, trial.identity)
    self.name = name ?? "\(padded(index, 4))-\(identity.prefix(8))-s\(seed)"
  }

  package var json: JSON {
    .map([
      "index": .integer(index), "name": .text(name), "identity": .text(identity),
      "seed": .text(String(seed)), "replicate": .integer(point.replicate),
      "set": .object(point.settings.map { ($0.path, .text($0.text)) }),
    ])
  }

  package init?(_ json: JSON) {
    guard let index = json["index"]?.int, let identity = json["identity"]?.string,
      let name = json["name"]?.string, !name.contains("/"), !name.hasPrefix("."),
      let seed = json["seed"]?.string.flatMap({ UInt64($0) }),
      let replicate = json["replicate"]?.int, let set = json["set"]?.members
    else { return nil }
    let settings = set.compactMap { path, text in
      text.string.map { SweepPoint.Setting(path: path, text: $0) }
    }
    guard settings.count == set.count else { return nil }
    (self.index, self.identity, self.seed, self.name) = (index, identity, seed, name)
    point = SweepPoint(settings: settings, replicate: replicate)
  }
}
