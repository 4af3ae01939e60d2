import Foundation
import Synchronization
import Testing

@testable import Images
@testable import Spec

/// A collection that counts what is read of it.
private struct CountedCollection: ImageCollection {
  final class Count: Sendable {
    private let value = Mutex(0)
    func add() { value.withLock { $0 += 1 } }
    var now: Int { value.withLock { $0 } }
  }

  let base: FolderCollection
  let count: Count
  var listing: Listing { base.listing }

  func read(
    _ wanted: [Int], _ visit: @Sendable (Int, Result<[UInt8], ImageFault>) -> Bool
  ) throws(DatasetError) {
    try base.read(wanted) { index, bytes in
      count.add()
      return visit(index, bytes)
    }
  }
}

/// Thirty pictures and a place for what is decoded of them.
private struct CachedFolder: Sendable {
  let folder: String
  let cache: String
  let count = CountedCollection.Count()

  func load(
    size: Int = 4, channels: Int? = 3, limits: CacheLimits = CacheLimits()
  ) throws(DatasetError) -> (set: ImageSet, reports: [String]) {
    var options = ImageOptions()
    (options.size, options.channels) = (size, channels)
    let reports = Reports()
    var request = LoadRequest(
      folders: [], size: size, cacheFolder: cache, report: reports.add)
    request.cacheLimits = limits
    let loader = CollectionLoader(
      title: "pictures", path: folder,
      collection: CountedCollection(base: try FolderCollection(folder), count: count),
      options: options, request: request)
    return (try loader.load(), reports.all)
  }

  var files: [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: cache).sorted()) ?? []
  }

  private final class Reports: Sendable {
    private let texts = Mutex<[String]>([])
    @Sendable func add(_ text: String) { texts.withLock { $0.append(text) } }
    var all: [String] { texts.withLock { $0 } }
  }
}

@Suite struct CacheTests {
  private let folder: TemporaryFolder
  private let cache: TemporaryFolder
  private let given: CachedFolder

  init() throws {
    (folder, cache) = (try TemporaryFolder(), try TemporaryFolder())
    for number in 0..<30 {
      try folder.write("\(number % 3)/\(number).png", FolderTests.solid(UInt8(number * 8), 7, 9))
    }
    given = CachedFolder(folder: folder.path, cache: cache.path + "/new")
  }

  @Test
  func picturesAreDecodedOnceTheSecondTimeTheyComeFromTheFileTheSameToTheBit() throws {
    let (first, _) = try given.load()
    #expect(given.count.now == 30)
    #expect(given.files.count == 1 && given.files[0].hasSuffix(".images"))
    let (second, reports) = try given.load()
    #expect(given.count.now == 30 && reports.isEmpty)
    #expect(try second.pixels == first.pixels && second.labels == first.labels)
    #expect(second.digest == first.digest && second.classNames == first.classNames)
    #expect(second.store.isOnDisk)
    let fresh = try Folder(folder.path).load(LoadRequest(folders: [], size: 4))
    #expect(try fresh.pixels == first.pixels)
    #expect(fresh.digest == first.digest && !fresh.store.isOnDisk)
  }

