import Images
import RunFormat
import Spec

/// What `new --data` names: where it is found, and how a file says it.
struct ChosenPictures {
  let source: any DatasetSource
  /// As it is named in messages and commands.
  let name: String
  /// As the file says it: `cifar10`, `{folder: photos}`.
  let written: String
  /// Whether `run` finds it by `--data-dir` only, or may.
  let wantsDataFolder: Bool

  /// - Parameters:
  ///   - name: a folder, an archive, an array, or a source as in a spec.
  ///   - folder: that of the file which will say it.
  ///   - request: its folders are looked into as `run` does, after the current one.
  init(_ name: String, besides folder: String, _ request: LoadRequest) throws {
    let isRelative = !name.hasPrefix("/")
    let places =
      [name] + (isRelative ? request.folders.map { "\($0.trimmingSlashes)/\(name)" } : [])
    let found = places.first(where: PlainFiles.exists)
    guard Self.isPath(name, exists: found != nil) else {
      self.init(
        source: try Data.subject(name, nil).source, name: name, written: name, wantsDataFolder: true
      )
      return
    }
    guard let place = found else {
      throw Data.absence(of: name, lookedAt: places)
    }
    let isHere = PlainFiles.absolute(folder) == PlainFiles.absolute(".")
    // Beside a file in another folder the same words may mean something else.
    let isFoundAgain = isHere || place != name && !PlainFiles.exists("\(folder)/\(name)")
    let path = isRelative && isFoundAgain ? name : PlainFiles.absolute(place) ?? place
    let isArray = name.hasSuffix(".npy") || name.hasSuffix(".npz")
    let word = path.trimmingSlashes.yamlWord(plain: "/._-")
    self.init(
      source: isArray ? Numpy(at: place) : Folder(at: place), name: place,
      written: "{\(isArray ? "numpy" : "folder"): \(word)}",
      wantsDataFolder: place != name && path == name)
  }

  private init(source: any DatasetSource, name: String, written: String, wantsDataFolder: Bool) {
    (self.source, self.name, self.written) = (source, name, written)
    self.wantsDataFolder = wantsDataFolder
  }

  /// Whether it is a place, and no word or text of a spec.
  private static func isPath(_ name: String, exists: Bool) -> Bool {
    let words = DatasetCatalog.all.map { $0.declaration.name }
    if name.hasPrefix("{") || name.hasSuffix(".yaml") || name.hasSuffix(".yml")
      || words.contains(name)
    {
      return false
    }
    // What is nearly a word is told as one, where nothing of that name is there.
    return exists || Data.isPath(name)
      || nearest(to: name, in: words) == nil
        && Synonyms.word(name, .source)?.word ?? "folder" == "folder"
        && Synonyms.absence(name) == nil
  }
}

extension String {
  /// As a scalar of YAML: plain where it has letters, digits and these signs only.
  func yamlWord(plain signs: String) -> String {
    if unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
      return JSON.text(self).text
    }
    let isPlain =
      contains(where: \.isLetter)
      && !["null", "true", "false", "yes", "no", "on", "off"].contains(lowercased())
      && unicodeScalars.allSatisfy {
        $0.properties.isAlphabetic || ("0"..."9").contains($0) || signs.unicodeScalars.contains($0)
      }
    return isPlain ? self : "'\(replacing("'", with: "''"))'"
  }
}
