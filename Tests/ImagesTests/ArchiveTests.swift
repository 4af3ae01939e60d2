import Foundation
import Synchronization
import Testing

@testable import Images

@Suite struct ArchiveTests {
  /// What is read of a collection, by index.
  private static func contents(
    _ collection: any ImageCollection, _ wanted: [Int]
  ) throws(DatasetError) -> [Int: Result<[UInt8], ImageFault>] {
    let found = Mutex<[Int: Result<[UInt8], ImageFault>]>([:])
    try collection.read(wanted) { index, bytes in
      found.withLock { $0[index] = bytes }
      return true
    }
    return found.withLock { $0 }
  }

  @Test(arguments: Golden.archives.archives)
  func everyKindOfArchiveHoldsWhatPythonPutIntoIt(_ golden: Golden.Archives.Archive) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("archive", [UInt8](golden.file))
    let collection = try ImageCollections.open(path)
    let listing = collection.listing
    #expect(listing.entries.map(\.path.text) == golden.paths)
    let found = try Self.contents(collection, Array(golden.paths.indices))
    let bytes = try golden.paths.indices.map { try #require(found[$0]).get() }
    #expect(bytes == golden.contents.map { [UInt8]($0) })
    #expect(FolderLabels(listing, .auto).classNames == golden.classes)
    // Any part, in any order.
    let last = golden.paths.count - 1
    #expect(try Self.contents(collection, [last])[last]?.get() == [UInt8](golden.contents[last]))
    #expect(listing.faults.isEmpty)
  }

  @Test
  func picturesInAnArchiveAreTheDataSetThatTheyAreInAFolder() throws {
    let folder = try TemporaryFolder()
    for (number, name) in ["x/1.png", "x/2.png", "y/3.png"].enumerated() {
      try folder.write("faces/\(name)", FolderTests.solid(UInt8(number), 200, 90))
    }
    for (archive, tool) in [
      ("faces.tar", ["tar", "cf"]), ("faces.tar.gz", ["tar", "czf"]),
      ("faces.tgz", ["tar", "--format=pax", "-czf"]),
    ] {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = tool + ["\(folder.path)/\(archive)", "-C", folder.path, "faces"]
      try process.run()
      process.waitUntilExit()
      let request = LoadRequest(folders: [folder.path], size: 4)
      let packed = try Folder(archive).load(request)
      let plain = try Folder("faces").load(request)
      #expect(packed.digest == plain.digest && packed.classNames == ["x", "y"])
      #expect(try packed.pixels == plain.pixels)
      #expect(packed.labels == [0, 0, 1])
    }
  }

  struct Broken: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let bytes: [UInt8]
    let says: String
  }

  private static func golden(_ name: String) -> [UInt8] {
    [UInt8](Golden.archives.archives.first { $0.name == name }?.file ?? Data())
  }

  /// The stored zip with `change` made at the entry of its directory for the file of 700 twos.
  private static func zip(_ change: (inout [UInt8], Int) -> Void) -> [UInt8] {
    var bytes = golden("zip, stored")
    let name = Array("b/two.png".utf8)
    let starts = (0..<(bytes.count - 46)).filter {
      bytes[$0..<($0 + 4)].elementsEqual([0x50, 0x4b, 1, 2])
        && bytes[($0 + 46)...].starts(with: name)
    }
    if let start = starts.first { change(&bytes, start) }
    return bytes
  }

  static let broken: [Broken] = [
    Broken(testDescription: "nothing", bytes: [], says: "found    an empty file"),
    Broken(
      testDescription: "a text", bytes: Array("hello, world".utf8),
      says: "expected a folder, or an archive: zip, tar or tar.gz"),
    Broken(
      testDescription: "a cut zip", bytes: Array(golden("zip, stored").dropLast(40)),
      says: "expected the list of contents of a zip file"),
    Broken(
      testDescription: "a cut tar", bytes: Array(golden("tar, GNU").prefix(2300)),
      says: "found    the end of the file"),
    Broken(
      testDescription: "a cut tar.gz", bytes: Array(golden("tar.gz").dropLast(30)),
      says: "the file ends in the middle of its content"),
    Broken(
      testDescription: "a damaged header",
      bytes: PNGTests.flipped(golden("tar, GNU"), at: 512 + 20), says: "a tar header with the sum"),
    Broken(
      testDescription: "files in one another's place",
      bytes: zip { bytes, start in
        // The next file begins at 775.
        bytes[start + 42] = UInt8(775 & 255)
        bytes[start + 43] = UInt8(775 >> 8)
      }, says: "in the place of another"),
  ]

  @Test(arguments: broken)
  func anArchiveThatIsNoneIsRefusedWithAPlace(_ broken: Broken) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("archive", broken.bytes)
    let error = #expect(throws: DatasetError.self) { try ImageCollections.open(path) }
    #expect("\(error!)".contains(broken.says), "\(error!)")
    #expect("\(error!)".hasPrefix(path))
  }

  static let badMembers: [Broken] = [
    Broken(
      testDescription: "another content than the checksum",
      bytes: zip { bytes, start in bytes[start + 16] ^= 1 },
      says: "its content is not what its checksum says"),
    Broken(
      testDescription: "encrypted", bytes: zip { bytes, start in bytes[start + 8] |= 1 },
      says: "it is encrypted"),
    Broken(
      testDescription: "another method", bytes: zip { bytes, start in bytes[start + 10] = 12 },
      says: "packed by method 12, not by deflate"),
    Broken(
      testDescription: "a bomb", bytes: zip { bytes, start in bytes[start + 27] = 0x40 },
      says: "the limit is 268435456"),
    Broken(
      testDescription: "a size that is not so",
      bytes: zip { bytes, start in (bytes[start + 10], bytes[start + 25]) = (8, 0x40) },
      says: "deflated data are damaged"),
  ]

  @Test(arguments: badMembers)
  func aMemberThatCannotBeReadIsABadPictureTheOthersAreRead(_ broken: Broken) throws {
    let folder = try TemporaryFolder()
    let collection = try ImageCollections.open(try folder.write("archive", broken.bytes))
    let count = collection.listing.entries.count
    let found = try Self.contents(collection, Array(0..<count))
    let faults = found.values.compactMap { result -> String? in
      if case .failure(let fault) = result { fault.reason } else { nil }
    }
    #expect(faults.count == 1 && faults[0].contains(broken.says), "\(faults)")
    #expect(count == 5)
  }

  @Test
  func aNameThatLeadsOutOfTheArchiveIsABadPicture() throws {
    #expect(FilePath(archived: Array("a/../../etc/x.png".utf8)) == nil)
    #expect(FilePath(archived: Array("/etc/x.png".utf8)) == nil)
    #expect(FilePath(archived: Array("./a//b/./x.png".utf8))?.text == "a/b/x.png")
    var bytes = Self.golden("zip, stored")
    let name = Array("b/one.jpg".utf8)
    for start in bytes.indices where bytes[start...].starts(with: name) {
      bytes.replaceSubrange(start..<(start + name.count), with: Array("../ne.jpg".utf8))
    }
    let folder = try TemporaryFolder()
    let listing = try ImageCollections.open(try folder.write("a.zip", bytes)).listing
    #expect(
      listing.faults
        == [BadImage(name: "../ne.jpg", reason: "a name that leads out of the archive")])
    #expect(listing.entries.count == 4)
  }
}
