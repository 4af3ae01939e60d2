import CLibrary
import CPUBackend
import ModelBuilder
import RunFormat
import TensorCore
import Testing

@testable import Images
@testable import Runner
@testable import Spec

@Suite struct FeedingTests {
  @Test(arguments: [(-1, 1), (0, 1), (-0.5, 0.5), (-3, 5), (0.1, 0.7)])
  func bytesScaledInTheGraphHaveTheBitsThatTorchvisionsFloat32Has(_ low: Double, _ high: Double)
    throws
  {
    let range = ValueRange(low: low, high: high)
    let builder = GraphBuilder()
    let scaled = builder.feed("real", [16, 4, 4, 1], .uint8).scaled(to: range)
    let graph = builder.finish(outputs: [("scaled", scaled)], updates: [])
    let executable = try CPUBackend(threads: 1).makeSession(states: []).compile(graph)
    try executable.feed("real", array: (0...255).map { UInt8($0) })
    try executable.run()
    let floats = try executable.output("scaled").floats
    #expect(floats.map(\.bitPattern) == range.table.map(\.bitPattern))
  }

  /// The pictures of a tiny run in files, and decoded from them into a cache.
  private struct Cached {
    let scratch: Scratch
    var run = TinyRun()
    var cache: String { scratch.path + "/cache" }
    var source: Folder { Folder(scratch.path + "/pictures", ImageOptions(channels: 1)) }

    init() throws {
      scratch = try Scratch()
      (run.imageCount, run.labels) = (11, "{classes: 3}")
      let (set, files) = (run.set, FileLayer())
      for (index, label) in (set.labels ?? []).enumerated() {
        let folder = "\(scratch.path)/pictures/\(set.classNames[Int(label)])"
        try files.makeDirectories(folder)
        let pixels = try set.store.bytes((index * 12)..<(index * 12 + 12))
        try files.replace(
          "\(folder)/\(100 + index).png",
          with: try encodePNG(Raster(width: 4, height: 3, channels: 1, pixels: pixels)))
      }
    }

    func data(cached: Bool) throws -> TrainingSources {
      let experiment = try run.experiment()
      let set = try source.load(LoadRequest(folders: [], cacheFolder: cached ? cache : nil))
      return TrainingSources(
        try TrainingData(
          set, samples: try set.store(size: nil, range: experiment.data.range),
          labels: experiment.twoPlayers!.labels))
    }

    func setup(_ results: String, cached: Bool) throws -> RunSetup {
      var setup = RunSetup(
        program: try run.program(), data: try data(cached: cached),
        backend: CPUBackend(threads: 1), results: "\(scratch.path)/\(results)",
        context: try run.setup(results).context)
      setup.interrupt = { 0 }
      return setup
    }
  }

  @Test
  func aThreadThatMakesBatchesAheadMakesTheBatchesThatAreMadeOnTheSpot() throws {
    let cached = try Cached()
    let timetable = try Timetable(try cached.run.program(), imageCount: 11)
    let (onDisk, inMemory) = (try cached.data(cached: true), try cached.data(cached: false))
    #expect(onDisk.first.samples.isOnDisk && !inMemory.first.samples.isOnDisk)
    #expect(onDisk.digest == inMemory.digest)
    let first = BatchFeeder(onDisk, timetable, seed: 5)
    let second = BatchFeeder(inMemory, timetable, seed: 5)
    // One after the other, again, and from another place as after a resume.
    for index in [0, 1, 2, 3, 3, 4, 5, 9, 10, 2, 3, 50] {
      let (a, b) = (try first.batch(index).parts[0], try second.batch(index).parts[0])
      #expect(a.samples == b.samples && a.real == b.real && a.labels == b.labels, "\(index)")
      #expect(a.samples.count == (index % 3 == 2 ? 3 : 4))
    }
    #expect(first.waited > 0)
  }

  private func comparable(_ directory: String) throws -> [String: [UInt8]] {
    let timed: Set = [
      "log.txt", "status.json", "timing.csv", "environment.json", "result.json",
    ]
    return try Scratch().contents(of: directory).filter { name, _ in
      !timed.contains(String(name.split(separator: "/").last ?? "")) && !name.hasPrefix("attempts/")
    }
  }

