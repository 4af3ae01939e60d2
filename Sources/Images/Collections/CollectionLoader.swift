import Synchronization

/// Reads all pictures of a collection, on all cores, into one data set of pictures of one size.
///
/// With a cache folder, they are decoded once for each state of the files and each set of options.
struct CollectionLoader {
  /// `folder faces`
  let title: String
  /// Where it lies, for messages.
  let path: String
  let collection: any ImageCollection
  let options: ImageOptions
  let request: LoadRequest

  /// Bytes that pictures may take together while they are decoded; a larger picture is decoded alone.
  private static let bytesAtOnce = 1 << 30
  private let budget = ByteBudget(limit: bytesAtOnce)

  init(
    title: String, path: String, collection: any ImageCollection, options: ImageOptions,
    request: LoadRequest
  ) {
    (self.title, self.path, self.collection) = (title, path, collection)
    (self.options, self.request) = (options, request)
  }

  private struct Shape {
    let height: Int
    let width: Int
    let channels: Int
    var imageSize: Int { height * width * channels }
  }

  func load() throws(DatasetError) -> ImageSet {
    let listing = collection.listing
    guard !listing.entries.isEmpty else { throw nothing(listing) }
    guard let folder = request.cacheFolder else {
      let decoded = try decode(into: nil)
      return try judged(
        try decoded.facts.set(decoded.images.store(count: decoded.facts.count)), decoded.facts)
    }
    let cache = DecodedCache(
      folder: folder, key: DecodedCache.key(listing, options), limits: request.cacheLimits,
      report: request.report)
    let (set, facts) = try cache.load(title: title) { (file) throws(DatasetError) in
      try decode(into: file)
    }
    return try judged(set, facts)
  }

  /// What decoding made, if the policy allows it.
  private func judged(
    _ set: ImageSet, _ facts: ImageSetFacts
  ) throws(DatasetError) -> ImageSet {
    if options.onBadImage == .fail, !set.skipped.isEmpty {
      throw .badImages(path: path, bad: set.skipped, of: set.count + set.skipped.count)
    }
    var set = set
    set.remarks = remarks(facts)
    if request.keepsNames {
      let leftOut = Set(set.skipped.map(\.name))
      set.paths = collection.listing.entries.map(\.path).filter { !leftOut.contains($0.text) }
      guard set.paths.count == set.count else {
        throw .malformed(
          path: path, offset: nil, expected: "file names in UTF-8",
          found: "pictures that cannot be told from bad ones by their names", remedy: nil)
      }
    }
    return set
  }

  private func nothing(_ listing: Listing) -> DatasetError {
    .malformed(
      path: path, offset: nil, expected: "pictures: JPEG, PNG or WebP",
      found: listing.unread.count == 0 ? "no file" : "other files: \(listing.unread.words)",
      remedy: listing.unread.pictureCount > 0
        ? "save them as PNG, JPEG or WebP"
        : "give the folder or the archive (zip, tar, tar.gz) that holds the pictures")
  }

  /// What there is to say of the files that `facts` came from.
  private func remarks(_ facts: ImageSetFacts) -> SourceRemarks {
    var remarks = SourceRemarks()
    remarks.unread = collection.listing.unread
    remarks.notes.append("\(facts.count) pictures: \(facts.kindWords)")
    if facts.greyCount > 0, facts.greyCount < facts.count {
      remarks.warnings.append(
        "\(path): \(facts.greyCount) of \(facts.count) pictures are grey and the others have "
          + "colour: all are trained in colour. channels: 1 in the source trains all in grey, "
          + "channels: 3 says that this is meant")
    }
    let unread = remarks.unread
    if unread.pictureCount > 0 {
      remarks.warnings.append(
        "\(path): \(unread.pictureCount) pictures are of kinds that are not read, and are left "
          + "out; not read: \(unread.words). Save them as PNG, JPEG or WebP")
    } else if unread.count > 0 {
      remarks.notes.append("files that are not read: \(unread.words)")
    }
    return remarks
  }

