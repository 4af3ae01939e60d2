import RunFormat

/// Changes what people say of a run or a sweep, while it trains or later.
///
/// The file appears whole in the stead of the one before; two who change it go one after the other.
///
/// - Parameter folder: of the run, or of the sweep.
/// - Returns: what it says now.
/// - Throws: also for a file that is none of ours, which stays as it is.
@discardableResult
package func changeNotes(
  of folder: String, files: FileLayer = FileLayer(), _ change: (inout RunNotes) -> Void
) throws(RunError) -> RunNotes {
  try files.alone(in: folder) { () throws(RunError) in
    var notes: RunNotes
    do throws(ReadingError) {
      notes = try RunNotes(of: folder)
    } catch {
      throw .file(
        path: error.path, action: "change it",
        reason: "\(error.reason)\n  = repair it, or remove the file")
    }
    let before = notes
    change(&notes)
    let path = "\(folder)/\(RunNotes.fileName)"
    if notes.needsNoFile {
      if try files.isThere(path) { try files.withdraw(path) }
    } else if notes != before {
      try files.replace(path, with: notes.json.fileBytes)
    }
    return notes
  }
}
