/// What a set of decoded pictures is, besides its pixels.
struct ImageSetFacts: Equatable {
  var name: String
  let count: Int
  let height: Int
  let width: Int
  let channels: Int
  let labels: [Int32]?
  let classNames: [String]
  let skipped: [BadImage]
  /// How many of them are of each kind.
  let kinds: [PictureKind: Int]
  /// How many are grey, where the channels have been chosen by that.
  let greyCount: Int

  /// `10 WebP, 2 PNG`
  var kindWords: String {
    kinds.sorted { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }
      .map { "\($0.value) \($0.key.rawValue)" }.joined(separator: ", ")
  }

  var imageSize: Int { height * width * channels }

  func set(
    _ store: PixelStore, digest: String? = nil, checksums: Checksums? = nil
  ) throws(DatasetError) -> ImageSet {
    try ImageSet(
      name: name, count: count, height: height, width: width, channels: channels, store: store,
      labels: labels, classNames: classNames, digest: digest, skipped: skipped,
      checksums: checksums)
  }

  /// Without the name, which is not of the pictures.
  func write(to writer: inout ByteWriter) {
    for number in [count, height, width, channels] { writer.little(number, 8) }
    writer.little(labels == nil ? 0 : 1, 1)
    for label in labels ?? [] { writer.little(Int(label), 4) }
    writer.little(classNames.count, 8)
    for name in classNames { writer.text(name) }
    writer.little(skipped.count, 8)
    for bad in skipped {
      writer.text(bad.name)
      writer.text(bad.reason)
    }
    for kind in PictureKind.allCases { writer.little(kinds[kind] ?? 0, 8) }
    writer.little(greyCount, 8)
  }

  init(name: String, from reader: inout ByteReader) throws(ByteReader.End) {
    self.name = name
    count = try reader.count(limit: 1 << 40)
    height = try reader.count(limit: PictureLimit.side)
    width = try reader.count(limit: PictureLimit.side)
    channels = try reader.count(limit: 3)
    if try reader.little(1) == 1 {
      var labels: [Int32] = []
      for _ in 0..<count { labels.append(Int32(truncatingIfNeeded: try reader.little(4))) }
      self.labels = labels
    } else {
      labels = nil
    }
    var names: [String] = []
    for _ in 0..<(try reader.count(limit: 1 << 32)) { names.append(try reader.text()) }
    classNames = names
    var skipped: [BadImage] = []
    for _ in 0..<(try reader.count(limit: 1 << 40)) {
      skipped.append(BadImage(name: try reader.text(), reason: try reader.text()))
    }
    self.skipped = skipped
    var kinds: [PictureKind: Int] = [:]
    for kind in PictureKind.allCases {
      let number = try reader.count(limit: 1 << 40)
      if number > 0 { kinds[kind] = number }
    }
    self.kinds = kinds
    greyCount = try reader.count(limit: 1 << 40)
  }

  init(
    name: String, count: Int, height: Int, width: Int, channels: Int, labels: [Int32]?,
    classNames: [String], skipped: [BadImage], kinds: [PictureKind: Int], greyCount: Int
  ) {
    (self.name, self.count, self.height, self.width) = (name, count, height, width)
    (self.channels, self.labels, self.classNames) = (channels, labels, classNames)
    (self.skipped, self.kinds, self.greyCount) = (skipped, kinds, greyCount)
  }
}

/// Pictures that have just been decoded.
struct Decoded {
  let facts: ImageSetFacts
  let images: DecodedImages
}
