import Foundation
import Images
import RunFormat
import Spec
import Testing

@testable import Watch

/// A folder of results that a test writes, made anew for each.
final class Folder: Sendable {
  /// Absolute, without links.
  let path: String

  init() {
    let made = NSTemporaryDirectory() + "gan-exp-watch-\(UUID().uuidString)"
    try? FileManager.default.createDirectory(atPath: made, withIntermediateDirectories: true)
    path = PlainFiles.absolute(made) ?? made
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The machine the tests pretend to be; process 100 lives.
  static let reader = Reader(
    ProcessIdentity(pid: 1, host: "desk", boot: "boot-1", namespace: nil, start: nil),
    now: Moment("2026-11-21T12:00:00Z") ?? .now,
    look: { $0 == 100 ? .there(start: nil) : .gone })

  func write(_ name: String, _ text: String) { write(name, Array(text.utf8)) }

  func write(_ name: String, _ bytes: [UInt8]) {
    let file = URL(fileURLWithPath: "\(path)/\(name)")
    try? FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try? Data(bytes).write(to: file)
  }

  /// Adds to the end of a file, as a run does.
  func append(_ name: String, _ text: String) throws {
    let file = try #require(FileHandle(forWritingAtPath: "\(path)/\(name)"))
    try file.seekToEnd()
    try file.write(contentsOf: Data(text.utf8))
    try file.close()
  }

  func remove(_ name: String) throws {
    try FileManager.default.removeItem(atPath: "\(path)/\(name)")
  }

  func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: "\(path)/\(name)", withDestinationPath: target)
  }

  static let header = "step,epoch,images,d_loss,g_loss\n"

  static func row(_ step: Int, _ value: Double = 0.5) -> String {
    "\(step),1,\(step * 64),\(value),\(value + 1)\n"
  }

  /// A run with `rows` rows, a hundred steps each.
  func addRun(
    _ name: String = "gan/20261121T0253-9f3a2c", state: String = "running", step: Int = 300,
    rows: Int = 3, metric: Double? = nil, picture: Bool = true
  ) {
    let status = RunStatus(
      .map([
        "state": .text(state), "step": .integer(step), "steps": .integer(1000),
        "epoch": .integer(1), "started": .text("2026-11-21T11:50:00Z"),
        "heartbeat": .text("2026-11-21T11:59:50Z"), "pid": .integer(100), "host": .text("desk"),
        "boot": .text("boot-1"),
      ]))
    write("\(name)/status.json", status.json.text + "\n")
    write("\(name)/resolved.yaml", "version: 1\nname: gan\nseed: 1\n")
    write(
      "\(name)/losses.csv",
      Self.header + (0..<rows).map { Self.row(($0 + 1) * 100) }.joined())
    write(
      "\(name)/timing.csv", "step,seconds,images_per_second,waited\n100,10,640,0\n300,20,640,0\n")
    if let metric {
      write(
        "\(name)/metrics.csv",
        MetricsRow.header
          + [(100, metric + 1), (300, metric)].map { step, value in
            MetricsRow(
              step: step, epoch: 1, images: step * 64, metric: "modes", value: value, samples: 512,
              seed: 0, weights: "raw", settings: ""
            ).csv
          }.joined())
    }
    if picture { write("\(name)/samples/step-00000100.png", Self.picture) }
  }

  static let picture: [UInt8] = {
    let raster = Raster(width: 8, height: 8, channels: 1, pixels: Array(repeating: 90, count: 64))
    return (try? encodePNG(raster)) ?? []
  }()

  /// A sweep over two latent sizes; the folders of its trials are made by ``addRun(_:state:step:rows:metric:picture:)``.
  ///
  /// - Returns: the names of the trials.
  func addSweep(_ name: String = "gan/20261121T0300-aaaaaa") -> [String] {
    let trials = (0..<3).map { index in
      PlannedTrial(
        index: index,
        point: SweepPoint(
          settings: [.init(path: "latent.size", text: ["8", "16", "32"][index])], replicate: 0),
        seed: 1, specDigest: "digest", dataDigest: "data", numericsVersion: 3)
    }
    write("\(name)/plan.jsonl", trials.map { $0.json.compact + "\n" }.joined())
    write(
      "\(name)/resolved.yaml",
      "version: 1\nname: gan\nmetrics:\n  objective: {maximize: modes}\n")
    write("\(name)/trials/.keep", "")
    return trials.map(\.name)
  }
}
