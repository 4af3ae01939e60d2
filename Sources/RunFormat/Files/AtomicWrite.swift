import CLibrary

// A file or folder appears whole or not at all: written under a temporary name beside its place,
// synchronized, renamed, and the name synchronized too. What was there before stays until then.

extension FileLayer {
  /// Puts a file in place, in the stead of one that may be there. On failure the old one is intact and
  /// the temporary gone.
  package func replace(_ path: String, with bytes: [UInt8]) throws(RunError) {
    let temporary = Self.temporaryName(for: path)
    do throws(RunError) {
      try create(temporary, bytes)
      try rename(temporary, to: path)
    } catch {
      try? remove(temporary)
      throw error.naming(path, insteadOf: temporary)
    }
    try synchronizeDirectory(path.parentPath)
  }

  /// Puts a folder in place, with what `fill` writes into it. Nothing may be there.
  package func publish(
    _ path: String, fill: (DraftFolder) throws(RunError) -> Void
  ) throws(RunError) {
    let temporary = Self.temporaryName(for: path)
    do throws(RunError) {
      _ = try makeDirectory(temporary)
      try fill(DraftFolder(path: temporary, files: self))
      try synchronizeDirectory(temporary)
      try rename(temporary, to: path)
    } catch {
      try? remove(temporary)
      throw error.naming(path, insteadOf: temporary)
    }
    try synchronizeDirectory(path.parentPath)
  }

  /// Takes a folder away so that no half of it is ever seen under its name.
  package func withdraw(_ path: String) throws(RunError) {
    let temporary = Self.temporaryName(for: path)
    try rename(path, to: temporary)
    try remove(temporary)
  }

  /// Beside `path`, hidden, and not that of another process.
  package static func temporaryName(for path: String) -> String {
    "\(path.parentPath)/.\(path.lastPathComponent).tmp-\(getpid())"
  }

  /// Whether `temporaryName` gave this name.
  package static func isTemporary(_ name: String) -> Bool {
    name.hasPrefix(".") && name.contains(".tmp-")
  }
}

extension RunError {
  /// Temporary names are nobody's business.
  fileprivate func naming(_ path: String, insteadOf temporary: String) -> RunError {
    guard case .file(let place, let action, let reason) = self, place.hasPrefix(temporary) else {
      return self
    }
    return .file(path: path + place.dropFirst(temporary.count), action: action, reason: reason)
  }
}

/// Puts a file at `path`, in the stead of one that may be there; makes the folders on the way.
package func writeFile(
  _ bytes: [UInt8], to path: String, files: FileLayer = FileLayer()
) throws(RunError) {
  try files.makeDirectories(path.parentPath)
  try files.replace(path, with: bytes)
}

/// A folder that nobody sees yet.
package struct DraftFolder {
  package let path: String
  package let files: FileLayer

  package func create(_ name: String, _ bytes: [UInt8]) throws(RunError) {
    try files.create("\(path)/\(name)", bytes)
  }

  package func create(
    _ name: String, fill: (NewFile) throws(RunError) -> Void
  ) throws(RunError) {
    try files.create("\(path)/\(name)", fill: fill)
  }
}
