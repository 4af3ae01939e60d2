import Testing

@testable import Images
@testable import Spec

/// Sources of one game, and pairs of them.
@Suite struct SourceTests {
  /// A PNG of 2 × 2 in one grey.
  private static func grey(_ value: UInt8) throws -> [UInt8] {
    try encodePNG(
      Raster(width: 2, height: 2, channels: 1, pixels: [UInt8](repeating: value, count: 4)))
  }

  private static let vocabulary = Vocabulary([.source: DatasetCatalog.declarations])

  private static func source(
    _ name: String, _ text: String, size: Int? = nil
  ) throws -> StoredSource {
    StoredSource(
      name: name, choice: try loadChoice(text, .source, vocabulary: vocabulary).get(), size: size,
      classes: nil)
  }

  /// Two folders of grey pictures by their names, a value each.
  private func pair(
    _ edges: [String: UInt8], _ photos: [String: UInt8], options: String = "",
    cache: Bool = false, extra: [String: String] = [:]
  ) throws -> LoadedSources {
    let folder = try TemporaryFolder()
    for (name, value) in edges { try folder.write("e/\(name)", try Self.grey(value)) }
    for (name, value) in photos { try folder.write("p/\(name)", try Self.grey(value)) }
    for (name, text) in extra { try folder.write(name, Array(text.utf8)) }
    let sources = [
      try Self.source("edges", "{folder: {path: e, paired_with: photos\(options)}}"),
      try Self.source("photos", "{folder: {path: p\(options)}}"),
    ]
    #expect(StoredSource.pairFindings(sources).isEmpty)
    return try LoadedSources(
      sources,
      LoadRequest(folders: [folder.path], cacheFolder: cache ? folder.path + "/cache" : nil))
  }

  private func firstPixels(_ entry: LoadedSources.Entry) throws -> [UInt8] {
    let store = try entry.store(range: .standard)
    guard
      case .uint8(let bytes) = try store.elements(of: Array(0..<store.count)[...])
    else { return [] }
    let values = try store.values(of: [store.count - 1])
    #expect(values.allSatisfy { ValueRange.standard.byte(of: $0) == bytes.last })
    return stride(from: 0, to: bytes.count, by: 4).map { bytes[$0] }
  }

  // The suffix decides on the place in a folder: `a.x.png` comes before `a.y`, and after `a.jpg`.
  @Test(arguments: [false, true])
  func partnersStandAtEqualPlacesWhateverTheirSuffixes(cached: Bool) throws {
    let loaded = try pair(
      ["1/a.jpg": 1, "1/a.k.png": 2, "1/b.png": 3, "2/a.png": 4, "c": 5],
      ["1/a.png": 11, "1/a.k.webp": 12, "1/b.jpeg": 13, "2/a.jpg": 14, "c.png": 15],
      options: ", labels: none", cache: cached)
    let (edges, photos) = (loaded.entries[0], loaded.entries[1])
    #expect(edges.order == "photos" && photos.order == "photos")
    #expect(try firstPixels(photos) == [15, 12, 11, 13, 14])
    #expect(try firstPixels(edges) == [5, 2, 1, 3, 4])
    #expect(edges.set is ReorderedSet && photos.set is ImageSet)
  }

  @Test func aPairInOneOrderIsTheSetsThemselvesAndAnotherOrderAnotherDigest() throws {
    let same = try pair(["a.png": 1, "b.png": 2], ["a.jpg": 11, "b.jpg": 12])
    #expect(same.entries.allSatisfy { $0.set is ImageSet })
    let turned = try pair(
      ["a.jpg": 1, "a.k.png": 2], ["a.png": 11, "a.k.png": 12], options: ", labels: none")
    #expect(try firstPixels(turned.entries[0]) == [2, 1])
    let plain = ImageSet(
      name: "x", count: 2, height: 2, width: 2, channels: 1,
      pixels: [1, 1, 1, 1, 2, 2, 2, 2])
    #expect(same.entries[0].set.digest == plain.digest)
    #expect(turned.entries[0].set.digest != plain.digest)
    #expect(turned.entries[0].set.digest.count == 64)
  }

