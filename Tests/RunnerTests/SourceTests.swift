import Digests
import ModelBuilder
import RunFormat
import TensorCore
import Testing

@testable import Images
@testable import Runner
@testable import Spec

/// Games whose data come from several sources.
@Suite struct SourceTests {
  /// Grey pictures of one pixel, each of its own number; labels count up in three classes.
  private func set(_ count: Int, named name: String = "made", from first: Int = 0) -> ImageSet {
    ImageSet(
      name: name, count: count, height: 1, width: 1, channels: 1,
      pixels: (0..<count).map { UInt8(first + $0) },
      labels: (0..<count).map { Int32($0 % 3) }, classNames: ["ant", "bee", "cat"])
  }

  private func entry(
    _ name: String, _ count: Int, order: String? = nil, from first: Int = 0
  ) throws -> TrainingSources.Entry {
    let set = set(count, from: first)
    return TrainingSources.Entry(
      name: name,
      data: try TrainingData(
        set, samples: try set.store(size: nil, range: .standard), classes: nil, of: name),
      order: order)
  }

  private func timetable(
    _ data: TrainingSources, batch: Int, dropLast: Bool = false
  ) throws -> Timetable {
    try Timetable(
      length: .steps(100), imageCount: data.sampleCount, batch: batch, dropLast: dropLast,
      batchesPerRound: 1)
  }

  // MARK: Which source sets the epoch

