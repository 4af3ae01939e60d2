import Foundation
import Testing

@testable import Images

@Suite struct IdxTests {
  static let pair = Golden.files.idx
  static let plain = IdxFile.encode(dimensions: [6, 4, 4], elements: [UInt8](pair.pixels))
  static let plainLabels = IdxFile.encode(dimensions: [6], elements: pair.classes)

  @Test(arguments: [
    ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", true),
    ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", false),
    ("train-images.idx3-ubyte", "train-labels.idx1-ubyte", false),
  ])
  func aFolderIsReadWhetherItsFilesAreGzippedOrNot(
    _ images: String, _ labels: String, _ zipped: Bool
  ) throws {
    let folder = try TemporaryFolder()
    try folder.write("set/" + images, zipped ? [UInt8](Self.pair.images) : Self.plain)
    try folder.write("set/" + labels, zipped ? [UInt8](Self.pair.labels) : Self.plainLabels)
    let set = try Idx(.folder("set", split: .train)).load(dataDirectory: [folder.path])
    #expect((set.count, set.height, set.width, set.channels) == (6, 4, 4, 1))
    #expect(try set.pixels == [UInt8](Self.pair.pixels))
    #expect(set.labels == Self.pair.classes.map(Int32.init))
    #expect(set.classCounts == [2, 2, 2])
  }

  @Test
  func theSameContentHasOneDigestAndAnotherLabelAnother() throws {
    let folder = try TemporaryFolder()
    let zipped = try folder.write("a.gz", [UInt8](Self.pair.images))
    let plain = try folder.write("b", Self.plain)
    let labels = try folder.write("c", Self.plainLabels)
    let other = try folder.write(
      "d", IdxFile.encode(dimensions: [6], elements: [0, 1, 2, 2, 1, 1]))
    func digest(_ images: String, _ labels: String) throws -> String {
      try Idx(.files(images: images, labels: labels)).load(dataDirectory: []).digest
    }
    #expect(try digest(zipped, labels) == digest(plain, labels))
    #expect(try digest(plain, labels) != digest(plain, other))
  }

  @Test
  func withoutLabelsThereAreNoClasses() throws {
    let folder = try TemporaryFolder()
    let images = try folder.write("images", Self.plain)
    let set = try Idx(.files(images: images, labels: nil)).load(dataDirectory: [])
    #expect(set.labels == nil && set.classNames.isEmpty && set.classCounts.isEmpty)
  }

