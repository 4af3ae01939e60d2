import CPUBackend
import Foundation
import RunFormat
import Spec
import Testing

@testable import Runner

/// What a record of an event file says, without its time.
struct ReadEvent: Hashable {
  var step = 0
  var tags: [String] = []
  var isGraph = false
  var isRestart = false

  /// Every record of a run's event files, in the order in which TensorBoard reads them.
  static func all(in directory: String) throws -> [ReadEvent] {
    let names = try FileLayer().list(directory).filter { $0.contains("tfevents") }
    return try names.flatMap { name in
      EventFraming.contents(of: try FileLayer().read("\(directory)/\(name)")).frames
        .map(ReadEvent.init)
    }
  }

  init(_ bytes: ArraySlice<UInt8>) {
    for (field, number, content) in Self.fields(bytes) {
      switch field {
      case 2: step = number
      case 4: isGraph = true
      case 5:
        for (_, _, value) in Self.fields(content) {
          for (field, _, text) in Self.fields(value) where field == 1 {
            tags.append(String(decoding: text, as: UTF8.self))
          }
        }
      case 7: isRestart = true
      case _: break
      }
    }
  }

  private static func fields(
    _ bytes: ArraySlice<UInt8>
  ) -> [(field: Int, number: Int, content: ArraySlice<UInt8>)] {
    var rest = bytes
    var found: [(field: Int, number: Int, content: ArraySlice<UInt8>)] = []
    func varint() -> Int {
      var (value, shift) = (0, 0)
      while let byte = rest.popFirst() {
        value |= Int(byte & 0x7F) << shift
        shift += 7
        if byte < 0x80 { break }
      }
      return value
    }
    while !rest.isEmpty {
      let key = varint()
      switch key & 7 {
      case 0: found.append((key >> 3, varint(), []))
      case 1: rest = rest.dropFirst(8)
      case 5: rest = rest.dropFirst(4)
      case _:
        let count = varint()
        found.append((key >> 3, 0, rest.prefix(count)))
        rest = rest.dropFirst(count)
      }
    }
    return found
  }
}

@Suite
struct TensorBoardTests {
  @Test
  func theChecksumIsCRC32CMaskedAsTFRecordHasIt() {
    // RFC 3720, B.4
    #expect(EventFraming.checksum(Array("123456789".utf8)[...]) == 0xE306_9283)
    #expect(EventFraming.checksum([UInt8](repeating: 0, count: 32)[...]) == 0x8A91_36AA)
    #expect(EventFraming.checksum([UInt8](repeating: 0xFF, count: 32)[...]) == 0x62A8_AB43)
  }

  @Test
  func whatIsTornOrChangedEndsTheReadingOfAnEventFile() {
    let frames = [[1, 2, 3], [], [UInt8](repeating: 7, count: 300)].map(EventFraming.frame)
    let file = Array(frames.joined())
    #expect(EventFraming.contents(of: file).frames.map(Array.init).map(\.count) == [3, 0, 300])
    #expect(EventFraming.contents(of: file).byteCount == file.count)
    for cut in 1...316 {
      let kept = EventFraming.contents(of: Array(file.dropLast(cut)))
      #expect(kept.frames.count == 2 && kept.byteCount == 35)
    }
    var changed = file
    changed[frames[0].count + 2] ^= 1
    #expect(EventFraming.contents(of: changed).frames.count == 1)
  }

  @Test
  func aHistogramCountsEveryFiniteNumberOnce() {
    let many = WeightHistogram((0..<1000).map { Float($0) / 10 - 20 } + [.nan, .infinity])
    #expect(many.count == 1000 && many.counts.reduce(0, +) == 1000)
    #expect((many.low, many.high) == (-20, Double(Float(79.9))))
    #expect(many.limits.count == 64 && many.limits.last == many.high)
    #expect(zip(many.limits, many.limits.dropFirst()).allSatisfy { $0 < $1 })
    #expect(abs(many.sum - 29_950) < 0.1)
    #expect(many.counts.allSatisfy { (15...16).contains($0) })
    let one = WeightHistogram([3, 3, 3])
    #expect(one.counts == [3] && one.limits == [3] && one.sumOfSquares == 27)
    #expect(WeightHistogram([]).counts.isEmpty && WeightHistogram([.nan]).count == 0)
    #expect(WeightHistogram([-3e38, 3e38]).counts == [2])
  }

