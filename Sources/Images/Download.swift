/// Brings the files of a data set from a mirror, or from a copy at hand, to a folder.
///
/// A file is taken as published only when the MD5 of its uncompressed content says so, and it appears
/// under its name in one rename. What a cut connection leaves is kept as `NAME.part` and continued.
package struct Download: Sendable {
  /// Where the files come from.
  package enum Origin: Sendable, Equatable {
    case mirrors([String])
    case folder(String)
  }

  package struct Progress: Sendable, Equatable {
    package let file: String
    package let source: String
    package let received: Int
    /// Nil when the server does not say.
    package let total: Int?
  }

  package let published: Published
  package let origin: Origin

  package init(_ published: Published, origin: Origin) {
    self.published = published
    self.origin = origin
  }

  /// Puts every file that is not there yet into `folder`, which is created, and returns the paths.
  package func run(
    into folder: String, progress: @Sendable (Progress) -> Void
  ) throws(DatasetError) -> [String] {
    []
  }
}
