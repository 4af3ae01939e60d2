/// Why a data set cannot be used, where, and what to do: exit code 4.
package indirect enum DatasetError: Error, Equatable, Sendable {
  /// Not at any of the places where it may lie.
  case missing(what: String, looked: [String], remedy: String)
  /// The system refuses to read or write `path`; `reason` is in the system's words.
  case system(path: String, action: String, reason: String)
  /// So many bytes would have to be held at once, and no more can be.
  case tooLarge(path: String, bytes: Int, limit: Int)
  /// The file is not what it should be; `offset` is the byte where that shows, where one is known.
  case malformed(path: String, offset: Int?, expected: String, found: String, remedy: String?)
  /// The content is another than the published one. Digests are of the uncompressed bytes, in hex.
  case wrongDigest(path: String, algorithm: String, expected: String, found: String, remedy: String)
  case countMismatch(imagesPath: String, images: Int, labelsPath: String, labels: Int)
  /// Files of a folder or an archive that are no pictures to learn from, of so many.
  case badImages(path: String, bad: [BadImage], of: Int)
  /// Pictures of two sets that are to be pairs.
  case unpaired([PictureWithoutPartner])
  /// Of one of several sources, by its name.
  case ofSource(String, DatasetError)
  /// No source gave the file: a sentence for each one tried.
  case unavailable(file: String, attempts: [String], remedy: String)
}

extension DatasetError: CustomStringConvertible {
  /// How many bad files a message names.
  private static let shown = 10
  /// The same of pictures without a partner.
  private static let shownAlone = 5

  /// What is wrong in one line, for lists.
  package var summary: String {
    switch self {
    case .missing(let what, _, _): "\(what) not found"
    case .malformed(_, _, let expected, let found, _): "expected \(expected), found \(found)"
    case .wrongDigest(_, let algorithm, let expected, let found, _):
      "\(algorithm) expected \(expected), found \(found)"
    case .system(let path, let action, let reason): "cannot \(action) \(path): \(reason)"
    case .tooLarge(_, let bytes, let limit):
      "\(gigabytes(bytes)) would have to be in memory at once, this machine has \(gigabytes(limit))"
    case .countMismatch(_, let images, _, let labels): "\(images) images and \(labels) labels"
    case .badImages(_, let bad, let total):
      "\(bad.count) of \(total) pictures cannot be used: "
        + (bad.first.map { "\($0.name): \($0.reason)" } ?? "")
    case .unpaired(let alone):
      "\(alone.count) pictures without a partner: " + (alone.first.map(\.words) ?? "")
    case .ofSource(let name, let error): "\(name): \(error.summary)"
    case .unavailable(let file, let attempts, _):
      "\(file) could not be fetched: \(attempts.last ?? "nowhere to fetch it from")"
    }
  }

  package var description: String {
    switch self {
    case .missing(let what, let looked, let remedy):
      let places = looked.map { "\n    \($0)" }.joined()
      return "\(what) not found. Looked at:\(places)\n  = \(remedy)"
    case .system(let path, let action, let reason):
      return "\(path): cannot \(action): \(reason)\n  = check the path and its permissions"
    case .tooLarge(let path, _, _):
      return "\(path): \(summary)\n"
        + "  = a numpy array of uint8 in the order [n, height, width, channels] is read where it lies"
    case .malformed(let path, let offset, let expected, let found, let remedy):
      let place = offset.map { " at byte \($0)" } ?? ""
      let advice = remedy ?? "replace the file with an intact copy"
      return "\(path): damaged or not of this kind\(place)\n"
        + "    expected \(expected)\n    found    \(found)\n  = \(advice)"
    case .wrongDigest(let path, let algorithm, let expected, let found, let remedy):
      return "\(path): \(algorithm) of the content differs from the published one\n"
        + "    expected \(expected)\n    found    \(found)\n  = \(remedy)"
    case .countMismatch(let imagesPath, let images, let labelsPath, let labels):
      return "images and labels do not belong together\n"
        + "    \(imagesPath): \(images) images\n    \(labelsPath): \(labels) labels\n"
        + "  = give the two files of one data set: as many labels as images"
    case .badImages(let path, let bad, let total):
      let shown = bad.prefix(Self.shown).map { "\n    \($0.name): \($0.reason)" }.joined()
      let rest =
        bad.count > Self.shown
        ? "\n    and \(bad.count - Self.shown) more, which `gan-exp data check` lists" : ""
      return "\(path): \(bad.count) of \(total) pictures cannot be used:" + shown + rest
        + "\n  = mend or remove them, or go on without them with on_bad_image: skip"
    case .unpaired(let alone):
      let shown = alone.prefix(Self.shownAlone).map { "\n    \($0.words)" }.joined()
      let rest =
        alone.count > Self.shownAlone ? "\n    and \(alone.count - Self.shownAlone) more" : ""
      return "\(alone.count) pictures without a partner:" + shown + rest
        + "\n  = partners have equal paths below their folders, apart from the suffix; "
        + "remove what has none"
    case .ofSource(let name, let error): return "\(name): \(error)"
    case .unavailable(let file, let attempts, let remedy):
      let tried = attempts.map { "\n    \($0)" }.joined()
      return "\(file) could not be fetched. Tried:\(tried)\n  = \(remedy)"
    }
  }
}

/// `409.6 GB`
func gigabytes(_ bytes: Int) -> String { "\((Double(bytes) / 1e8).rounded() / 10) GB" }
