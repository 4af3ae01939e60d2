/// The files beside the pictures that are not read: how many of each suffix, and what pictures among
/// them are by their content.
package struct UnreadFiles: Hashable, Sendable {
  private struct Kind: Hashable {
    let suffix: String
    let picture: PictureKind?

    /// A picture by its content, or by a name that is only used for pictures.
    var isPicture: Bool { picture != nil || UnreadFiles.pictureSuffixes.contains(suffix) }

    var text: String {
      let name = suffix.isEmpty ? "without a suffix" : ".\(suffix)"
      return picture.map { "\(name) (\($0.rawValue))" } ?? name
    }
  }

  private static let pictureSuffixes: Set<String> = [
    "gif", "bmp", "tif", "tiff", "heic", "heif", "avif", "jxl", "jp2", "j2k", "ppm", "pgm", "pbm",
    "pnm", "psd", "svg", "ico", "tga", "dds", "exr", "dng", "cr2", "nef", "arw",
  ]

  private var counts: [Kind: Int] = [:]

  package init() {}

  mutating func add(suffix: String, _ picture: PictureKind?) {
    counts[Kind(suffix: suffix, picture: picture), default: 0] += 1
  }

  /// Those of other places too.
  package mutating func add(_ other: UnreadFiles) {
    counts.merge(other.counts) { $0 + $1 }
  }

  package var count: Int { counts.values.reduce(0, +) }

  /// How many of them are pictures.
  package var pictureCount: Int {
    counts.filter(\.key.isPicture).values.reduce(0, +)
  }

  /// `10 .gif (GIF), 2 .txt`: pictures first.
  package var words: String {
    counts.sorted {
      ($1.key.isPicture ? 1 : 0, $0.key.text) < ($0.key.isPicture ? 1 : 0, $1.key.text)
    }
    .map { "\($0.value) \($0.key.text)" }.joined(separator: ", ")
  }
}
