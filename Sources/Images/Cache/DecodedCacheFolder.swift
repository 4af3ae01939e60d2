import CLibrary

/// What the folder of decoded pictures may come to.
package struct CacheLimits: Sendable, Hashable {
  package var bytes: Int
  /// Since a file was last used.
  package var seconds: Double

  package init(bytes: Int = 50_000_000_000, seconds: Double = 90 * 86_400) {
    (self.bytes, self.seconds) = (bytes, seconds)
  }

  /// `50 GB`
  var words: String {
    bytes >= 1_000_000_000 ? "\(bytes / 1_000_000_000) GB" : "\(bytes / 1_000_000) MB"
  }
}

/// The folder of decoded pictures as a whole. Any of its files may go at any time: a process that reads one
/// keeps it open, and who wants it later makes it anew.
package struct DecodedCacheFolder: Sendable {
  package struct File: Sendable, Hashable {
    package let path: String
    package let bytes: Int
    /// Seconds since 1970.
    package let lastUsed: Int
  }

  static let fileEnd = ".images"

  package let path: String
  /// The one that has not been used for the longest first.
  package let files: [File]

  package var bytes: Int { files.reduce(0) { $0 + $1.bytes } }

  package init(_ path: String) {
    self.path = path
    files = FileBytes.names(in: path).compactMap { name in
      // Only what we make: 40 digits and the end.
      guard name.hasSuffix(Self.fileEnd), name.count == 40 + Self.fileEnd.count,
        name.prefix(40).allSatisfy(\.isHexDigit)
      else { return nil }
      let place = joined(path, name)
      var status = stat()
      guard unsafe lstat(place, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
        return nil
      }
      #if canImport(Darwin)
        let (read, written) = (status.st_atimespec.tv_sec, status.st_mtimespec.tv_sec)
      #else
        let (read, written) = (status.st_atim.tv_sec, status.st_mtim.tv_sec)
      #endif
      return File(path: place, bytes: Int(status.st_size), lastUsed: max(read, written))
    }.sorted { ($0.lastUsed, $0.path) < ($1.lastUsed, $1.path) }
  }

  /// Removes what has not been used for too long, and of the rest as much as is above the limit, the one
  /// that has not been used for the longest first.
  ///
  /// - Parameters:
  ///   - path: of a file that stays whatever its size.
  ///   - now: seconds since 1970.
  /// - Returns: what is gone.
  @discardableResult
  package func trim(
    to limits: CacheLimits, sparing path: String? = nil, now: Int = time(nil)
  ) -> (files: [File], bytes: Int) {
    var left = bytes
    var gone: [File] = []
    for file in files where file.path != path {
      let isOld = Double(now) - Double(file.lastUsed) > limits.seconds
      guard isOld || left > limits.bytes, unsafe unlink(file.path) == 0 else { continue }
      left -= file.bytes
      gone.append(file)
    }
    return (gone, gone.reduce(0) { $0 + $1.bytes })
  }
}
