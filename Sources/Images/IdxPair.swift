/// Images and labels in two IDX files that belong together.
struct IdxPair {
  /// Of a picture; a larger number is another kind of file.
  static let sideLimit = 16_384

  /// A file at a place, with the digest its publisher states.
  struct Part {
    let path: String
    let md5: String?
  }

  let images: Part
  let labels: Part?
  /// What to do about a digest that differs.
  let remedy: String

  /// Reads, checks and joins the two. Without `classNames`, the classes are 0 to the highest label.
  func load(name: String, classNames: [String]?) throws(DatasetError) -> ImageSet {
    let pictures = try read(images, rank: 3)
    let (count, height, width) = (
      pictures.dimensions[0], pictures.dimensions[1], pictures.dimensions[2]
    )
    for (side, size) in [("height", height), ("width", width)] where size > Self.sideLimit {
      throw .malformed(
        path: images.path, offset: 4, expected: "a \(side) of at most \(Self.sideLimit)",
        found: "\(size)", remedy: nil)
    }
    guard let labels else {
      return ImageSet(
        name: name, count: count, height: height, width: width, channels: 1,
        pixels: pictures.elements)
    }
    let classes = try read(labels, rank: 1)
    guard classes.elements.count == count else {
      throw .countMismatch(
        imagesPath: images.path, images: count, labelsPath: labels.path,
        labels: classes.elements.count)
    }
    let highest = Int(classes.elements.max() ?? 0)
    let names = classNames ?? (0...highest).map(String.init)
    if highest >= names.count {
      let position = classes.elements.firstIndex { Int($0) >= names.count } ?? 0
      throw .malformed(
        path: labels.path, offset: 8 + position, expected: "labels from 0 to \(names.count - 1)",
        found: "label \(classes.elements[position]) of image \(position)", remedy: nil)
    }
    return ImageSet(
      name: name, count: count, height: height, width: width, channels: 1,
      pixels: pictures.elements, labels: classes.elements.map(Int32.init), classNames: names)
  }

  private func read(_ part: Part, rank: Int) throws(DatasetError) -> IdxFile {
    guard let bytes = try FileBytes.readIfPresent(part.path) else {
      throw .missing(what: "the file", looked: [part.path], remedy: remedy)
    }
    let file = try IdxFile(path: part.path, bytes: bytes, rank: rank)
    if let expected = part.md5 {
      let found = file.md5
      guard found == expected else {
        throw .wrongDigest(
          path: part.path, algorithm: "MD5", expected: expected, found: found, remedy: remedy)
      }
    }
    return file
  }
}

/// Where the files of a data set may lie.
struct FileSearch {
  let folders: [String]

  /// The first of `names` that is there, plain or with `.gz`, and with it every path looked at.
  func find(_ names: [String]) -> (found: String?, looked: [String]) {
    var looked: [String] = []
    for folder in folders {
      for name in names.flatMap({ [$0, $0 + ".gz"] }) {
        let path = joined(folder, name)
        if FileBytes.exists(path) { return (path, looked) }
        looked.append(path)
      }
    }
    return (nil, looked)
  }
}
