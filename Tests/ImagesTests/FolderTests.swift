import Foundation
import Testing

@testable import Images

@Suite struct FolderTests {
  static let red = solid(255, 0, 0)
  static let green = solid(0, 255, 0)
  static let grey = Golden.pictures.file("PNG, grey")

  /// A PNG of 4 × 4 in one colour.
  static func solid(_ r: UInt8, _ g: UInt8, _ b: UInt8) -> [UInt8] {
    let pixels = (0..<16).flatMap { _ in [r, g, b] }
    return (try? encodePNG(Raster(width: 4, height: 4, channels: 3, pixels: pixels))) ?? []
  }

  private func load(
    _ folder: TemporaryFolder, size: Int? = 4, cache: String? = nil,
    _ change: (inout ImageOptions) -> Void = { _ in }
  ) throws(DatasetError) -> ImageSet {
    var options = ImageOptions()
    change(&options)
    var request = LoadRequest(folders: [], size: size, cacheFolder: cache)
    request.report = { _ in }
    return try Folder(folder.path, options).load(request)
  }

  @Test
  func firstLevelFoldersAreClassesByNameWithinThemTheOrderIsTorchvisions() throws {
    let folder = try TemporaryFolder()
    for name in ["b/2.png", "b/10.png", "a/z.png", "a/deep/er/x.png", "a-/1.png", "B/1.png"] {
      try folder.write(name, Self.red)
    }
    let set = try load(folder)
    #expect(set.classNames == ["B", "a", "a-", "b"])
    #expect(set.labels == [0, 1, 1, 2, 3, 3])
    #expect(set.classCounts == [1, 2, 1, 2])
    #expect((set.height, set.width, set.channels) == (4, 4, 3))
    let paths = try FolderCollection(folder.path).listing.entries.map(\.path.text)
    #expect(
      paths == ["B/1.png", "a/z.png", "a/deep/er/x.png", "a-/1.png", "b/10.png", "b/2.png"])
  }

  @Test
  func picturesBesideFoldersHaveNoClassesUnlessTheyMust() throws {
    let folder = try TemporaryFolder()
    try folder.write("1.png", Self.red)
    try folder.write("more/2.png", Self.green)
    let set = try load(folder)
    #expect(set.labels == nil && set.classNames.isEmpty && set.count == 2)
    #expect(try Array(set.pixels.prefix(3)) == [255, 0, 0])
    #expect(try load(folder) { $0.labels = .none }.labels == nil)
    let strict = try load(folder) { ($0.labels, $0.onBadImage) = (.folders, .skip) }
    #expect(strict.labels == [0] && strict.classNames == ["more"])
    #expect(strict.skipped == [BadImage(name: "1.png", reason: "it lies in no class folder")])
  }

  @Test(arguments: [false, true])
  func onePictureOfColourAmongGreyOnesMakesAllColouredWhichIsSaidChannelsDecide(cached: Bool) throws
  {
    let (folder, caches) = (try TemporaryFolder(), try TemporaryFolder())
    let cache = cached ? caches.path : nil
    for number in 0..<20 { try folder.write("\(100 + number).png", Self.grey) }
    let grey = try load(folder, cache: cache)
    #expect(grey.channels == 1 && grey.remarks.warnings.isEmpty)
    try folder.write("200.png", Self.red)
    for _ in 0..<2 {
      let mixed = try load(folder, cache: cache)
      #expect(mixed.channels == 3)
      #expect(
        mixed.remarks.warnings == [
          "\(folder.path): 20 of 21 pictures are grey and the others have colour: all are trained in "
            + "colour. channels: 1 in the source trains all in grey, channels: 3 says that this is "
            + "meant"
        ])
    }
    for channels in [1, 3] {
      let chosen = try load(folder, cache: cache) { $0.channels = channels }
      #expect(chosen.channels == channels && chosen.remarks.warnings.isEmpty)
    }
  }

  @Test(arguments: ["", "zip", "tar", "tar.gz"])
  func theContentSaysWhatIsAPictureInAFolderAsInAnArchiveTheOthersAreNamed(packed: String) throws {
    let folder = try TemporaryFolder()
    let gif = Array("GIF89a".utf8) + [UInt8](repeating: 0, count: 40)
    let files: [(String, [UInt8])] = [
      ("a.jfif", Golden.pictures.file("JPEG, 4:4:4")),
      ("b.JPE", Golden.pictures.file("JPEG, grey")),
      ("c.JPG", Golden.pictures.file("JPEG, 4:2:0")), ("d", Self.red),
      ("e.gif", Golden.pictures.file("WebP, lossy")),
      ("f.webp", Golden.pictures.file("WebP, lossless")),
      ("g.gif", gif), ("h.gif", gif), ("i.data", [0x49, 0x49, 42, 0, 8, 0, 0, 0]),
      ("j.txt", Array("hello".utf8)), ("k.png.bak", Self.red), ("l.svg", Array("<svg/>".utf8)),
    ]
    for (name, bytes) in files { try folder.write("in/" + name, bytes) }
    var place = folder.path + "/in"
    if !packed.isEmpty {
      place = folder.path + "/out." + packed
      let script = """
        import shutil, sys
        shutil.make_archive(sys.argv[1] + "/out", {"tar.gz": "gztar"}.get(sys.argv[2], sys.argv[2]), sys.argv[1] + "/in")
        """
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = ["python3", "-c", script, folder.path, packed]
      try process.run()
      process.waitUntilExit()
      try #require(process.terminationStatus == 0)
    }
    let set = try Folder(place).load(LoadRequest(folders: [], size: 4))
    #expect(set.count == 6)
    #expect(set.remarks.notes == ["6 pictures: 3 JPEG, 2 WebP, 1 PNG"])
    #expect(
      set.remarks.unread.words
        == "1 .bak (PNG), 1 .data (TIFF), 2 .gif (GIF), 1 .svg, 1 .txt")
    #expect(set.remarks.unread.pictureCount == 5 && set.remarks.unread.count == 6)
    #expect(set.remarks.warnings.count == 2)
    #expect(
      set.remarks.warnings.last?.contains("5 pictures are of kinds that are not read") == true)
  }

  /// Each way by itself would be 2¹³ of them.
  @Test
  func linksThatFanOutLeadToEachFolderOnceAndThatIsSaid() throws {
    let folder = try TemporaryFolder()
    let levels = 14
    for level in 0..<levels {
      let place = "\(folder.path)/L\(level)"
      try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: false)
      for name in ["a", "b"] where level < levels - 1 {
        try FileManager.default.createSymbolicLink(
          atPath: "\(place)/\(name)", withDestinationPath: "../L\(level + 1)")
      }
    }
    try folder.write("L\(levels - 1)/1.png", Self.red)
    var options = ImageOptions()
    (options.onBadImage, options.labels) = (.skip, .none)
    let set = try Folder(folder.path + "/L0", options).load(LoadRequest(folders: [], size: 4))
    #expect(set.count == 1 && set.skipped.count == levels - 1)
    #expect(
      set.skipped.contains(
        BadImage(name: "b", reason: "the same folder as a, which is read once")))
  }

  @Test
  func withoutASizeAllPicturesMustHaveOneAndTheFirstThatDiffersIsNamed() throws {
    let folder = try TemporaryFolder()
    try folder.write("1.png", Self.red)
    #expect(try load(folder, size: nil).width == 4)
    try folder.write("2.png", Self.grey)
    let error = #expect(throws: DatasetError.self) { try load(folder, size: nil) }
    #expect("\(error!)".contains("2.png: 23×17, the first picture is 4×4: set data.size"))
  }

  @Test
  func namesAreInAnyScriptEvenInNone() throws {
    let folder = try TemporaryFolder()
    for name in ["猫/にゃあ.png", "Ωμέγα/α β'\"\\.png", "كلب/١.png", "e\u{301}/😀.PNG"] {
      try folder.write(name, Self.red)
    }
    let odd = Array(folder.path.utf8) + Array("/猫/".utf8) + [0xff, 0xfe] + Array(".png".utf8)
    let raw = odd.map { CChar(bitPattern: $0) } + [0]
    let file = try #require(fopen(raw, "w"))
    fwrite(Self.green, 1, Self.green.count, file)
    fclose(file)
    let set = try load(folder)
    #expect(set.count == 5)
    #expect(set.classNames == ["e\u{301}", "Ωμέγα", "كلب", "猫"])
    #expect(set.labels == [0, 1, 2, 3, 3])
  }

  struct Trouble: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let prepare: @Sendable (TemporaryFolder) throws -> Void
    let bad: [BadImage]
    /// What is left of two good pictures of one class, and of classes.
    var classes = ["good"]
  }

  private static func put(_ name: String, _ bytes: [UInt8])
    -> @Sendable (TemporaryFolder) throws
    -> Void
  { { try $0.write(name, bytes) } }

  static let troubles: [Trouble] = [
    Trouble(
      testDescription: "a text named .jpg",
      prepare: put("good/note.jpg", Array("hello, world".utf8)),
      bad: [
        BadImage(
          name: "good/note.jpg",
          reason: "neither JPEG, PNG nor WebP: it begins with the text `hello, world`")
      ]),
    Trouble(
      testDescription: "a truncated JPEG",
      prepare: put("good/cut.jpeg", Array(Golden.pictures.file("JPEG, 4:4:4").dropLast(30))),
      bad: [BadImage(name: "good/cut.jpeg", reason: "Premature end of JPEG file")]),
    Trouble(
      testDescription: "a PNG of 1×1", prepare: put("good/dot.png", PictureTests.onePixel),
      bad: [BadImage(name: "good/dot.png", reason: "1×1, min_side is 2")]),
    Trouble(
      testDescription: "a PNG of 30,000 × 30,000",
      prepare: put("good/vast.png", PNGTests.header(width: 30_000, height: 30_000)),
      bad: [
        BadImage(
          name: "good/vast.png",
          reason: "30000×30000, the limit is 32768 a side and 100 million pixels")
      ]),
    Trouble(
      testDescription: "an empty class folder",
      prepare: { folder in
        try FileManager.default.createDirectory(
          atPath: folder.path + "/empty", withIntermediateDirectories: false)
      },
      bad: [BadImage(name: "empty/", reason: "a class folder without pictures")],
      classes: ["empty", "good"]),
    Trouble(
      testDescription: "a link in a circle",
      prepare: { folder in
        try FileManager.default.createSymbolicLink(
          atPath: folder.path + "/good/again", withDestinationPath: "..")
      },
      bad: [BadImage(name: "good/again", reason: "a link back to a folder that it is in")]),
    Trouble(
      testDescription: "a link to itself, and one to nowhere",
      prepare: { folder in
        for (name, target) in [("a.png", "a.png"), ("b.png", "nowhere.png")] {
          try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/good/" + name, withDestinationPath: target)
        }
      },
      bad: [
        BadImage(
          name: "good/a.png", reason: "cannot open it: Too many levels of symbolic links"),
        BadImage(name: "good/b.png", reason: "a link to a file that is not there"),
      ]),
  ]

  /// docs/failures.md: one corrupt JPEG in 10⁵: what cannot be used is named; it ends the run,
  /// or is left out and counted
  @Test(arguments: troubles, [false, true])
  func whatCannotBeUsedIsNamedItEndsTheRunOrIsLeftOutAndCounted(
    _ trouble: Trouble, cached: Bool
  ) throws {
    let (folder, caches) = (try TemporaryFolder(), try TemporaryFolder())
    let cache = cached ? caches.path : nil
    for name in ["good/1.png", "good/2.png"] { try folder.write(name, Self.red) }
    let whole = try load(folder, cache: cache)
    try trouble.prepare(folder)
    for _ in 0..<2 {
      let error = #expect(throws: DatasetError.self) { try load(folder, cache: cache) }
      #expect(
        error
          == .badImages(path: folder.path, bad: trouble.bad, of: 2 + trouble.bad.count))
      let set = try load(folder, cache: cache) { $0.onBadImage = .skip }
      #expect(set.skipped == trouble.bad)
      #expect(set.count == 2 && set.classNames == trouble.classes)
      #expect(try set.pixels == whole.pixels)
    }
  }

  @Test(arguments: [false, true])
  func badPicturesBetweenGoodOnesLeaveNoGap(cached: Bool) throws {
    let (folder, caches) = (try TemporaryFolder(), try TemporaryFolder())
    for number in 0..<40 {
      let level = UInt8(number * 6)
      try folder.write(
        "\(number % 2)/\(100 + number).png",
        number % 3 == 1 ? Array("no".utf8) : Self.solid(level, level, level))
    }
    let set = try load(folder, cache: cached ? caches.path : nil) { $0.onBadImage = .skip }
    let kept = (0..<40).filter { $0 % 3 != 1 }.sorted { ($0 % 2, $0) < ($1 % 2, $1) }
    #expect(set.count == kept.count && set.skipped.count == 40 - kept.count)
    #expect(set.labels == kept.map { Int32($0 % 2) })
    #expect(
      try kept.indices.map { try set.pixels[$0 * set.imageSize] } == kept.map { UInt8($0 * 6) })
  }

  @Test
  func aFolderWithoutPicturesSaysWhatElseIsInIt() throws {
    let folder = try TemporaryFolder()
    for name in ["a.gif", "b.gif", "notes", ".hidden.png", "__MACOSX/x.png"] {
      try folder.write(name, Array("GIF87a".utf8).prefix(name == "notes" ? 2 : 6) + [])
    }
    let error = #expect(throws: DatasetError.self) { try load(folder) }
    #expect(
      "\(error!)".contains("found    other files: 2 .gif (GIF), 1 without a suffix"), "\(error!)")
    let nowhere = #expect(throws: DatasetError.self) {
      try Folder("nowhere").load(LoadRequest(folders: ["x"]))
    }
    #expect("\(nowhere!)".contains("Looked at:\n    x/nowhere\n    ./nowhere"))
  }

  @Test
  func onlyBadPicturesAreNoDataSetWhateverThePolicy() throws {
    let folder = try TemporaryFolder()
    for number in 0..<12 { try folder.write("\(100 + number).png", Array("no".utf8)) }
    let error = #expect(throws: DatasetError.self) {
      try load(folder) { $0.onBadImage = .skip }
    }
    #expect("\(error!)".contains("12 of 12 pictures cannot be used"))
    #expect("\(error!)".contains("and 2 more, which `gan-exp data check` lists"))
  }
}
