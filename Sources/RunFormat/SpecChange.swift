import Spec

/// A key of a spec that is not what it was when the run was begun.
package struct SpecChange: Sendable, Hashable, CustomStringConvertible {
  package let key: String
  /// nil: there was no such key.
  package let old: String?
  package let new: String?

  package init(key: String, old: String?, new: String?) {
    (self.key, self.old, self.new) = (key, old, new)
  }

  package var description: String { "\(key): \(old ?? "(none)") → \(new ?? "(none)")" }

  /// Whether a run that has begun may go on with it: what is written down, when it ends and who
  /// is told are its owner's business, numbers are not.
  package var isAllowed: Bool {
    key == "name" || key == "description"
      || ["record", "guards", "notify"].contains { key == $0 || key.hasPrefix("\($0).") }
  }

  /// Keys that older programs did not write, and what a run of theirs was.
  private static let laterKeys = ["precision.products": "float32"]

  /// What differs between two resolved specs, in the order of the first.
  package static func between(
    _ old: String, _ new: String
  ) throws(FlatYAMLError) -> [SpecChange] {
    let (before, after) = (try FlatYAML(old).entries, try FlatYAML(new).entries)
    func texts(_ entries: [FlatYAML.Entry]) -> [String: String] {
      Self.laterKeys.merging(entries.map { ($0.key, $0.text) }) { $1 }
    }
    let (was, becomes) = (texts(before), texts(after))
    let old = Set(before.map(\.key))
    let keys = before.map(\.key) + after.map(\.key).filter { !old.contains($0) }
    return keys.filter { was[$0] != becomes[$0] }
      .map { SpecChange(key: $0, old: was[$0], new: becomes[$0]) }
  }
}
