import Spec

/// Pictures of a folder or an archive with the names of their files.
package struct NamedPictures: Sendable {
  package let set: ImageSet
  /// Paths below the folder, without suffixes; with theirs where several differ in nothing else.
  package let names: [String]

  /// Reads all that can be read; what cannot is in `set.skipped`.
  ///
  /// - Parameters:
  ///   - format: to which they are brought: the shorter side resized to the format's, the middle cut out.
  ///     Only pictures that have its size themselves can be brought to one that is not square.
  ///   - source: a folder on whose background transparent pictures are laid.
  package init(
    at path: String, as format: ImageFormat, like source: StoredSource? = nil,
    report: @escaping @Sendable (String) -> Void
  ) throws(DatasetError) {
    var options = ImageOptions()
    options.channels = format.channels
    options.labels = .none
    if let folder = source?.source as? Folder { options.background = folder.options.background }
    options.onBadImage = .skip
    options.minimumSide = 1
    var request = LoadRequest(
      folders: [], size: format.height == format.width ? format.height : nil, report: report)
    request.keepsNames = true
    set = try Folder(path, options).loader(request).load()
    guard set.height == format.height, set.width == format.width else {
      throw .malformed(
        path: path, offset: nil, expected: "pictures of \(format.height)×\(format.width)",
        found: "pictures of \(set.height)×\(set.width)",
        remedy: "bring them to that size: only square ones are resized here")
    }
    let stems = set.paths.map(\.withoutSuffix)
    let counts = Dictionary(stems.map { ($0, 1) }, uniquingKeysWith: +)
    names = zip(set.paths, stems).map { path, stem in
      counts[stem] == 1 ? String(decoding: stem, as: UTF8.self) : path.text
    }
  }
}