  private static let run = TinyRun(
    length: "12 steps", log: "2 steps", samples: "{every: 6 steps, grid: 1x2}",
    checkpoint: "{every: 5 steps}", schedule: ", learning_rate: {linear_to: 0}",
    record: ", tensorboard: true, histograms: 3 steps")

  private func setup(_ directory: String) throws -> RunSetup {
    var setup = try Self.run.setup("unused", backend: CPUBackend(threads: 1))
    setup.directory = directory
    return setup
  }

  @Test
  func aRunThatIsGoneOnWithHasEveryStepOnceAsIfItHadNeverStopped() throws {
    let scratch = try Scratch()
    let whole = "\(scratch.path)/whole"
    _ = try train(try setup(whole))
    let undisturbed = try ReadEvent.all(in: whole)
    #expect(undisturbed.count { $0.isGraph } == 1)
    #expect(
      undisturbed.filter { $0.tags.contains("loss/d_loss") }.map(\.step) == [2, 4, 6, 8, 10, 12])
    #expect(undisturbed.filter { $0.tags == ["samples"] }.map(\.step) == [6, 12])
    #expect(
      undisturbed.filter { $0.tags.contains("generator/0.weight") }.map(\.step) == [3, 6, 9, 12])
    for step in 1..<12 {
      let directory = "\(scratch.path)/\(step)"
      var first = try setup(directory)
      let (asked, dead) = (Counter(), step % 2 == 0)
      // Half of them die, and leave rows that no checkpoint knows of.
      first.process = ProcessIdentity(
        pid: 1 << 22 + 1, host: Machine.host, boot: ProcessIdentity.current().boot,
        namespace: ProcessIdentity.current().namespace, start: nil)
      let isDead = DeathFlag()
      first.files.fault = { _, _ in isDead.isUp ? 5 : 0 }
      first.interrupt = {
        guard asked.next() >= step else { return 0 }
        if dead { isDead.isUp = true }
        return 15
      }
      _ = try train(first)
      _ = try train(try setup(directory))
      let events = try ReadEvent.all(in: directory)
      #expect(
        events.filter { !$0.tags.isEmpty || $0.isGraph }
          == undisturbed.filter { !$0.tags.isEmpty || $0.isGraph }, "stopped after \(step)")
      #expect(events.count { $0.isRestart } == (dead && step < 5 ? 0 : 1))
    }
  }

  @Test(
    .enabled(
      if: python != nil, "no Python with the tensorboard package (GAN_EXP_PYTHON names one)"))
  func theTensorboardPackageReadsWhatWasWrittenNumbersHistogramsPicturesTheGraph() throws {
    let python = try #require(Self.python)
    let scratch = try Scratch()
    let directory = "\(scratch.path)/run"
    let run = try setup(directory)
    _ = try train(run)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: python)
    process.arguments = ["-c", Self.reader, directory]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let read = try JSON(parsing: Array(bytes))

    let rows = LossRow.rows(of: try FileLayer().read("\(directory)/losses.csv"))
    #expect(rows.first?.columns.count == 6)
    for column in rows.first?.columns ?? [] {
      let name = column.rawValue
      let group =
        name.hasSuffix("_loss") ? "loss" : name.hasSuffix("_norm") ? "gradient_norm" : "score"
      let series = read["scalars"]?["\(group)/\(name)"]?.items ?? []
      #expect(series.compactMap { $0.items?[0].int } == rows.map(\.step), "\(name)")
      #expect(
        series.compactMap { $0.items?[1].double } == rows.compactMap { $0[column] }, "\(name)")
    }
    let rates = read["scalars"]?["learning_rate/generator"]?.items?.compactMap {
      $0.items?[1].double
    }
    #expect(rates?.count == 6)
    for (rate, step) in zip(rates ?? [], [2, 4, 6, 8, 10, 12]) {
      let full = 1e-3 * (1 - Double(step - 1) / 12)
      #expect(abs(rate - full) < 1e-6, "\(step)")
    }
    let parameters = run.program.states.filter { $0.role == .parameter }
    #expect(read["histograms"]?.members?.count == parameters.count)
    for state in parameters {
      let tag = state.name.replacing(".", with: "/", maxReplacements: 1)
      let series = read["histograms"]?[tag]?.items ?? []
      #expect(series.compactMap { $0.items?[0].int } == [3, 6, 9, 12], "\(tag)")
      #expect(
        series.compactMap { $0.items?[1].double }.allSatisfy {
          $0 == Double(state.type.shape.count)
        })
    }
    let pictures = read["images"]?["samples"]?.items ?? []
    #expect(pictures.compactMap { $0.items?[0].int } == [6, 12])
    let png = try FileLayer().read("\(directory)/samples/final.png")
    #expect(pictures.last?.items?[1].int == png.count)
    let nodes = read["graph"]?.items?.compactMap(\.string) ?? []
    #expect(nodes.contains("generator/0_linear <- z [-1, 4]"), "\(nodes)")
    #expect(
      nodes.contains("discriminator/0_flatten <- images, generator/4_image [-1, 12]"), "\(nodes)")
    let spec = try text("\(directory)/resolved.yaml")
    #expect(read["spec"]?.string == "```yaml\n\(spec)```\n")
    #expect(read["settings"]?["latent.size"]?.double == 3)
    #expect(read["settings"]?["loss.kind"]?.string == "least_squares")
    #expect(read["settings"]?["data.drop_last"]?.compact == "false")
    #expect(read["settings"]?["optimizer.generator.learning_rate"]?.double == 1e-3)
    #expect(read["settings"]?["record.log"] == nil && read["settings"]?["name"] == nil)
    #expect(read["ended"]?.string == "STATUS_SUCCESS")
  }

  @Test
  func aRunTellsItsSpecAndSettingsOnceAndItsEndWhenThereIsOne() throws {
    let scratch = try Scratch()
    let ends = [HyperParameters.endTag]
    let begins = ["spec", HyperParameters.startTag]
    func tags(_ directory: String) throws -> [[String]] {
      try ReadEvent.all(in: directory).map(\.tags).filter { $0 == ends || $0 == begins }
    }
    let directory = "\(scratch.path)/run"
    var stopped = try setup(directory)
    let asked = Counter()
    stopped.interrupt = { asked.next() < 7 ? 0 : 2 }
    _ = try train(stopped)
    #expect(try tags(directory) == [begins])
    _ = try train(try setup(directory))
    #expect(try tags(directory) == [begins, ends])
    let parameters = HyperParameters(
      resolved: "seed: 5\nname: x\nlabels: none\nlatent: {size: 3}\nrecord: {log: 1}", started: 1)
    #expect(parameters.settings.map(\.key) == ["seed", "labels", "latent.size"])
  }

  /// What `tensorboard` itself shows, read by its own classes.
  private static let reader = """
    import json, sys
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    events = EventAccumulator(sys.argv[1], size_guidance={
        "scalars": 0, "images": 0, "histograms": 0, "graph": 1, "tensors": 0}).Reload()
    tags = events.Tags()
    from tensorboard.plugins.hparams import api_pb2, metadata
    def told(tag):
        return events.SummaryMetadata(tag).plugin_data.content
    settings = metadata.parse_session_start_info_plugin_data(
        told(metadata.SESSION_START_INFO_TAG)).hparams
    ended = metadata.parse_session_end_info_plugin_data(told(metadata.SESSION_END_INFO_TAG))
    def shape(node):
        return [d.size for s in node.attr["_output_shapes"].list.shape for d in s.dim]
    print(json.dumps({
        "scalars": {t: [[e.step, e.value] for e in events.Scalars(t)] for t in tags["scalars"]},
        "histograms": {t: [[e.step, sum(e.histogram_value.bucket)] for e in events.Histograms(t)]
            for t in tags["histograms"]},
        "images": {t: [[e.step, len(e.encoded_image_string), e.width, e.height]
            for e in events.Images(t)] for t in tags["images"]},
        "spec": events.Tensors("spec")[0].tensor_proto.string_val[0].decode(),
        "settings": {k: getattr(v, v.WhichOneof("kind")) for k, v in settings.items()},
        "ended": api_pb2.Status.Name(ended.status),
        "graph": [f"{n.name} <- {', '.join(n.input)} {shape(n)}" for n in events.Graph().node],
    }))
    """

  private static let python: String? = {
    let named = ProcessInfo.processInfo.environment["GAN_EXP_PYTHON"]
    return [named, "/usr/bin/python3", "/usr/local/bin/python3"].compactMap(\.self).first { path in
      guard FileManager.default.isExecutableFile(atPath: path) else { return false }
      let process = Process()
      process.executableURL = URL(fileURLWithPath: path)
      process.arguments = ["-c", "import tensorboard"]
      process.standardError = FileHandle.nullDevice
      guard (try? process.run()) != nil else { return false }
      process.waitUntilExit()
      return process.terminationStatus == 0
    }
  }()
}

private final class DeathFlag: @unchecked Sendable {
  var isUp = false
}
