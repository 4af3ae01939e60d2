import Foundation
import Images
import RunFormat

/// Where `data check` and `data show` put their picture: never in place of a file that is not a preview
/// of theirs, and never among the pictures that it shows, of which it would be one the next time.
struct PreviewFile {
  static let defaultName = "preview.png"

  let path: String

  /// - Parameters:
  ///   - named: what the user has said; nil: `preview.png` here, or beside the folder of the data where
  ///     the current folder lies in it, with a number where there is such a file.
  ///   - data: the folder in which the data lie, if it is one.
  /// - Throws: exit 2 for a place that is named and cannot be used.
  init(named: String?, data: String?) throws {
    let folder = data.flatMap(Self.realFolder)
    if let named {
      try OutputKind.png.check(named)
      if let folder, Self.lies(named, in: folder) {
        throw Failure(
          status: .commandLine,
          message: "error: \(named) lies among the pictures of \(folder) and would be one of them\n"
            + "  = name a file outside of that folder")
      }
      guard Self.isFree(named) else {
        throw Failure(
          status: .commandLine,
          message: "error: \(named) is there already and is no preview made by gan-exp\n"
            + "  = name another file, or remove that one")
      }
      path = named
      return
    }
    var stem = "preview"
    if let folder, Self.lies(Self.defaultName, in: folder) {
      stem = "\(folder)-preview"
    }
    let names = ["\(stem).png"] + (2...1000).map { "\(stem)-\($0).png" }
    guard let free = names.first(where: Self.isFree) else {
      throw Failure(
        status: .commandLine,
        message: "error: \(names[0]) and a thousand like it are there already\n"
          + "  = say where the picture goes")
    }
    path = free
  }

  func write(_ picture: Raster) throws {
    let png: [UInt8]
    do throws(PNGError) { png = try encodePNG(picture) } catch {
      throw Failure(status: .files, message: "error: \(path): \(error)")
    }
    try Failure.catching { try writeFile(PreviewMark.marked(png), to: path) }
  }

  /// What is no file, as a pipe, is written to and not replaced.
  private static func isFree(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return true }
    let kind = try? FileManager.default.attributesOfItem(atPath: real(path))[.type]
    guard kind as? FileAttributeType == .typeRegular else { return true }
    return PreviewMark.isMarked(path)
  }

  private static func lies(_ path: String, in folder: String) -> Bool {
    let parent = real(URL(fileURLWithPath: path).deletingLastPathComponent().path)
    return parent == folder || parent.hasPrefix(folder == "/" ? "/" : folder + "/")
  }

  private static func realFolder(_ path: String) -> String? {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue
    else { return nil }
    return real(path)
  }

  private static func real(_ path: String) -> String {
    guard let found = realpath(path, nil) else { return URL(fileURLWithPath: path).path }
    defer { free(found) }
    return String(cString: found)
  }
}