  @Test
  func otherFilesOrOtherOptionsAreDecodedAnewAndWhatWasThereStays() throws {
    _ = try given.load()
    _ = try given.load(size: 2)
    _ = try given.load(channels: 1)
    #expect(given.count.now == 90 && given.files.count == 3)
    try folder.write("1/1.png", FolderTests.solid(1, 2, 3))
    let changed = try given.load()
    #expect(given.count.now == 120)
    #expect(
      try Array(changed.set.pixels.suffix(changed.set.pixels.count * 2 / 3).prefix(3)) == [1, 2, 3])
    try FileManager.default.removeItem(atPath: folder.path + "/2/2.png")
    #expect(try given.load().set.count == 29)
    #expect(given.files.count == 5)
  }

  @Test
  func whatIsAboveTheLimitGoesWhenMoreIsDecodedAndThatIsSaid() throws {
    let (first, _) = try given.load()
    let limits = CacheLimits(bytes: 1, seconds: 1e9)
    let (_, reports) = try given.load(size: 2, limits: limits)
    #expect(given.files.count == 1)
    #expect(reports.count == 1 && reports[0].contains("1 files of decoded pictures"))
    // Nothing is decoded: nothing goes.
    #expect(try given.load(size: 2, limits: limits).reports == [])
    #expect(try given.load().set.pixels == first.pixels)
  }

  struct Damage: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let change: @Sendable (inout [UInt8]) -> Void
  }

  static let damages: [Damage] = [
    Damage(testDescription: "an empty file", change: { $0 = [] }),
    Damage(testDescription: "a file cut in its header", change: { $0 = Array($0.prefix(100)) }),
    Damage(testDescription: "a file cut in its table", change: { $0.removeLast() }),
    Damage(testDescription: "more than there was", change: { $0.append(0) }),
    Damage(testDescription: "another word", change: { $0[6] ^= 1 }),
    Damage(testDescription: "another key", change: { $0[40] ^= 1 }),
    Damage(testDescription: "another place of the table", change: { $0[74] ^= 1 }),
    Damage(testDescription: "a bit of the table", change: { $0[$0.count - 100] ^= 1 }),
  ]

  @Test(arguments: damages)
  func aDamagedFileIsMadeAnewAndThatIsSaid(_ damage: Damage) throws {
    let (good, _) = try given.load()
    let path = "\(given.cache)/\(given.files[0])"
    var bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
    damage.change(&bytes)
    try FileManager.default.removeItem(atPath: path)
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    let (again, reports) = try given.load()
    #expect(given.count.now == 60 && reports == ["\(path) is damaged and is made anew"])
    #expect(try again.pixels == good.pixels)
    #expect(try given.load().reports == [] && given.count.now == 60)
  }

  @Test
  func manyWhoWantTheSameAtOnceDecodeItOnce() async throws {
    let given = given
    let digests = try await withThrowingTaskGroup(of: String.self) { group in
      for _ in 0..<8 { group.addTask { try given.load().set.digest } }
      return try await group.reduce(into: Set()) { $0.insert($1) }
    }
    #expect(digests.count == 1 && given.count.now == 30 && given.files.count == 1)
  }

  @Test
  func whatAKilledProcessLeftHalfWrittenIsNoHindrance() throws {
    _ = try given.load()
    let name = given.files[0]
    try FileManager.default.removeItem(atPath: "\(given.cache)/\(name)")
    let ends = [".00ff.part", ".11ee.part", ".lock"]
    for end in ends {
      try Data(repeating: 7, count: 9000).write(
        to: URL(fileURLWithPath: "\(given.cache)/\(name)\(end)"))
    }
    // The one of a process that is at work has just been written to.
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -7200)],
      ofItemAtPath: "\(given.cache)/\(name)\(ends[0])")
    _ = try given.load()
    #expect(given.files == [name, name + ends[1]])
  }

  @Test
  func aFileThatIsCutWhileItIsInUseIsAnErrorAndIsMadeAnewTheNextTime() throws {
    _ = try given.load()
    let path = "\(given.cache)/\(given.files[0])"
    let set = try given.load().set
    let images = try prepare(set, size: nil, range: ValueRange(low: 0, high: 1))
    #expect(try images.bytes(of: [0]).count == 48)
    #expect(truncate(path, 0) == 0)
    for read in [{ _ = try images.bytes(of: [0, 1]) }, { _ = try images.values(of: [2]) }] {
      let error = #expect(throws: DatasetError.self) { try read() }
      #expect("\(error!)".contains("its end: the file has been cut since"))
    }
    #expect(throws: DatasetError.self) { try set.preview(columns: 4) }
    let (again, reports) = try given.load()
    #expect(reports == ["\(path) is damaged and is made anew"])
    #expect(try again.pixels.count == 30 * 48)
  }

  @Test
  func whereNothingCanBeKeptThatIsSaidAndThePicturesAreDecodedForThisTime() throws {
    let place = try cache.write("file", [1])
    let given = CachedFolder(folder: folder.path, cache: place + "/below")
    let (set, reports) = try given.load()
    #expect(set.count == 30 && reports.count == 1)
    #expect(reports[0].hasPrefix("decoded pictures are not kept: cannot create the folder"))
  }

  @Test
  func damagedPixelsAreSeenWhenAnImageIsFirstUsed() throws {
    _ = try given.load()
    let path = "\(given.cache)/\(given.files[0])"
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    try handle.seek(toOffset: UInt64(DecodedImages.headerSize + 7 * 48 + 5))
    try handle.write(contentsOf: [0xEE])
    try handle.close()
    let images = try prepare(given.load().set, size: nil, range: ValueRange(low: 0, high: 1))
    #expect(try images.bytes(of: [6, 8, 6]).count == 3 * 48)
    let error = #expect(throws: DatasetError.self) { try images.bytes(of: [0, 7]) }
    #expect("\(error!)".hasPrefix("\(path): damaged"))
    #expect("\(error!)".contains("expected image 7 as it was decoded"))
  }
}