  struct Broken: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let images: [UInt8]
    var labels = IdxTests.plainLabels
    let says: [String]
  }

  static let zipped = [UInt8](pair.images)

  static let broken: [Broken] = [
    Broken(
      testDescription: "gzip cut in the middle", images: Array(zipped.dropLast(40)),
      says: ["images", "ends in the middle", "112 bytes that 6×4×4 take"]),
    Broken(
      testDescription: "gzip cut in its header", images: Array(zipped.prefix(6)),
      says: ["images", "a whole gzip file", "ends in the middle"]),
    Broken(
      testDescription: "gzip with a wrong checksum",
      images: Array(zipped.dropLast(8)) + [0, 0, 0, 0] + zipped.suffix(4),
      says: ["images", "incorrect data check"]),
    Broken(
      testDescription: "gzip with something behind it", images: zipped + [1, 2, 3, 4],
      says: ["images", "at byte \(zipped.count + 2)", "incorrect header check"]),
    Broken(
      testDescription: "not IDX", images: Array("<html>".utf8),
      says: ["at byte 0", "an IDX file of images (magic 00000803)", "the bytes 3c68746d"]),
    Broken(
      testDescription: "labels for images", images: plainLabels,
      says: ["magic 00000803", "the bytes 00000801"]),
    Broken(
      testDescription: "floats", images: [0, 0, 0x0d, 3] + plain.dropFirst(4),
      says: ["the bytes 00000d03"]),
    Broken(testDescription: "empty", images: [], says: ["an empty file"]),
    Broken(
      testDescription: "header cut", images: Array(plain.prefix(9)),
      says: ["at byte 9", "16 bytes", "found    9 bytes"]),
    Broken(
      testDescription: "no images", images: IdxFile.encode(dimensions: [0, 4, 4], elements: []),
      says: ["at least one image", "0×4×4"]),
    Broken(
      testDescription: "too few bytes", images: Array(plain.dropLast()),
      says: ["at byte 111", "112 bytes, as its header says (6×4×4)", "111 bytes"]),
    Broken(
      testDescription: "too many bytes", images: plain + [7],
      says: ["at byte 112", "112 bytes, as its header says", "113 bytes"]),
    Broken(
      testDescription: "a header that asks for all memory",
      images: IdxFile.encode(dimensions: [0xffff_ffff, 0xffff_ffff, 0xffff_ffff], elements: []),
      says: ["at most 4294967296 bytes", "4294967295×4294967295×4294967295"]),
    Broken(
      testDescription: "a header that asks for more than there is",
      images: IdxFile.encode(dimensions: [60_000, 28, 28], elements: [1]),
      says: ["47040016 bytes, as its header says", "17 bytes"]),
    Broken(
      testDescription: "an image wider than any",
      images: IdxFile.encode(
        dimensions: [1, 1, 20_000], elements: [UInt8](repeating: 0, count: 20_000)),
      says: ["a width of at most 16384", "20000"]),
    Broken(
      testDescription: "fewer labels than images", images: plain,
      labels: IdxFile.encode(dimensions: [5], elements: [0, 1, 2, 2, 1]),
      says: ["6 images", "5 labels", "as many labels as images"]),
    Broken(
      testDescription: "images for labels", images: plain, labels: plain,
      says: ["labels (magic 00000801)", "the bytes 00000803"]),
  ]

  @Test(arguments: broken)
  func whatIsWrongWithAFileIsSaidWithItsPath(_ broken: Broken) throws {
    let folder = try TemporaryFolder()
    let images = try folder.write("images", broken.images)
    let labels = try folder.write("labels", broken.labels)
    let error = try #require(throws: DatasetError.self) {
      try Idx(.files(images: images, labels: labels)).load(dataDirectory: [])
    }
    let text = "\(error)"
    for words in broken.says + [folder.path] { #expect(text.contains(words), "\(text)") }
    #expect(text.contains("\n  = "))
  }

  @Test
  func aBombIsNotUnpackedFurtherThanItsHeaderSays() throws {
    let content = IdxFile.encode(
      dimensions: [1, 1, 1], elements: [UInt8](repeating: 0, count: 4096))
    let error = #expect(throws: DatasetError.self) {
      try IdxFile(path: "bomb", bytes: storedGzip(content), rank: 3)
    }
    #expect("\(error!)".contains("more than 17 bytes of content"))
  }

  @Test(arguments: ["folder", "pipe"])
  func whatIsNotAFileIsNotRead(_ kind: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/images"
    if kind == "pipe" { mkfifo(path, 0o600) } else { mkdir(path, 0o700) }
    let error = #expect(throws: DatasetError.self) {
      try Idx(.files(images: path, labels: nil)).load(dataDirectory: [])
    }
    #expect("\(error!)".contains("\(path): cannot read: not a regular file"))
  }

  @Test
  func whatKeepsAFileFromBeingReadIsSaidInTheSystemsWords() {
    let name = String(repeating: "x", count: 300)
    let error = #expect(throws: DatasetError.self) {
      try Idx(.files(images: name, labels: nil)).load(dataDirectory: ["/tmp"])
    }
    #expect("\(error!)".contains("/tmp/\(name): cannot open: File name too long"))
  }

  @Test
  func aMissingFolderIsSaidWithEveryPlaceLookedAt() {
    let error = #expect(throws: DatasetError.self) {
      try Idx(.folder("nowhere/fashion", split: .test)).load(dataDirectory: ["/a", "/b/"])
    }
    let text = "\(error!)"
    for path in [
      "/a/nowhere/fashion/t10k-images-idx3-ubyte", "/b/nowhere/fashion/t10k-images-idx3-ubyte.gz",
      "./nowhere/fashion/t10k-images.idx3-ubyte", "--data-dir",
    ] { #expect(text.contains(path), "\(text)") }
  }
}

/// A gzip file that holds `content` uncompressed.
func storedGzip(_ content: [UInt8]) -> [UInt8] {
  func little(_ value: Int, _ bytes: Int) -> [UInt8] {
    (0..<bytes).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
  let header: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]
  var blocks: [UInt8] = []
  for start in stride(from: 0, to: max(1, content.count), by: 65_535) {
    let part = content[start..<min(content.count, start + 65_535)]
    let last: UInt8 = start + part.count == content.count ? 1 : 0
    blocks += [last] + little(part.count, 2) + little(~part.count, 2) + part
  }
  return header + blocks + little(Int(crc32(content[...])), 4) + little(content.count, 4)
}

/// The checksum of gzip and PNG.
func crc32(_ bytes: ArraySlice<UInt8>) -> UInt32 {
  var crc: UInt32 = ~0
  for byte in bytes {
    crc ^= UInt32(byte)
    for _ in 0..<8 { crc = crc & 1 == 1 ? (crc >> 1) ^ 0xedb8_8320 : crc >> 1 }
  }
  return ~crc
}
