/// A data set published as four gzipped files of MNIST's names, sizes and format, with the digests of the
/// packed files.
///
/// They lie in `DIR/NAME` or where torchvision puts them. A file that has been unpacked has no digest
/// that its publisher states; then its size and its header are what is checked.
struct MnistFiles {
  let name: String
  let torchFolder: String
  /// Of the images and labels to train with, then of those to test with.
  let packedDigests: [String]
  let mirrors: [String]
  let classNames: [String]

  private static let contents = [
    ("train-images-idx3-ubyte.gz", 47_040_016), ("train-labels-idx1-ubyte.gz", 60_008),
    ("t10k-images-idx3-ubyte.gz", 7_840_016), ("t10k-labels-idx1-ubyte.gz", 10_008),
  ]

  var published: Published {
    Published(
      name: name,
      files: zip(Self.contents, packedDigests).map { content, digest in
        Published.File(name: content.0, packedMD5: digest, size: content.1)
      }, mirrors: mirrors)
  }

  func load(
    _ title: String, _ split: Mnist.Split, folders: [String]
  ) throws(DatasetError) -> ImageSet {
    let search = FileSearch(
      folders: folders.flatMap { [joined($0, name), joined($0, torchFolder)] })
    let again = "remove the file and fetch it again with `gan-exp data get \(name)`"
    var parts: [IdxPair.Part] = []
    for file in split == .train ? published.files.prefix(2) : published.files.suffix(2) {
      let (path, looked) = search.find([file.plainName])
      guard let path, let bytes = try FileBytes.readIfPresent(path) else {
        throw .missing(
          what: "\(name) (\(file.plainName))", looked: looked,
          remedy: "fetch it with `gan-exp data get \(name)`, or say where it is with --data-dir DIR"
        )
      }
      try file.verify(bytes, path: path, remedy: again)
      parts.append(IdxPair.Part(path: path, md5: nil))
    }
    let pair = IdxPair(images: parts[0], labels: parts[1], remedy: again)
    return try pair.load(name: title, classNames: classNames)
  }
}
