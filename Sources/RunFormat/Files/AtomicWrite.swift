import CLibrary

// A file or folder appears whole or not at all: written under a temporary name beside its place,
// synchronized, renamed, and the name synchronized too. What was there before stays until then.

extension FileLayer {
  /// Puts a file in place, in the stead of one that may be there. On failure the old one is intact and
  /// the temporary gone.
  ///
  /// - Parameter check: asked when all is written and nothing is in place yet, for whoever may have lost
  ///   the right to write there meanwhile.
  package func replace(
    _ path: String, with bytes: [UInt8], check: () throws(RunError) -> Void = {}
  ) throws(RunError) {
    try put(path, check) { (temporary) throws(RunError) in try create(temporary, bytes) }
  }

  /// Puts a folder in place, with what `fill` writes into it. Nothing may be there.
  package func publish(
    _ path: String, check: () throws(RunError) -> Void = {},
    fill: (DraftFolder) throws(RunError) -> Void
  ) throws(RunError) {
    try put(path, check) { (temporary) throws(RunError) in
      guard try makeDirectory(temporary) else {
        throw .file(path: temporary, action: "create the folder", reason: "it is there already")
      }
      try fill(DraftFolder(path: temporary, files: self))
      try synchronizeDirectory(temporary)
    }
  }

  /// Whoever takes over removes what others have left unfinished, so that nothing of it comes into its
  /// place late. One that is no owner and only writes into the same folder tries once more.
  private func put(
    _ path: String, _ check: () throws(RunError) -> Void,
    make: (_ temporary: String) throws(RunError) -> Void
  ) throws(RunError) {
    var attempt = 1
    while true {
      let temporary = Self.temporaryName(for: path)
      var isMade = false
      do throws(RunError) {
        try make(temporary)
        isMade = true
        try check()
        try rename(temporary, to: path)
        break
      } catch {
        let isGone = isMade && !exists(temporary)
        try? remove(temporary)
        // Rather than that a file is missing.
        try check()
        guard isGone, attempt < 3 else { throw error.naming(path, insteadOf: temporary) }
        attempt += 1
      }
    }
    try synchronizeDirectory(path.parentPath)
  }

  /// Takes something away so that no half of it is ever seen under its name.
  ///
  /// - Parameter check: asked when it is out of its place; if it throws, it is put back.
  package func withdraw(
    _ path: String, check: (_ place: String) throws(RunError) -> Void = { _ in }
  ) throws(RunError) {
    let temporary = Self.temporaryName(for: path)
    try move(path, to: temporary) { () throws(RunError) in try check(temporary) }
    try remove(temporary)
  }

  /// - Parameter check: asked when it is out of its place; if it throws, it is put back.
  package func move(
    _ path: String, to target: String, check: () throws(RunError) -> Void
  ) throws(RunError) {
    try rename(path, to: target)
    do throws(RunError) {
      try check()
    } catch {
      if !exists(path) { try? rename(target, to: path) }
      throw error
    }
  }

  /// Beside `path`, hidden, and that of no other process: in two containers the same number may mean
  /// two of them.
  package static func temporaryName(for path: String) -> String {
    let random = String(UInt64.random(in: 0 ... .max), radix: 16)
    return "\(path.parentPath)/.\(path.lastPathComponent).tmp-\(getpid())-\(random)"
  }

  /// Whether `temporaryName` gave this name, or that of a claim that was not made.
  package static func isTemporary(_ name: String) -> Bool {
    guard name.hasPrefix("."), let mark = name.ranges(of: ".tmp-").last else { return false }
    let words = name[mark.upperBound...].split(separator: "-", omittingEmptySubsequences: false)
    return (1...2).contains(words.count)
      && words.allSatisfy { word in
        !word.isEmpty
          && word.utf8.allSatisfy {
            UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
              || UInt8(ascii: "a")...UInt8(ascii: "f") ~= $0
          }
      }
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
