import CLibrary
import Foundation

/// This program, for whoever starts it once more.
enum OwnProgram {
  /// Its file; where it was replaced since this process began, the one that lies there now.
  static var file: String {
    let path =
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
      ?? Bundle.main.executablePath ?? CommandLine.arguments[0]
    let gone = " (deleted)"
    guard path.hasSuffix(gone), access(path, F_OK) != 0 else { return path }
    return String(path.dropLast(gone.count))
  }

  /// What to start while this process lives: the very same, even where its file was replaced or removed since.
  static var image: String {
    let image = "/proc/\(getpid())/exe"
    return access(image, X_OK) == 0 ? image : file
  }
}