  @Test
  func aRunFromTheCacheLeavesWhatARunFromMemoryLeavesStoppedAndResumedOrNot() throws {
    let cached = try Cached()
    let plain = try train(try cached.setup("plain", cached: false))
    let mapped = try train(try cached.setup("mapped", cached: true))
    #expect(plain.exitCode == 0 && mapped.exitCode == 0)
    #expect(try comparable(plain.directory) == comparable(mapped.directory))

    var setup = try cached.setup("stopped", cached: true)
    let asked = Counter()
    setup.interrupt = { asked.next() < 4 ? 0 : 2 }
    let stopped = try train(setup)
    #expect(stopped.step == 4)
    var again = try cached.setup("unused", cached: true)
    again.directory = stopped.directory
    #expect(try train(again).exitCode == 0)
    for name in ["losses.csv", "samples/final.png"] {
      #expect(
        try FileLayer().read("\(stopped.directory)/\(name)")
          == FileLayer().read("\(plain.directory)/\(name)"))
    }
    let rows = try text("\(mapped.directory)/timing.csv").split(separator: "\n").dropFirst()
    for row in rows {
      let cells = row.split(separator: ",").compactMap { Double($0) }
      #expect(cells.count == 4 && cells[3] >= 0 && cells[3] <= cells[1] + 0.001, "\(row)")
    }
  }

  @Test
  func aRunWhoseCacheHasBeenDamagedEndsWithAReasonInsteadOfLearningFromIt() throws {
    let cached = try Cached()
    let files = FileLayer()
    _ = try cached.data(cached: true)
    let path = "\(cached.cache)/\(try files.list(cached.cache)[0])"
    var bytes = try files.read(path)
    bytes[4096 + 30] ^= 1
    try files.replace(path, with: bytes)
    let setup = try cached.setup("results", cached: true)
    let error = #expect(throws: RunError.self) { try train(setup) }
    #expect(error?.exitCode == 4)
    #expect(error?.description.contains("expected image 2 as it was decoded") == true)
  }

  @Test
  func aFileOfDecodedPicturesThatIsCutWhileARunReadsItEndsTheRunWithExit4() throws {
    let cached = try Cached()
    var setup = try cached.setup("results", cached: true)
    let path = "\(cached.cache)/\(try FileLayer().list(cached.cache)[0])"
    let asked = Counter()
    setup.interrupt = {
      if asked.next() == 0 { truncate(path, 0) }
      return 0
    }
    let outcome = try train(setup)
    #expect(outcome.exitCode == 4)
    #expect(outcome.message?.contains("its end: the file has been cut since") == true)
    #expect(try json("\(outcome.directory)/status.json")["state"]?.string == "failed")
  }

  @Test
  func picturesThatWereLeftOutAreCountedInTheLogAndInEnvironmentJson() throws {
    let cached = try Cached()
    try FileLayer().replace("\(cached.scratch.path)/pictures/ant/x.jpg", with: Array("no".utf8))
    try FileLayer().replace("\(cached.scratch.path)/pictures/ant/y.gif", with: Array("GIF89a".utf8))
    let experiment = try cached.run.experiment()
    let set = try Folder(
      cached.source.path, ImageOptions(channels: 1, onBadImage: .skip)
    ).load(LoadRequest(folders: []))
    let base = try cached.run.setup("x")
    var setup = RunSetup(
      program: base.program,
      data: TrainingSources(
        try TrainingData(
          set, samples: try set.store(size: nil, range: experiment.data.range),
          labels: experiment.twoPlayers!.labels)),
      backend: base.backend, results: cached.scratch.path + "/results", context: base.context)
    setup.interrupt = { 0 }
    var warnings: [String] = []
    let outcome = try train(setup) { event in
      if case .warning(let text) = event { warnings.append(text) }
    }
    let said = "1 bad pictures are left out (on_bad_image: skip); the first: ant/x.jpg: "
    #expect(warnings.count == 2 && warnings[1].hasPrefix(said))
    #expect(warnings[0].contains("1 pictures are of kinds that are not read"))
    #expect(try text("\(outcome.directory)/log.txt").contains("not read: 1 .gif (GIF). Save"))
    #expect(try text("\(outcome.directory)/log.txt").contains("data: 11 pictures: 11 PNG\n"))
    #expect(try text("\(outcome.directory)/log.txt").contains("warning: " + said))
    let environment = try json("\(outcome.directory)/environment.json")
    #expect(environment["data_skipped"]?["count"]?.int == 1)
    #expect(environment["data_skipped"]?["first"]?.items?.count == 1)
    #expect(environment["data_unread"]?["count"]?.int == 1)
    #expect(environment["data_unread"]?["files"]?.string == "1 .gif (GIF)")
  }
}
