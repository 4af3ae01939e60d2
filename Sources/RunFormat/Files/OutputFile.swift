import CLibrary

/// Writes a file where a person asked for one, in the stead of one that may be there; makes the folders on
/// the way. Of a link the file that it leads to is replaced, and the link stays. Into a device or a pipe it
/// is written.
package func writeFile(
  _ bytes: [UInt8], to path: String, files: FileLayer = FileLayer()
) throws(RunError) {
  if PlainFiles.isFolder(path) {
    throw .file(path: path, action: "write", reason: "it is a folder")
  }
  if PlainFiles.isSpecial(path) { return try files.fill(path, bytes) }
  let place = try destination(of: path, files)
  try files.makeDirectories(place.parentPath)
  try files.replace(place, with: bytes)
}

/// Where the links at `path` lead, to a file that need not be there.
private func destination(of path: String, _ files: FileLayer) throws(RunError) -> String {
  var place = path
  // As many as the system follows.
  for _ in 0..<40 {
    guard files.isLink(place) else { return place }
    guard let target = PlainFiles.target(ofLink: place) else {
      throw FileLayer.failure(place, "follow the link")
    }
    place = target.hasPrefix("/") ? target : "\(place.parentPath)/\(target)"
  }
  throw FileLayer.failure(path, "follow the link", code: ELOOP)
}
