import Foundation
import Testing

/// Bytes of an IDX file of bytes.
func idx(_ dimensions: [Int], _ elements: [UInt8], magic: [UInt8] = [0, 0, 8]) -> [UInt8] {
  let sizes = dimensions.flatMap { size in [24, 16, 8, 0].map { UInt8(size >> $0 & 0xFF) } }
  return magic + [UInt8(dimensions.count)] + sizes + elements
}

/// The checksum of a chunk of PNG.
private func crc32(_ bytes: ArraySlice<UInt8>) -> UInt32 {
  var sum: UInt32 = 0xFFFF_FFFF
  for byte in bytes {
    sum ^= UInt32(byte)
    for _ in 0..<8 { sum = sum & 1 == 1 ? (sum >> 1) ^ 0xEDB8_8320 : sum >> 1 }
  }
  return ~sum
}

/// Data that cannot be used, how they come about, and what is said.
struct DataFailure: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let source: String
  let prepare: @Sendable (Place) throws -> Void
  let errors: String

  private static let images = "train-images-idx3-ubyte"
  private static let labels = "train-labels-idx1-ubyte"
  /// So wild that no compression makes them fewer.
  private static let pixels: [UInt8] = {
    var state: UInt64 = 1
    return (0..<(4 * 784)).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(state >> 56)
    }
  }()

  private static func put(_ place: Place, images: [UInt8], labels: [UInt8]? = nil) throws {
    try place.makeFolder("data/own")
    try place.write("data/own/\(Self.images)", images)
    if let labels { try place.write("data/own/\(Self.labels)", labels) }
  }

  static let all: [DataFailure] = [
    DataFailure(
      testDescription: "data missing", source: "mnist", prepare: { _ in },
      errors: """
        error: MNIST (train-images-idx3-ubyte) not found. Looked at:
            data/mnist/train-images-idx3-ubyte
            data/mnist/train-images-idx3-ubyte.gz
            data/MNIST/raw/train-images-idx3-ubyte
            data/MNIST/raw/train-images-idx3-ubyte.gz
            data/train-images-idx3-ubyte
            data/train-images-idx3-ubyte.gz
          = fetch it with `gan-exp data get mnist`, or say where it is with --data-dir DIR
        """),
    DataFailure(
      testDescription: "truncated gz", source: "{idx: own}",
      prepare: { place in
        try put(place, images: idx([4, 28, 28], pixels))
        try place.use("gzip", "-n", "data/own/\(images)")
        let whole = try place.bytes("data/own/\(images).gz")
        try place.write("data/own/\(images).gz", Array(whole.prefix(1000)))
      },
      errors: """
        error: data/own/train-images-idx3-ubyte.gz: damaged or not of this kind at byte 1000
            expected gzip of the 3152 bytes that 4×28×28 take
            found    the file ends in the middle of its content
          = replace the file with an intact copy
        """),
    DataFailure(
      testDescription: "wrong magic", source: "{idx: own}",
      prepare: { place in
        try put(place, images: idx([4, 28, 28], pixels, magic: [0x89, 0x50, 0x4E]))
      },
      errors: """
        error: data/own/train-images-idx3-ubyte: damaged or not of this kind at byte 0
            expected an IDX file of images (magic 00000803)
            found    the bytes 89504e03
          = replace the file with an intact copy
        """),
    DataFailure(
      testDescription: "wrong digest", source: "mnist",
      prepare: { place in
        try place.makeFolder("data/mnist")
        for (name, header, size) in [
          (images, idx([60_000, 28, 28], []), 47_040_016), (labels, idx([60_000], []), 60_008),
        ] {
          try place.write("data/mnist/\(name)", header)
          // Zeros that take no room on the disk.
          truncate("\(place.path)/data/mnist/\(name)", off_t(size))
        }
      },
      errors: """
        error: data/mnist/train-images-idx3-ubyte: MD5 of the content differs from the published one
            expected 6bbc9ace898e44ae57da46a324031adb
            found    a6da02602262b4868537981e275ce881
          = remove the file and fetch it again with `gan-exp data get mnist`; for a data set of your own in this format, write source: {idx: FOLDER}
        """),
    DataFailure(
      testDescription: "no images", source: "{idx: own}",
      prepare: { try put($0, images: idx([0, 28, 28], [])) },
      errors: """
        error: data/own/train-images-idx3-ubyte: damaged or not of this kind at byte 4
            expected at least one image, of one pixel or more
            found    the dimensions 0×28×28
          = replace the file with an intact copy
        """),
    DataFailure(
      testDescription: "not an image", source: "{idx: own}",
      prepare: { try put($0, images: Array("<!DOCTYPE html>".utf8)) },
      errors: """
        error: data/own/train-images-idx3-ubyte: damaged or not of this kind at byte 0
            expected an IDX file of images (magic 00000803)
            found    the bytes 3c21444f
          = replace the file with an intact copy
        """),
    DataFailure(
      testDescription: "fewer labels than images", source: "{idx: own}",
      prepare: { try put($0, images: idx([4, 28, 28], pixels), labels: idx([3], [0, 1, 2])) },
      errors: """
        error: images and labels do not belong together
            data/own/train-images-idx3-ubyte: 4 images
            data/own/train-labels-idx1-ubyte: 3 labels
          = give the two files of one data set: as many labels as images
        """),
  ]
}