  struct Epoch: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let counts: [(name: String, count: Int)]
    var named: String?
    let chosen: String
  }

  static let epochs = [
    Epoch(testDescription: "the longest", counts: [("a", 3), ("b", 7), ("c", 5)], chosen: "b"),
    Epoch(testDescription: "of two as long the first", counts: [("a", 7), ("b", 7)], chosen: "a"),
    Epoch(testDescription: "the only one", counts: [("a", 0)], chosen: "a"),
    Epoch(
      testDescription: "the one that is named", counts: [("a", 3), ("b", 7)], named: "a",
      chosen: "a"),
  ]

  @Test(arguments: epochs)
  func theLongestSourceSetsTheEpochUnlessOneIsNamed(_ epoch: Epoch) throws {
    #expect(
      try TrainingSources.epochSource(of: epoch.counts, named: epoch.named) == epoch.chosen)
  }

  @Test func anEpochOfASourceThatIsNotThereIsRefused() throws {
    let wanted = RunError.data(
      "schedule.epoch is c, and there is no such source; there are a, b")
    #expect(throws: wanted) {
      try TrainingSources([try entry("a", 3), try entry("b", 7)], epoch: "c")
    }
  }

  @Test func theEpochOfAPairIsThatOfTheSourceWhoseOrderItHas() throws {
    let data = try TrainingSources([
      try entry("edges", 5, order: "photos"), try entry("photos", 5), try entry("noise", 2),
    ])
    #expect(data.epoch.name == "photos" && data.sampleCount == 5)
    let named = try TrainingSources(
      [try entry("edges", 5, order: "photos"), try entry("photos", 5), try entry("noise", 9)],
      epoch: "edges")
    #expect(named.epoch.name == "photos" && named.sampleCount == 5)
  }

  @Test func whatIsNotPlayedIsNoEpochAndStandsInNoBatch() throws {
    let (a, b, c) = (try entry("a", 5), try entry("b", 7), try entry("c", 9))
    let data = try TrainingSources([a, c, b], played: ["a", "b"])
    #expect(data.entries.map(\.name) == ["a", "c", "b"] && data.played.map(\.name) == ["a", "b"])
    #expect(data.epoch.name == "b" && data["c"] != nil)
    let plain = try TrainingSources([a, b])
    var (own, other) = (
      SampleOrder(data, try timetable(data, batch: 4), seed: 3),
      SampleOrder(plain, try timetable(plain, batch: 4), seed: 3)
    )
    for index in 0..<9 { #expect(own.samples(ofBatch: index) == other.samples(ofBatch: index)) }
    #expect(try TrainingSources([a, c, b], epoch: "c", played: ["a", "b"]).sampleCount == 9)
  }

  // MARK: Orders

  @Test(arguments: [(10, 4, false), (10, 4, true), (8, 4, false), (3, 4, false), (1, 1, false)])
  func oneSourceHasTheOrderThatItAlwaysHad(count: Int, batch: Int, dropLast: Bool) throws {
    let data = TrainingSources(try entry("images", count).data)
    let timetable = try timetable(data, batch: batch, dropLast: dropLast)
    var (order, plain) = (
      SampleOrder(data, timetable, seed: 9), BatchOrder(timetable, seed: 9)
    )
    for index in 0..<20 {
      #expect(order.samples(ofBatch: index) == [plain.images(ofBatch: index)])
    }
  }

  struct Lengths: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let counts: [Int]
    let batch: Int
    var dropLast = false
    var epoch: String?
  }

  static let lengths = [
    Lengths(testDescription: "two of one length", counts: [10, 10], batch: 4),
    Lengths(testDescription: "the second shorter", counts: [10, 7], batch: 4),
    Lengths(testDescription: "the first shorter", counts: [7, 10], batch: 4),
    Lengths(testDescription: "shorter than a batch", counts: [11, 3, 1], batch: 4),
    Lengths(testDescription: "all shorter than a batch", counts: [5, 2], batch: 64),
    Lengths(testDescription: "drop_last", counts: [10, 7], batch: 4, dropLast: true),
    Lengths(testDescription: "the shorter one named", counts: [10, 4], batch: 3, epoch: "s1"),
  ]

  /// Against the definition, written down without ranges or caches.
  @Test(arguments: lengths)
  func otherSourcesAreEndlessRowsOfTheirPermutations(_ lengths: Lengths) throws {
    let entries = try lengths.counts.enumerated().map { try entry("s\($0)", $1) }
    let data = try TrainingSources(entries, epoch: lengths.epoch)
    let timetable = try timetable(data, batch: lengths.batch, dropLast: lengths.dropLast)
    var order = SampleOrder(data, timetable, seed: 5)
    let batches = (0..<30).map { order.samples(ofBatch: $0).map { Array($0) } }
    let sizes = batches.map(\.[0].count)
    for (place, entry) in data.entries.enumerated() {
      let count = entry.data.samples.count
      let given = batches.map { $0[place] }
      #expect(given.map(\.count) == sizes)
      var wanted: [[Int]] = []
      if entry.name == data.epoch.name {
        for epoch in 0..<30 {
          let row = Philox(
            seed: 5, stream: Philox.streamID(named: "shuffle"), step: UInt32(epoch)
          ).permutation(count: count)
          for start in stride(from: 0, to: count, by: lengths.batch)
          where !lengths.dropLast || start + lengths.batch <= count {
            wanted.append(Array(row[start..<min(count, start + lengths.batch)]))
          }
        }
      } else {
        var row: [Int] = []
        for pass in 0..<(sizes.reduce(0, +) / count + 1) {
          row += Philox(
            seed: 5, stream: Philox.streamID(named: "shuffle/\(entry.name)"), step: UInt32(pass)
          ).permutation(count: count)
        }
        for size in sizes {
          wanted.append(Array(row.prefix(size)))
          row.removeFirst(size)
        }
      }
      #expect(given == Array(wanted.prefix(30)), "\(entry.name)")
    }
    // Wherever one begins, as after a resume, and back again.
    for index in [29, 0, 17, 3, 16, 3] {
      var resumed = SampleOrder(data, timetable, seed: 5)
      #expect(resumed.samples(ofBatch: index).map { Array($0) } == batches[index])
      #expect(order.samples(ofBatch: index).map { Array($0) } == batches[index])
    }
  }

  @Test func sourcesAreShuffledApartAndBySeed() throws {
    let data = try TrainingSources([
      try entry("a", 20), try entry("b", 20), try entry("c", 20),
    ])
    let timetable = try timetable(data, batch: 20)
    var (one, other) = (
      SampleOrder(data, timetable, seed: 1), SampleOrder(data, timetable, seed: 2)
    )
    #expect(Set(one.samples(ofBatch: 0) + other.samples(ofBatch: 0)).count == 6)
  }

  @Test func partnersShareTheOrderOfOneWhoeverSetsTheEpoch() throws {
    for noise in [2, 30] {
      let data = try TrainingSources([
        try entry("edges", 10, order: "photos"), try entry("photos", 10),
        try entry("noise", noise),
      ])
      #expect(data.epoch.name == (noise == 2 ? "photos" : "noise"))
      var order = SampleOrder(data, try timetable(data, batch: 4), seed: 5)
      for index in 0..<12 {
        let samples = order.samples(ofBatch: index)
        #expect(samples[0] == samples[1] && Array(samples[1]) != Array(samples[2]))
      }
    }
  }

  // MARK: Batches

  @Test func aBatchHasTheSamplesAndLabelsOfEachSource() throws {
    let (pictures, points) = (
      set(10, from: 100),
      VectorSet(name: "points", length: 2, values: (0..<6).map(Float.init))
    )
    let classes = AskedClasses(
      try #require(try TinyRun(labels: "{classes: 3}").experiment().twoPlayers!.labels))
    let data = try TrainingSources([
      TrainingSources.Entry(
        name: "points",
        data: try TrainingData(
          points, samples: points.store(size: nil, range: .standard), classes: nil, of: "points")),
      TrainingSources.Entry(
        name: "pictures",
        data: try TrainingData(
          pictures, samples: try pictures.store(size: nil, range: .standard), classes: classes,
          of: "pictures")),
    ])
    let timetable = try timetable(data, batch: 4)
    let feeder = BatchFeeder(data, timetable, seed: 7)
    var order = SampleOrder(data, timetable, seed: 7)
    for index in [0, 1, 2, 3, 7, 2] {
      let (batch, wanted) = (try feeder.batch(index), order.samples(ofBatch: index))
      #expect(batch.count == (index % 3 == 2 ? 2 : 4))
      #expect(batch.parts.map(\.samples) == wanted)
      #expect(
        batch.parts[0].real
          == .float32(wanted[0].flatMap { [Float(2 * $0), Float(2 * $0 + 1)] }))
      #expect(batch.parts[0].labels == nil)
      #expect(batch.parts[1].real == .uint8(wanted[1].map { UInt8(100 + $0) }))
      #expect(batch.parts[1].labels == wanted[1].map { Int32($0 % 3) })
    }
  }

  // MARK: What is said

  @Test func theDigestOfOneSourceIsItsOwnThatOfSeveralTellsWhichIsWhich() throws {
    let (a, b) = (try entry("a", 3), try entry("b", 4))
    #expect(TrainingSources(a.data, name: "x").digest == a.data.digest)
    let both = try TrainingSources([a, b]).digest
    #expect(
      both == sha256(Array("sources\na \(a.data.digest)\nb \(b.data.digest)\n".utf8)))
    let swapped = try TrainingSources([
      TrainingSources.Entry(name: "a", data: b.data),
      TrainingSources.Entry(name: "b", data: a.data),
    ])
    #expect(swapped.digest != both)
  }

  @Test func whatIsWrongWithOneOfSeveralSourcesHasItsName() throws {
    let labels = try #require(try TinyRun(labels: "{classes: 2}").experiment().twoPlayers!.labels)
    func data(_ set: ImageSet, _ source: String?) throws -> TrainingData {
      try TrainingData(
        set, samples: try set.store(size: nil, range: .standard), classes: AskedClasses(labels),
        of: source)
    }
    let cases: [(ImageSet, String)] = [
      (set(0, named: "folder x"), "folder x: no images"),
      (
        ImageSet(name: "plain", count: 1, height: 1, width: 1, channels: 1, pixels: [7]),
        "plain has no labels, which tiny.yaml:"
      ),
      (set(3, named: "folder x"), "folder x: image 2 is of class 2, and labels.classes is 2 ("),
    ]
    for (set, words) in cases {
      for (source, place) in [(nil, ""), ("horses", "horses: ")] {
        let error = #expect(throws: RunError.self) { try data(set, source) }
        #expect(error?.description.hasPrefix(place + words) == true, "\(error?.description ?? "")")
        #expect(error?.exitCode == 4)
      }
    }
  }

  @Test func classesOfAGeneralGamesSourceAreAskedForInItsWords() throws {
    let labels = try #require(try TinyRun(labels: "{classes: 2}").experiment().twoPlayers!.labels)
    let choice = try TinyRun().experiment().data.source
    func entry(_ classes: Int?) -> SourceEntry {
      SourceEntry(
        name: "digits", kind: .stored(choice), size: nil, classes: classes, origin: labels.origin)
    }
    #expect(AskedClasses(entry(nil)) == nil)
    let (set, origin) = (set(3, named: "mnist"), labels.origin.summary)
    let wanted = RunError.data(
      "digits: mnist: image 2 is of class 2, and data.sources.digits.classes is 2 (\(origin)): "
        + "write classes: 3")
    #expect(throws: wanted) {
      try TrainingData(
        set, samples: try set.store(size: nil, range: .standard), classes: AskedClasses(entry(2)),
        of: "digits")
    }
  }

  @Test func whatIsLeftOutIsSaidOfEachSource() throws {
    func entry(_ name: String, skipping bad: Int) throws -> TrainingSources.Entry {
      var set = try ImageSet(
        name: name, count: 1, height: 1, width: 1, channels: 1, store: PixelStore([1]),
        labels: nil, classNames: [],
        skipped: (0..<bad).map { BadImage(name: "\($0).png", reason: "empty") })
      set.remarks.notes = ["1 pictures: 1 PNG"]
      set.remarks.warnings = ["grey"]
      set.remarks.unread.add(suffix: "txt", nil)
      return TrainingSources.Entry(
        name: name,
        data: try TrainingData(
          set, samples: try set.store(size: nil, range: .standard), classes: nil))
    }
    let bad = "2 bad pictures are left out (on_bad_image: skip); the first: 0.png: empty"
    let one = TrainingSources(try entry("a", skipping: 2).data)
    #expect(one.notes == ["1 pictures: 1 PNG"] && one.warnings == ["grey", bad])
    #expect(one.skipped.map(\.name) == ["0.png", "1.png"] && one.unread.count == 1)
    let two = try TrainingSources([try entry("a", skipping: 2), try entry("b", skipping: 0)])
    #expect(two.notes == ["a: 1 pictures: 1 PNG", "b: 1 pictures: 1 PNG"])
    #expect(two.warnings == ["a: grey", "b: grey", "a: \(bad)"])
    #expect(two.skipped.map(\.name) == ["a: 0.png", "a: 1.png"] && two.unread.words == "2 .txt")
  }

  // MARK: Checkpoints

  @Test func aCheckpointSaysWhatTheSamplesOfEachSourceAre() throws {
    let scratch = try Scratch()
    let outcome = try train(try TinyRun(length: "1 steps").setup(scratch.path))
    let folder = try #require(outcome.checkpoint)
    let place = "\(folder)/state.json"
    let written = try #require(try json(place).unsealed)
    #expect(written["image"]?["width"]?.int == 4 && written["sources"] == nil)
    let plain = try LoadedCheckpoint(folder, files: FileLayer())
    #expect(plain.format == TinyRun.format && plain.formats.isEmpty)

    let formats: [(name: String, format: SampleFormat)] = [
      ("horses", .image(ImageFormat(channels: 3, height: 8, width: 9))),
      ("points", .vector(length: 2)),
    ]
    let state = CheckpointState(
      step: 1, epoch: 1, images: 4, batches: 1, seed: 5, formats: formats, classNames: [],
      dataDigest: "d", growth: nil, pending: .null, lossesBytes: 1, events: nil, metricsBytes: 0,
      averaged: [])
    let digests = try #require(written["sha256"]?.members)
      .map { (file: $0.0, sha256: $0.1.string ?? "") }
    try FileLayer().replace(place, with: state.json(digests: digests).sealed.fileBytes)
    let several = try LoadedCheckpoint(folder, files: FileLayer())
    #expect(several.format == formats[0].format)
    #expect(several.formats == ["horses": formats[0].format, "points": formats[1].format])

    for broken: JSON in [.map([:]), .map(["horses": .map(["image": .map([:])])])] {
      let members = (state.json(digests: digests).members ?? []).map {
        $0.0 == "sources" ? ($0.0, broken) : $0
      }
      try FileLayer().replace(place, with: JSON.object(members).sealed.fileBytes)
      let error = #expect(throws: RunError.self) {
        try LoadedCheckpoint(folder, files: FileLayer())
      }
      #expect(error?.description.contains("the size of a sample") == true)
    }
  }
}
