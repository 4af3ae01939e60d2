import CLibrary
import RunFormat

/// A folder of its own for a test, gone afterwards.
final class Scratch: Sendable {
  let path: String

  init() throws {
    let temporary = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    path = "\(temporary)/gan-exp-format-\(UInt64.random(in: 0 ... .max))"
    try FileLayer().makeDirectories(path)
  }

  deinit { try? FileLayer().remove(path) }

  /// A file below the folder, and the folders on its way.
  func write(_ name: String, _ text: String) throws {
    try writeFile(Array(text.utf8), to: "\(path)/\(name)")
  }
}
