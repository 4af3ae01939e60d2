import Foundation
import Testing

@testable import Images

@Suite struct ArrayTests {
  @Test(arguments: Golden.archives.arrays)
  func arraysOfNumPyAreTheImagesThatWereInThem(_ golden: Golden.Archives.Array) throws {
    let folder = try TemporaryFolder()
    try folder.write("a.npz", [UInt8](golden.file))
    let source = Numpy(
      "a.npz", images: golden.wanted, labels: golden.wanted.map { _ in "ages" },
      layout: golden.layout.flatMap(Numpy.Layout.init) ?? .auto, values: [golden.low ?? 0, 1])
    let set = try source.load(LoadRequest(folders: [folder.path]))
    #expect([set.count, set.height, set.width, set.channels] == golden.shape)
    #expect(try set.pixels == [UInt8](golden.pixels))
    #expect(set.labels == golden.labels)
    #expect(set.classNames == (golden.labels == nil ? [] : ["0", "1", "2"]))
  }

  struct Broken: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var source: Numpy = Numpy("a.npy")
    var bytes: [UInt8] = golden("uint8, nhwc")
    let says: String
  }

  static func golden(_ name: String) -> [UInt8] {
    [UInt8](Golden.archives.arrays.first { $0.name == name }?.file ?? Data())
  }

  /// The array with another text in its header, of the same length.
  private static func header(_ old: String, _ new: String) -> [UInt8] {
    var bytes = golden("uint8, nhwc")
    for start in 0..<128 where bytes[start...].starts(with: Array(old.utf8)) {
      bytes.replaceSubrange(start..<(start + old.utf8.count), with: Array(new.utf8))
    }
    return bytes
  }

  static let broken: [Broken] = [
    Broken(
      testDescription: "not an array", bytes: Array("hello, world".utf8),
      says: "expected an array of NumPy (.npy)"),
    Broken(
      testDescription: "cut", bytes: Array(golden("uint8, nhwc").dropLast()),
      says: "found    487 bytes"),
    Broken(
      testDescription: "Fortran order", bytes: header("False, ", "True,  "),
      says: "Fortran order: save np.ascontiguousarray(a)"),
    Broken(
      testDescription: "complex numbers", bytes: header("'|u1'", "'<c8'"), says: "descr <c8"),
    Broken(
      testDescription: "whole numbers of another kind", bytes: header("'|u1'", "'|i1'"),
      says: "expected images of uint8 or float32"),
    Broken(
      testDescription: "two channels", bytes: header("(4, 5, 6, 3)", "(4, 5, 9, 2)"),
      says: "say which with layout: nhwc or nchw"),
    Broken(
      testDescription: "either layout", bytes: golden("uint8, either"),
      says: "say which with layout: nhwc or nchw"),
    Broken(
      testDescription: "no images", bytes: header("(4, 5, 6, 3)", "(0, 5, 6, 3)"),
      says: "found    488 bytes"),
    Broken(
      testDescription: "numbers below black", bytes: golden("float32 in [-1, 1], nchw"),
      says: "found    -1.0 in image 0"),
    Broken(
      testDescription: "no such array", source: Numpy("a.npy", images: "pictures"),
      bytes: golden("npz, other names"), says: "the array `pictures` of images in "),
    Broken(
      testDescription: "no usual name", source: Numpy("a.npy"), bytes: golden("npz, other names"),
      says: "Looked at:\n    faces\n    ages"),
    Broken(
      testDescription: "labels of another length", source: Numpy("a.npy", labels: "b.npy"),
      says: "4 images\n"),
  ]

  @Test(arguments: broken)
  func whatIsNoArrayOfImagesIsRefusedAndWhatToSayInstead(_ broken: Broken) throws {
    let folder = try TemporaryFolder()
    try folder.write("a.npy", broken.bytes)
    try folder.write("b.npy", Self.labels([1, 2]))
    let error = #expect(throws: DatasetError.self) {
      try broken.source.load(LoadRequest(folders: [folder.path]))
    }
    #expect("\(error!)".contains(broken.says), "\(error!)")
  }

  @Test
  func labelsAreInAnotherFile() throws {
    let folder = try TemporaryFolder()
    try folder.write("a.npy", Self.golden("uint8, nhwc"))
    try folder.write("b.npy", Self.labels([3, 0, 1, 1]))
    let set = try Numpy("a.npy", labels: "b.npy").load(LoadRequest(folders: [folder.path]))
    #expect(set.labels == [3, 0, 1, 1] && set.classCounts == [1, 2, 0, 1])
  }

  @Test
  func itIsSaidWhereNumbersLieBetweenTheLevels() throws {
    let folder = try TemporaryFolder()
    try folder.write("a.npy", Self.floats([0, 0.25, 0.5, 1]))
    try folder.write("b.npy", Self.floats([0, 51 / 255, 0.2, 1]))
    for (name, expected) in [("a.npy", true), ("b.npy", false)] {
      let said = Flag()
      let request = LoadRequest(folders: [folder.path]) { text in
        #expect(text.hasSuffix("numbers are rounded to 256 levels from black to white"))
        said.raise()
      }
      let set = try Numpy(name).load(request)
      #expect(try set.pixels == (expected ? [0, 64, 128, 255] : [0, 51, 51, 255]))
      #expect(said.isRaised == expected)
    }
  }

  private static func hollow(_ folder: TemporaryFolder, _ header: [UInt8], _ bytes: UInt64) throws {
    try folder.write("a.npy", header)
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: "\(folder.path)/a.npy"))
    try file.truncate(atOffset: UInt64(header.count) + bytes)
  }

  /// Whether a file may be large and take no room.
  private static let hasHoles =
    (try? hollow(TemporaryFolder(), [], 10_000_000_000_000)) != nil

  @Test(
    .enabled(if: hasHoles, "this file system has no files with holes"),
    arguments: [
      ("<f4", "(2000000000, 32, 32)", UInt64(8_192_000_000_000)),
      ("|u1", "(2000000000, 3, 32, 32)", 6_144_000_000_000),
    ])
  func anArrayThatNoMemoryHoldsIsRefusedBeforeAnyIsClaimed(
    kind: String, shape: String, bytes: UInt64
  ) throws {
    let folder = try TemporaryFolder()
    try Self.hollow(folder, Self.array(kind, shape, []), bytes)
    let error = #expect(throws: DatasetError.self) {
      try Numpy("a.npy").load(LoadRequest(folders: [folder.path]))
    }
    #expect(
      "\(error!)".contains("would have to be in memory at once, this machine has"), "\(error!)")
  }

  private static func array(_ kind: String, _ shape: String, _ content: [UInt8]) -> [UInt8] {
    let text = "{'descr': '\(kind)', 'fortran_order': False, 'shape': \(shape), }\n"
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.utf8.count), 0] + Array(text.utf8)
      + content
  }

  private static func labels(_ values: [UInt8]) -> [UInt8] {
    array("|u1", "(\(values.count),)", values)
  }

  private static func floats(_ values: [Float]) -> [UInt8] {
    array(
      "<f4", "(1, 2, 2)",
      values.flatMap { value in
        (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
      })
  }
}

/// Something that has been seen, from any thread.
final class Flag: Sendable {
  private let state = NSLock()
  nonisolated(unsafe) private var value = false

  func raise() { state.withLock { value = true } }
  var isRaised: Bool { state.withLock { value } }
}
