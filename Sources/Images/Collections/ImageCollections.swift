import Digests

/// What kinds of place pictures may lie in.
enum ImageCollections {
  /// A folder as such, a file by its first bytes.
  static func open(_ path: String) throws(DatasetError) -> any ImageCollection {
    if FileBytes.isDirectory(path) { return try FolderCollection(path) }
    guard let file = try DataFile(path) else {
      throw .missing(what: "the folder or archive", looked: [path], remedy: "give its path")
    }
    let start = try file.bytes(0..<min(file.count, 512))
    if start.starts(with: Array("PK\u{3}\u{4}".utf8))
      || start.starts(with: Array("PK\u{5}\u{6}".utf8))
    {
      return try ZipCollection(file)
    }
    if start.starts(with: [0x1f, 0x8b]) { return try TarCollection(file, isGzipped: true) }
    guard start.count == 512, start[257..<262].elementsEqual("ustar".utf8) else {
      throw .malformed(
        path: path, offset: 0, expected: "a folder, or an archive: zip, tar or tar.gz",
        found: start.isEmpty ? "an empty file" : "the bytes \(hexadecimal(start.prefix(8)))",
        remedy: "give the folder or the archive that holds the pictures")
    }
    return try TarCollection(file, isGzipped: false)
  }
}