@Suite
struct DataFailureTests {
  /// docs/failures.md: data missing, truncated gz, wrong magic, wrong digest, no images, not an
  /// image: exit 4 before any trial directory, path + expected + found
  @Test(arguments: DataFailure.all)
  func dataThatCannotBeUsedEndItWithExit4BeforeAnyTrialDirectory(
    _ failure: DataFailure
  ) throws {
    let place = try Place()
    try place.makeFolder("data")
    try failure.prepare(place)
    var spec = TinySpec()
    spec.source = failure.source
    try place.write("tiny.yaml", spec.yaml)
    let before = try place.names()
    let result = try place.run("run", "tiny.yaml", "--data-dir", "data")
    #expect(result.end == .exit(4))
    #expect(result.errors == failure.errors + "\n")
    #expect(result.output == "")
    #expect(try place.names() == before)
  }

  /// docs/failures.md: one corrupt picture in many, a text named .jpg, a picture too large for
  /// any memory, links in a circle
  @Test
  func oneCorruptPictureInManyATextNamedJpgAPictureTooLargeForAnyMemoryLinksInACircle() throws {
    let place = try Place()
    _ = try place.run("data", "show", "{synthetic: digits}", "--columns", "1", "--to", "a.png")
    let good = try place.bytes("a.png")
    for number in 0..<20 {
      try place.makeFolder("own/\(number % 2)")
      try place.write("own/\(number % 2)/\(number).png", good)
    }
    try place.write("own/0/cut.png", Array(good.prefix(good.count / 2)))
    try place.write("own/1/note.jpg", Array("hello".utf8))
    var vast = good
    vast.replaceSubrange(16..<24, with: [0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30])
    let checksum = crc32(vast[12..<29])
    for place in 0..<4 {
      vast[29 + place] = UInt8(truncatingIfNeeded: checksum >> (24 - 8 * UInt32(place)))
    }
    try place.write("own/1/vast.png", vast)
    try place.use("ln", "-s", "..", "own/1/again")
    var spec = TinySpec()
    spec.source = "{folder: own}"
    try place.write("tiny.yaml", spec.yaml.replacing("batch:", with: "size: 28, batch:"))
    let before = try place.names()
    let result = try place.run("run", "tiny.yaml")
    #expect(result.end == .exit(4) && result.output == "")
    let lines = result.errors.split(separator: "\n").map(String.init)
    #expect(lines[0].hasSuffix("own: 4 of 24 pictures cannot be used:"), "\(result.errors)")
    for name in ["0/cut.png", "1/note.jpg", "1/vast.png", "1/again"] {
      #expect(lines.contains { $0.hasPrefix("    \(name): ") }, "\(name)")
    }
    #expect(lines.contains { $0.contains("1/vast.png: 30000×30000, the limit is 32768 a side") })
    #expect(try place.names() == before)
    spec.source = "{folder: {path: own, on_bad_image: skip}}"
    try place.write("tiny.yaml", spec.yaml.replacing("batch:", with: "size: 28, batch:"))
    let skipping = try place.run("run", "tiny.yaml")
    #expect(skipping.end == .exit(0), "\(skipping.errors)")
    let log = try place.text("\(skipping.lines[0])/log.txt")
    #expect(log.contains("warning: 4 bad pictures are left out (on_bad_image: skip)"))
  }

  @Test
  func dataThatDoNotGoWithTheNetworksAreASpecErrorFoundBeforeAnyDirectory() throws {
    let place = try Place()
    try place.makeFolder("own")
    try place.write(
      "own/train-images-idx3-ubyte", idx([2, 5, 7], [UInt8](repeating: 9, count: 70)))
    var spec = TinySpec()
    spec.source = "{idx: own}"
    try place.write("tiny.yaml", spec.yaml)
    let before = try place.names()
    let result = try place.run("run", "tiny.yaml")
    #expect(result.end == .exit(3))
    #expect(
      result.errors.hasPrefix(
        "tiny.yaml:14:7: error: generator makes 1×28×28 images, data has 1×5×7\n"))
    #expect(try place.names() == before)
  }
}