  @Test func labelsGoWithTheirPictures() throws {
    let set = ImageSet(
      name: "x", count: 3, height: 1, width: 1, channels: 1, pixels: [5, 6, 7],
      labels: [0, 1, 2], classNames: ["a", "b", "c"])
    let turned = ReorderedSet(set, [2, 0, 1])
    #expect(turned.labels == [2, 0, 1] && turned.classCounts == [1, 1, 1])
    #expect(try turned.store(size: nil, range: .standard).elements(of: [0, 2]) == .uint8([7, 6]))
    #expect(try turned.preview(columns: 1) == set.preview(columns: 1))
    let bare = ImageSet(name: "x", count: 3, height: 1, width: 1, channels: 1, pixels: [5, 6, 7])
    let (moved, wanted) = (
      ReorderedSet(bare, [2, 0, 1]),
      ImageSet(name: "x", count: 3, height: 1, width: 1, channels: 1, pixels: [7, 5, 6])
    )
    #expect(try moved.preview(columns: 3) == wanted.preview(columns: 3))
  }

  @Test func picturesWithoutAPartnerAreAnErrorThatNamesFiveOfThem() throws {
    let error = #expect(throws: DatasetError.self) {
      try pair(
        ["1.png": 1, "2.png": 2, "3.png": 3, "4.png": 4, "5.png": 5], ["1.jpg": 1, "x.png": 9])
    }
    #expect(
      error?.description == """
        5 pictures without a partner:
            edges/2.png: nothing is called so in photos
            edges/3.png: nothing is called so in photos
            edges/4.png: nothing is called so in photos
            edges/5.png: nothing is called so in photos
            photos/x.png: nothing is called so in edges
          = partners have equal paths below their folders, apart from the suffix; remove what has none
        """)
    let more = #expect(throws: DatasetError.self) {
      try pair(
        ["1.png": 1, "2.png": 2, "3.png": 3, "4.png": 4],
        ["1.jpg": 1, "x.png": 9, "y.png": 9, "z.png": 9])
    }
    #expect(
      more?.description.contains("photos/y.png: nothing is called so in edges\n    and 1 more\n")
        == true)
    #expect(
      more?.summary
        == "6 pictures without a partner: edges/2.png: nothing is called so in photos")
  }

  @Test(arguments: [false, true])
  func aPartnerThatIsABadPictureIsSaidToBeOne(cached: Bool) throws {
    let error = #expect(throws: DatasetError.self) {
      try pair(
        ["1.png": 1, "2.png": 2], ["1.png": 1], options: ", on_bad_image: skip", cache: cached,
        extra: ["p/2.jpg": "no picture"])
    }
    #expect(
      error?.description.contains(
        "\n    edges/2.png: its partner in photos is left out: neither JPEG") == true)
  }

  @Test func twoPicturesOfOneNameAreNoPartners() throws {
    let error = #expect(throws: DatasetError.self) {
      try pair(["1.jpg": 1, "1.png": 2], ["1.png": 1])
    }
    #expect(error?.description.contains("\n    edges/1.png: 1.jpg is called so too\n") == true)
  }

  struct Misfit: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let sources: [(name: String, text: String)]
    /// Message and label of each finding.
    let found: [[String?]]
  }

  private static func folder(_ partner: String) -> String {
    "{folder: {path: x, paired_with: \(partner)}}"
  }

  static let misfits = [
    Misfit(
      testDescription: "a single source", sources: [("images", folder("photos"))],
      found: [
        [
          "there is no source `photos` whose files are read",
          "there is no other source to pair it with",
        ]
      ]),
    Misfit(
      testDescription: "a slip", sources: [("edges", folder("phots")), ("photos", "{folder: y}")],
      found: [["there is no source `phots` whose files are read", "did you mean `photos`?"]]),
    Misfit(
      testDescription: "another name",
      sources: [("edges", folder("dogs")), ("photos", "{folder: y}")],
      found: [["there is no source `dogs` whose files are read", "sources here: photos"]]),
    Misfit(
      testDescription: "itself", sources: [("a", folder("a")), ("b", "mnist")],
      found: [["`a` is paired with itself", "name another source"]]),
    Misfit(
      testDescription: "no folder", sources: [("a", folder("b")), ("b", "mnist")],
      found: [
        [
          "`b` is no folder: pairs are pictures in two folders with equal names",
          "pair it with a `folder`",
        ]
      ]),
    Misfit(
      testDescription: "a circle", sources: [("a", folder("b")), ("b", folder("a"))],
      found: ["a", "b"].map {
        ["`\($0)` is paired in a circle", "take `paired_with` out of one of the sources"]
      }),
    Misfit(
      testDescription: "a chain is none",
      sources: [("a", folder("b")), ("b", folder("c")), ("c", "{folder: y}")], found: []),
  ]

  @Test(arguments: misfits)
  func pairsThatCannotBeAreFoundBeforeAnythingIsRead(_ misfit: Misfit) throws {
    let sources = try misfit.sources.map { try Self.source($0.name, $0.text) }
    let found = StoredSource.pairFindings(sources)
    #expect(found.map { [$0.message, $0.label] } == misfit.found)
    #expect(found.allSatisfy { $0.severity == .error && $0.origin.mark.column > 20 })
  }

  @Test func aChainHasTheOrderOfItsEnd() throws {
    let folder = try TemporaryFolder()
    for name in ["a", "b", "c"] {
      for number in 1...3 { try folder.write("\(name)/\(number).png", try Self.grey(7)) }
    }
    let sources = [
      try Self.source("a", "{folder: {path: a, paired_with: b}}"),
      try Self.source("b", "{folder: {path: b, paired_with: c}}"),
      try Self.source("c", "{folder: c}"),
    ]
    let loaded = try LoadedSources(sources, LoadRequest(folders: [folder.path]))
    #expect(loaded.entries.map(\.order) == ["c", "c", "c"])
  }

  @Test func eachSourceHasItsOwnSizeAndWhatIsWrongWithItHasItsName() throws {
    let folder = try TemporaryFolder()
    try folder.write("a/1.png", try Self.grey(7))
    let request = LoadRequest(folders: [folder.path])
    let sources = [
      try Self.source("small", "{folder: a}"), try Self.source("large", "{folder: a}", size: 5),
      try Self.source("drawn", "{synthetic: {count: 3}}", size: 9),
    ]
    let loaded = try LoadedSources(sources, request)
    func image(_ side: Int) -> SampleFormat {
      .image(ImageFormat(channels: 1, height: side, width: side))
    }
    #expect(loaded.formats == ["small": image(2), "large": image(5), "drawn": image(9)])
    #expect(try loaded.entries[2].store(range: .standard).format == image(9))
    #expect(sources.map(\.declaredFormat) == [nil, nil, image(9)])

    let absent = try Self.source("gone", "{folder: nowhere}")
    let words = "the folder or archive of {folder: …} not found. Looked at:"
    for (sources, place) in [([absent], ""), ([sources[0], absent], "gone: ")] {
      let error = #expect(throws: DatasetError.self) { try LoadedSources(sources, request) }
      #expect(error?.description.hasPrefix(place + words) == true)
      #expect(error?.summary.hasPrefix(place + "the folder") == true)
    }
  }

  @Test func aFolderThatIsPairedWithNothingIsResolvedAsItAlwaysWas() throws {
    func resolved(_ text: String) throws -> String {
      try loadChoice(text, .source, vocabulary: Self.vocabulary).get().text
    }
    let plain = try resolved("{folder: x}")
    #expect(!plain.contains("paired_with") && plain.contains("on_bad_image: fail"))
    #expect(try resolved("{folder: {path: x, paired_with: none}}") == plain)
    #expect(
      try resolved("{folder: {path: x, paired_with: photos}}")
        == plain.dropLast() + ", paired_with: photos}")
  }
}
