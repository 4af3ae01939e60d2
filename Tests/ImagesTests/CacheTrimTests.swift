import CLibrary
import Foundation
import Testing

@testable import Images

@Suite struct CacheTrimTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A file of the cache that was last used so long ago.
  @discardableResult
  private func file(_ number: Int, bytes: Int, age: Int) throws -> String {
    let path = "\(folder.path)/\(String(repeating: "\(number)", count: 40)).images"
    try Data([UInt8](repeating: 0, count: bytes)).write(to: URL(fileURLWithPath: path))
    let moment = timeval(tv_sec: 1_000_000 - age, tv_usec: 0)
    var times = [moment, moment]
    try #require(utimes(path, &times) == 0)
    return path
  }

  private func trim(_ limits: CacheLimits, sparing path: String? = nil) -> [String] {
    DecodedCacheFolder(folder.path).trim(to: limits, sparing: path, now: 1_000_000).files
      .map { String($0.path.suffix(8).prefix(1)) }
  }

  @Test func whatWasNotUsedForTooLongGoesAndTheLongestUnusedAboveTheSize() throws {
    for (number, age) in [(1, 50), (2, 400), (3, 100), (4, 300)] {
      try file(number, bytes: 10, age: age)
    }
    #expect(DecodedCacheFolder(folder.path).bytes == 40)
    #expect(trim(CacheLimits(bytes: 100, seconds: 350)) == ["2"])
    #expect(trim(CacheLimits(bytes: 20, seconds: 350)) == ["4"])
    #expect(trim(CacheLimits(bytes: 20, seconds: 350)) == [])
    #expect(trim(CacheLimits(bytes: 0, seconds: 350)) == ["3", "1"])
  }

  @Test func whatWasJustMadeStaysWhateverItsSizeAndWhatIsNotOursToo() throws {
    let own = try file(1, bytes: 100, age: 900)
    try Data([1]).write(to: URL(fileURLWithPath: "\(folder.path)/holiday.images"))
    try Data([1]).write(to: URL(fileURLWithPath: "\(folder.path)/notes.txt"))
    #expect(trim(CacheLimits(bytes: 0, seconds: 1), sparing: own) == [])
    #expect(trim(CacheLimits(bytes: 0, seconds: 1)) == ["1"])
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        == ["holiday.images", "notes.txt"])
  }

  @Test func aFileThatIsReadCountsAsUsed() throws {
    let path = try file(1, bytes: 10, age: 900)
    FileBytes.touch(path)
    let used = try #require(DecodedCacheFolder(folder.path).files.first)
    #expect(used.lastUsed > 1_000_000)
    var status = stat()
    try #require(stat(path, &status) == 0)
    #expect(FileBytes.stamp(status)[1] == 1_000_000 - 900)
  }
}
