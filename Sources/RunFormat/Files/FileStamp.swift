import CLibrary

/// What tells whether a file, or a folder's list of names, is as it was when it was last looked at.
package struct FileStamp: Sendable, Hashable {
  private let device: UInt64
  private let inode: UInt64
  /// In bytes.
  package let size: Int
  /// Of the last change: seconds since 1970, which may be any, and nanoseconds within the last of them.
  package let seconds: Int
  private let nanoseconds: Int

  init(_ information: stat) {
    (device, inode) = (UInt64(information.st_dev), UInt64(information.st_ino))
    size = Int(information.st_size)
    #if canImport(Darwin)
      let time = information.st_mtimespec
    #else
      let time = information.st_mtim
    #endif
    (seconds, nanoseconds) = (Int(time.tv_sec), Int(time.tv_nsec))
  }

  /// Another one whenever the last change is another.
  package var version: String { "\(seconds)-\(nanoseconds)" }

  /// nil where nothing is, or nothing that can be looked at.
  package init?(_ path: String) {
    var information = stat()
    guard stat(path, &information) == 0 else { return nil }
    self.init(information)
  }

  /// Whether both are of one file, which may have grown.
  package func isSameFile(as other: FileStamp) -> Bool {
    device == other.device && inode == other.inode
  }
}
