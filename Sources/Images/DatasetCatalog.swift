/// A data set that a spec can name: where its images come from and what there is to choose.
package protocol DatasetSource: Sendable {
  /// The whole set, as stored.
  ///
  /// `dataDirectory` lists the folders to look into, in order: `--data-dir`, `GAN_EXP_DATA` or the
  /// default, as the caller has found them.
  func load(dataDirectory: [String]) throws(DatasetError) -> ImageSet
}
