import CLibrary
import Digests

/// A file of decoded pictures that is made once for a state of the picture files and a set of options,
/// and read, a batch at a time, ever after.
///
/// It appears under its name whole or not at all. Its header and table are checked when it is opened,
/// the pixels of an image when it is first used; a file that fails the first is made anew. Any file in
/// the folder may be removed at any time.
///
/// Form: a page with the header (`Header`), the pixels, the table (`ImageSetFacts`, digest, checksums).
struct DecodedCache {
  let folder: String
  let key: String
  var limits = CacheLimits()
  let report: @Sendable (String) -> Void

  private var path: String { joined(folder, key + DecodedCacheFolder.fileEnd) }

  /// Of all that decides what the pixels are.
  static func key(_ listing: Listing, _ options: ImageOptions) -> String {
    var hash = SHA256()
    var text = ByteWriter()
    // Changes when pictures are read in another way.
    text.text("decoded images 2")
    text.text(
      "\(options.size ?? 0) \(options.channels ?? 0) \(options.background) "
        + "\(options.minimumSide) \(options.labels)")
    for number in listing.stamp { text.little(number, 8) }
    for folder in listing.folders.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
      text.little(folder.count, 4)
      text.append(folder)
    }
    for fault in listing.faults { text.text(fault.name) }
    for entry in listing.entries {
      let path = entry.path.bytes
      text.little(path.count, 4)
      text.append(path)
      for number in entry.stamp { text.little(number, 8) }
      if text.bytes.count > 1 << 16 {
        hash.update(text.bytes)
        text = ByteWriter()
      }
    }
    hash.update(text.bytes)
    return String(hash.hexadecimal.prefix(40))
  }

  /// The set in the cache; if it is not there, what `decode` writes into the file it is given.
  func load(
    title: String, decode: (DecodedImages.File?) throws(DatasetError) -> Decoded
  ) throws(DatasetError) -> (ImageSet, ImageSetFacts) {
    if let set = try open(title: title, reporting: false) { return set }
    let lock: Lock
    do throws(DatasetError) {
      try FileBytes.createDirectory(folder)
      lock = try Lock(path + ".lock")
    } catch {
      report("decoded pictures are not kept: \(error.summary)")
      let decoded = try decode(nil)
      let store = decoded.images.store(count: decoded.facts.count)
      return (try decoded.facts.set(store), decoded.facts)
    }
    defer { lock.release() }
    // Another process may have made it meanwhile.
    if let set = try open(title: title) { return set }
    try build(decode)
    let trimmed = DecodedCacheFolder(folder).trim(to: limits, sparing: path)
    if !trimmed.files.isEmpty {
      report(
        "removed from \(folder), not used for long or above \(limits.words): "
          + "\(trimmed.files.count) files of decoded pictures, \(trimmed.bytes / 1_000_000) MB; they are made "
          + "anew when they are wanted")
    }
    guard let set = try open(title: title) else {
      throw .system(path: path, action: "read", reason: "it is gone as soon as it is written")
    }
    return set
  }

  private func build(
    _ decode: (DecodedImages.File?) throws(DatasetError) -> Decoded
  ) throws(DatasetError) {
    removeLeftovers()
    // A name that nobody else has, in another container or where locks hold nobody back.
    let part = "\(path).\(hexadecimal(FileBytes.randomBytes(8)))\(Self.partEnd)"
    let descriptor = try FileBytes.create(part, mode: .new)
    defer { close(descriptor) }
    do throws(DatasetError) {
      let file = DecodedImages.File(path: part, descriptor: descriptor)
      let decoded = try decode(file)
      let end = DecodedImages.headerSize + decoded.facts.count * decoded.facts.imageSize
      guard ftruncate(descriptor, off_t(end)) == 0 else { throw FileBytes.failure(part, "write") }
      guard let pixels = try DataFile(part) else { throw FileBytes.failure(part, "read") }
      let digest = try decoded.facts.set(PixelStore(pixels, DecodedImages.headerSize..<end)).digest
      var table = ByteWriter()
      decoded.facts.write(to: &table)
      table.text(digest)
      for sum in decoded.images.checksums { table.little(Int(sum), 4) }
      try file.write(table.bytes, at: end)
      try file.write(Header(key: key, tableStart: end, table: table.bytes).bytes, at: 0)
      guard fsync(descriptor) == 0 else { throw FileBytes.failure(part, "write") }
      try FileBytes.move(part, to: path)
    } catch {
      unsafe unlink(part)
      throw error
    }
  }

  private static let partEnd = ".part"

  /// What killed processes have left half written. A file that somebody is at has just been written to.
  private func removeLeftovers() {
    let lifetime = 3600
    for name in FileBytes.names(in: folder)
    where name.hasPrefix(key + ".images.") && name.hasSuffix(Self.partEnd) {
      let place = joined(folder, name)
      if let age = FileBytes.age(place), age > lifetime { unsafe unlink(place) }
    }
  }

  /// Nil when it is not there, or damaged.
  private func open(
    title: String, reporting: Bool = true
  ) throws(DatasetError) -> (ImageSet, ImageSetFacts)? {
    guard let file = try DataFile(path) else { return nil }
    // Whatever the mount says about times of reading: what is used stays.
    FileBytes.touch(path)
    guard let set = try read(file, title: title) else {
      if reporting { report("\(path) is damaged and is made anew") }
      return nil
    }
    return set
  }

  private func read(
    _ file: DataFile, title: String
  ) throws(DatasetError) -> (ImageSet, ImageSetFacts)? {
    let start = DecodedImages.headerSize
    guard file.count > start, let header = Header(try file.bytes(0..<start), key: key),
      header.tableStart >= start, header.tableStart <= file.count
    else { return nil }
    let table = try file.bytes(header.tableStart..<file.count)
    guard table.count == header.tableCount, header.tableSum == Header.checksum(table) else {
      return nil
    }
    guard let (facts, digest, sums) = try? Self.read(table) else { return nil }
    let (pixels, overflow) = facts.count.multipliedReportingOverflow(by: facts.imageSize)
    guard !overflow, start + pixels == header.tableStart else { return nil }
    var named = facts
    named.name = title
    let set = try named.set(
      PixelStore(file, start..<header.tableStart), digest: digest,
      checksums: Checksums(path: path, values: sums))
    return (set, named)
  }

  private static func read(
    _ table: [UInt8]
  ) throws(ByteReader.End) -> (ImageSetFacts, digest: String, sums: [UInt32]) {
    var reader = ByteReader(table)
    let facts = try ImageSetFacts(name: "", from: &reader)
    let digest = try reader.text()
    var sums: [UInt32] = []
    for _ in 0..<facts.count { sums.append(UInt32(try reader.little(4))) }
    return (facts, digest, sums)
  }

  /// The first page: a word, the key, where the table begins, its length and checksum, and a checksum
  /// of these.
  private struct Header {
    private static let word = "gan-exp decoded images 2\n"

    let key: String
    let tableStart: Int
    let tableCount: Int
    let tableSum: Int

    init(key: String, tableStart: Int, table: [UInt8]) {
      (self.key, self.tableStart) = (key, tableStart)
      (tableCount, tableSum) = (table.count, Self.checksum(table))
    }

    init?(_ page: [UInt8], key: String) {
      var reader = ByteReader(page)
      do throws(ByteReader.End) {
        guard try reader.text() == Self.word, try reader.text() == key else { return nil }
        self.key = key
        tableStart = try reader.little(8)
        tableCount = try reader.little(8)
        tableSum = try reader.little(4)
        let sum = Self.checksum(Array(page[..<reader.position]))
        guard try reader.little(4) == sum else { return nil }
      } catch {
        return nil
      }
    }

    var bytes: [UInt8] {
      var writer = ByteWriter()
      writer.text(Self.word)
      writer.text(key)
      writer.little(tableStart, 8)
      writer.little(tableCount, 8)
      writer.little(tableSum, 4)
      writer.little(Self.checksum(writer.bytes), 4)
      return writer.bytes
    }

    static func checksum(_ bytes: [UInt8]) -> Int {
      unsafe bytes.withUnsafeBytes { unsafe Int(Checksums.checksum($0)) }
    }
  }

  /// Held by the one process that decodes; the others wait for it.
  private struct Lock {
    private let path: String
    private let descriptor: Int32

    init(_ path: String) throws(DatasetError) {
      self.path = path
      while true {
        let found = try FileBytes.create(path, mode: .kept)
        while flock(found, LOCK_EX) != 0 {
          guard errno == EINTR else {
            defer { close(found) }
            throw FileBytes.failure(path, "lock")
          }
        }
        // Whoever had it has removed the file; a lock of what has no name holds nobody back.
        if FileBytes.isSame(found, path) {
          descriptor = found
          return
        }
        close(found)
      }
    }

    func release() {
      unsafe unlink(path)
      close(descriptor)
    }
  }
}
