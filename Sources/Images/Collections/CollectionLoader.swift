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
      return try judged(decoded.facts.set(decoded.images.store(count: decoded.facts.count)))
    }
    let cache = DecodedCache(
      folder: folder, key: DecodedCache.key(listing, options), report: request.report)
    return try judged(
      try cache.load(title: title) { (file) throws(DatasetError) in try decode(into: file) })
  }

  /// What decoding made, if the policy allows it.
  private func judged(_ set: ImageSet) throws(DatasetError) -> ImageSet {
    if options.onBadImage == .fail, !set.skipped.isEmpty {
      throw .badImages(path: path, bad: set.skipped, of: set.count + set.skipped.count)
    }
    return set
  }

  private func nothing(_ listing: Listing) -> DatasetError {
    let others = listing.others.sorted { $0.key < $1.key }
      .map { "\($0.value) \($0.key.isEmpty ? "without a suffix" : ".\($0.key)")" }
    return .malformed(
      path: path, offset: nil, expected: "pictures: files named .jpg, .jpeg or .png",
      found: others.isEmpty ? "no file" : "other files: \(others.joined(separator: ", "))",
      remedy: "give the folder or the archive (zip, tar, tar.gz) that holds the pictures")
  }

  private func decode(into file: DecodedImages.File?) throws(DatasetError) -> Decoded {
    let listing = collection.listing
    let shape = try shape(listing)
    let labels = FolderLabels(listing, options.labels)
    let wanted = listing.entries.indices.filter { !labels.withoutClass.contains($0) }
    if wanted.count >= 1000 { request.report("decoding \(wanted.count) pictures of \(path)") }

    let images = try DecodedImages(count: wanted.count, imageSize: shape.imageSize, file: file)
    let places = Dictionary(uniqueKeysWithValues: zip(wanted, wanted.indices))
    let faults = Mutex<[Int: ImageFault]>([:])
    let failure = Mutex<DatasetError?>(nil)
    try collection.read(wanted) { index, bytes in
      switch bytes.flatMap({ bytes in
        Result { () throws(ImageFault) in try fitted(bytes, shape) }
      }) {
      case .failure(let fault): faults.withLock { $0[index] = fault }
      case .success(let pixels):
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
      classNames: labels.classNames, skipped: skipped)
    return Decoded(facts: facts, images: images)
  }

  private func fitted(_ bytes: [UInt8], _ shape: Shape) throws(ImageFault) -> [UInt8] {
    let raster = try options.decode(bytes, channels: shape.channels)
    guard let size = options.size else {
      guard (raster.height, raster.width) == (shape.height, shape.width) else {
        throw ImageFault(
          reason: "\(raster.width)×\(raster.height), the first picture is "
            + "\(shape.width)×\(shape.height): set data.size")
      }
      return raster.pixels
    }
    let resize = BilinearResize(
      from: (raster.height, raster.width), size: size, channels: shape.channels)
    return resize(raster.pixels, count: 1)
  }

  /// What the first good pictures say that the options leave open.
  private func shape(_ listing: Listing) throws(DatasetError) -> Shape {
    if let size = options.size, let channels = options.channels {
      return Shape(height: size, width: size, channels: channels)
    }
    let looked = 8
    var start = 0
    var faults: [BadImage] = []
    while start < listing.entries.count {
      let indices = Array(start..<min(start + looked, listing.entries.count))
      let found = Mutex<[Int: Result<Raster, ImageFault>]>([:])
      try collection.read(indices) { index, bytes in
        let raster = bytes.flatMap { bytes in
          Result { () throws(ImageFault) in try options.decode(bytes, channels: options.channels) }
        }
        found.withLock { $0[index] = raster }
        return true
      }
      let rasters = found.withLock { $0 }
      let good = indices.compactMap { try? rasters[$0]?.get() }
      if let first = good.first {
        return Shape(
          height: options.size ?? first.height, width: options.size ?? first.width,
          channels: options.channels ?? good.map(\.channels).max() ?? 1)
      }
      faults += indices.compactMap { index in
        guard case .failure(let fault) = rasters[index] else { return nil }
        return BadImage(name: listing.entries[index].path.text, reason: fault.reason)
      }
      start += looked
    }
    throw .badImages(path: path, bad: faults, of: faults.count)
  }
}