  private func decode(into file: DecodedImages.File?) throws(DatasetError) -> Decoded {
    let listing = collection.listing
    let labels = FolderLabels(listing, options.labels)
    let wanted = listing.entries.indices.filter { !labels.withoutClass.contains($0) }
    let colours = options.channels == nil ? try colours(wanted) : nil
    let shape = try shape(
      listing, channels: options.channels ?? (colours.map { $0.colour > 0 ? 3 : 1 } ?? 1))
    if wanted.count >= 1000 { request.report("decoding \(wanted.count) pictures of \(path)") }

    let images = try DecodedImages(count: wanted.count, imageSize: shape.imageSize, file: file)
    let places = Dictionary(uniqueKeysWithValues: zip(wanted, wanted.indices))
    let faults = Mutex<[Int: ImageFault]>([:])
    let kinds = Mutex<[PictureKind: Int]>([:])
    let failure = Mutex<DatasetError?>(nil)
    try collection.read(wanted) { index, bytes in
      switch bytes.flatMap({ bytes in
        Result { () throws(ImageFault) in try fitted(bytes, shape) }
      }) {
      case .failure(let fault): faults.withLock { $0[index] = fault }
      case .success(let (pixels, kind)):
        kinds.withLock { $0[kind, default: 0] += 1 }
        do throws(DatasetError) {
          try images.write(pixels, at: places[index] ?? 0)
        } catch {
          failure.withLock { $0 = $0 ?? error }
          return false
        }
      }
      return true
    }
    if let error = failure.withLock({ $0 }) { throw error }
    let unread = faults.withLock { $0 }
    let good = wanted.filter { unread[$0] == nil }
    let skipped =
      unread.sorted { $0.key < $1.key }
      .map { BadImage(name: listing.entries[$0.key].path.text, reason: $0.value.reason) }
      + labels.faults + listing.faults
    guard !good.isEmpty else {
      throw .badImages(path: path, bad: skipped, of: skipped.count)
    }
    try images.keep(good.map { places[$0] ?? 0 })
    let facts = ImageSetFacts(
      name: title, count: good.count, height: shape.height, width: shape.width,
      channels: shape.channels, labels: labels.labels.map { labels in good.map { labels[$0] } },
      classNames: labels.classNames, skipped: skipped, kinds: kinds.withLock { $0 },
      greyCount: colours?.grey ?? 0)
    return Decoded(facts: facts, images: images)
  }

  private func fitted(
    _ bytes: [UInt8], _ shape: Shape
  ) throws(ImageFault) -> (pixels: [UInt8], PictureKind) {
    let header = try DecodedPicture.Header(bytes)
    return try budget.spending(header.decodingBytes) { () throws(ImageFault) in
      let raster = try options.decode(bytes, channels: shape.channels)
      guard let size = options.size else {
        guard (raster.height, raster.width) == (shape.height, shape.width) else {
          throw ImageFault(
            reason: "\(raster.width)×\(raster.height), the first picture is "
              + "\(shape.width)×\(shape.height): set data.size")
        }
        return (raster.pixels, header.kind)
      }
      let resize = BilinearResize(
        from: (raster.height, raster.width), size: size, channels: shape.channels)
      return (resize(raster.pixels, count: 1), header.kind)
    }
  }

  /// How many pictures are grey, and how many have colour, as their headers say.
  private func colours(_ wanted: [Int]) throws(DatasetError) -> (grey: Int, colour: Int) {
    let found = Mutex((grey: 0, colour: 0))
    try collection.read(wanted) { _, bytes in
      guard case .success(let bytes) = bytes, let header = try? DecodedPicture.Header(bytes) else {
        return true
      }
      found.withLock { found in
        if header.isGrey { found.grey += 1 } else { found.colour += 1 }
      }
      return true
    }
    return found.withLock { $0 }
  }

  /// The size of the first good picture, where the options leave it open.
  private func shape(_ listing: Listing, channels: Int) throws(DatasetError) -> Shape {
    if let size = options.size { return Shape(height: size, width: size, channels: channels) }
    let looked = 8
    var start = 0
    var faults: [BadImage] = []
    while start < listing.entries.count {
      let indices = Array(start..<min(start + looked, listing.entries.count))
      let found = Mutex<[Int: Result<Shape, ImageFault>]>([:])
      try collection.read(indices) { index, bytes in
        let shape = bytes.flatMap { bytes in
          Result { () throws(ImageFault) in
            let header = try DecodedPicture.Header(bytes)
            return try budget.spending(header.decodingBytes) { () throws(ImageFault) in
              let raster = try options.decode(bytes, channels: channels)
              return Shape(height: raster.height, width: raster.width, channels: channels)
            }
          }
        }
        found.withLock { $0[index] = shape }
        return true
      }
      let shapes = found.withLock { $0 }
      for index in indices {
        switch shapes[index] {
        case .success(let shape): return shape
        case .failure(let fault):
          faults.append(
            BadImage(name: listing.entries[index].path.text, reason: fault.reason))
        case nil: break
        }
      }
      start += looked
    }
    throw .badImages(path: path, bad: faults, of: faults.count)
  }
}
