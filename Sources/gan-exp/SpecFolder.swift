import Foundation
import Spec

/// Looks around where a spec should be and is not.
enum SpecFolder {
  /// Why there is no file at `path`, with the one that was probably meant; nil if there is one.
  static func absence(of path: String) -> Diagnostic? {
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    if exists && !isFolder.boolValue { return nil }
    let origin = Origin(source: SourceText(name: path, text: ""), mark: .wholeText)
    if exists {
      let names = specs(in: path)
      let shown = names.prefix(12).joined(separator: ", ") + (names.count > 12 ? ", …" : "")
      return Diagnostic(
        "this is a folder, not an experiment file", at: origin,
        label: names.isEmpty ? nil : "experiment files in it: \(shown)")
    }
    return Diagnostic(
      "file not found", at: origin,
      label: suggestion(for: path).map { "did you mean `\($0)`?" })
  }

  private static func suggestion(for path: String) -> String? {
    let name = path.hasPrefix("experiments/") ? String(path.dropFirst(12)) : path
    let inGallery = gallery.map { ["\($0)/\(name)", "\($0)/\(name).yaml"] } ?? []
    for candidate in [
      path + ".yaml", path + ".yml", "experiments/\(path)", "experiments/\(path).yaml",
    ] + inGallery
    where FileManager.default.fileExists(atPath: candidate) {
      return candidate
    }
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    for place in folder.isEmpty ? ["", "experiments/"] : [folder] {
      let name = String(path.dropFirst(folder.count))
      let names = specs(in: place.isEmpty ? "." : place)
      // The ending is no part of what people mistype, and would make all names alike.
      if let stem = nearest(to: stem(of: name), in: names.map(stem)),
        let meant = names.first(where: { self.stem(of: $0) == stem })
      {
        return place + meant
      }
    }
    return nil
  }

  /// The gallery that was installed with the program.
  static var gallery: String? {
    Bundle.main.executableURL?.resolvingSymlinksInPath().deletingLastPathComponent()
      .appendingPathComponent("../share/gan-exp/experiments").standardized.path
  }

  private static func stem(of name: String) -> String {
    String(name.prefix { $0 != "." })
  }

  private static func specs(in folder: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") }.sorted()
  }
}
