/// What a data source is asked for, and where it may look.
package struct LoadRequest: Sendable {
  /// Folders in which relative paths and known data sets are looked for, in order: `--data-dir`,
  /// `GAN_EXP_DATA` or the default, as the caller has found them.
  package var folders: [String]
  /// `data.size`: pictures of any size are brought to it when they are read; nil leaves them.
  package var size: Int?
  /// Where decoded pictures are kept for the next time; nil: nowhere.
  package var cacheFolder: String?
  /// What that folder may come to.
  package var cacheLimits = CacheLimits()
  /// Whether the names of picture files are asked for, by which sets are paired.
  package var keepsNames = false
  /// Told in a sentence what takes long.
  package var report: @Sendable (String) -> Void

  package init(
    folders: [String], size: Int? = nil, cacheFolder: String? = nil,
    report: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    (self.folders, self.size, self.cacheFolder, self.report) = (folders, size, cacheFolder, report)
  }
}

extension DatasetSource {
  /// The set as it is stored, from these folders.
  package func load(dataDirectory: [String]) throws(DatasetError) -> Loaded {
    try load(LoadRequest(folders: dataDirectory))
  }
}
