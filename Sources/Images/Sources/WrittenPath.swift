import Spec

/// A path as a spec or a command has it, and where it is looked for.
///
/// A relative one is looked for beside the file that says it, then in the data folders, then in the current one; `~/` is the home.
struct WrittenPath: Sendable, Equatable {
  let text: String
  /// The folder of the file that says it; nil for what a command line or a run's own spec says.
  let specFolder: String?

  init(_ text: String, specFolder: String? = nil) {
    (self.text, self.specFolder) = (text, specFolder)
  }

  init(_ record: Record, _ text: String, at field: String) {
    self.init(text, specFolder: Self.folder(of: record.origin(of: field)))
  }

  /// Every place in which it is looked for, the first first.
  func places(_ request: LoadRequest) -> [String] {
    guard !isAbsolute else { return [expanded] }
    var places: [String] = []
    for folder in (specFolder.map { [$0] } ?? []) + request.folders + ["."] {
      let place = folder == "." ? joined(".", text) : joined(folder, text)
      if !places.contains(place) { places.append(place) }
    }
    return places
  }

  /// The first place at which there is something.
  ///
  /// - Throws: where it was looked for.
  func find(_ what: String, _ request: LoadRequest) throws(DatasetError) -> String {
    let places = places(request)
    guard let place = places.first(where: FileBytes.exists) else {
      throw .missing(
        what: what, looked: places,
        remedy: "give its path; relative paths start where the experiment file lies, at "
          + "--data-dir DIR, then at the current folder")
    }
    return place
  }

  /// Where it lies as well as where it is found, in a sentence; nil if nowhere.
  func ambiguity(_ request: LoadRequest) -> String? {
    let found = places(request).filter(FileBytes.exists)
    guard let first = found.first else { return nil }
    let others = found.dropFirst().filter { FileBytes.absolute($0) != FileBytes.absolute(first) }
    guard let other = others.first else { return nil }
    return "`\(text)` is \(first); there is \(other) too, which is not read"
  }

  private var isAbsolute: Bool { text.hasPrefix("/") || text == "~" || text.hasPrefix("~/") }

  private var expanded: String {
    guard text.hasPrefix("~"), let home = FileBytes.home else { return text }
    return home + text.dropFirst()
  }

  /// The folder of the file that a value stands in. That of a run, in which `samples` is a folder too, is none: its spec is a copy.
  private static func folder(of origin: Origin) -> String? {
    let file = origin.source
    // A word of the command line comes with the name of no file.
    guard file.kind == .file, !origin.isDefault, FileBytes.exists(file.name) else { return nil }
    let folder = parentFolder(file.name)
    let isRun = ["resolved.yaml", "status.json"].contains { FileBytes.exists(joined(folder, $0)) }
    return isRun ? nil : folder
  }
}
