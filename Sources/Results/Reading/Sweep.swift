import RunFormat
import Spec

/// The folder of a sweep, as far as naming it goes.
package struct Sweep: Sendable {
  /// As it was reached.
  package let path: String
  /// The name of the experiment.
  package let name: String
  /// The folder's own name.
  package let id: String
  /// Seconds since 1970; nil where environment.json does not say.
  let started: Int?

  init(_ path: String) {
    self.path = path
    let place = PlainFiles.absolute(path) ?? path
    id = place.lastPathComponent
    name = place.parentPath.lastPathComponent
    let environment = (try? PlainFiles.bytes("\(path)/environment.json")).flatMap(\.self)
      .flatMap { try? JSON(parsing: $0) }
    started = environment?["started"]?.string.flatMap { Moment($0) }?.seconds
  }

  /// `results/NAME/ID`
  var label: String { "\(name)/\(id)" }

  /// `20261121T02`, `9f3a` (the digest behind the date), `lsgan/2026`
  func answers(to text: String) -> Bool { isBegun(id, label, by: text) }
}

/// Whether `text` begins an id, the digest in it, or the id with the experiment's name before it.
func isBegun(_ id: String, _ label: String, by text: String) -> Bool {
  guard !text.isEmpty else { return false }
  // `0253-9f3a2c` is what the list of runs calls it where `9f3a2c` is not enough.
  return id.hasPrefix(text) || label.hasPrefix(text) || RunNames.names(of: id).contains(text)
    || id.split(separator: "-").dropFirst().contains { $0.hasPrefix(text) }
}
