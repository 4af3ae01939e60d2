import Foundation
import Images
import RunFormat
import Spec

@testable import Results

/// A folder of result directories as `gan-exp run` leaves them, made anew for each test.
final class SampleRuns: Sendable {
  let path: String

  init() {
    path = NSTemporaryDirectory() + "gan-exp-results-\(UUID().uuidString)"
    try? FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The machine the tests pretend to be; process 100 lives.
  static let reader = Reader(
    ProcessIdentity(pid: 1, host: "desk", boot: "boot-1", namespace: nil, start: nil),
    now: Moment("2026-11-21T12:00:00Z") ?? .now,
    look: { $0 == 100 ? .there(start: nil) : .gone })

  struct Shape {
    var name = "gan"
    var id = "20261121T0253-9f3a2c"
    var state = "finished"
    var seed = 1
    var rate = "2e-4"
    var loss = "cross_entropy"
    var latent = 64
    var step = 1000
    var steps = 1000
    var rows = 10
    var finalLoss = 0.7
    var started = "2026-11-21T02:53:08Z"
    var heartbeat = "2026-11-21T03:03:08Z"
    var pid = 100
    var host = "desk"
    var boot = "boot-1"
    var objective: String?
    var metric: Double?
    var pictures = true
  }

  @discardableResult
  func add(_ shape: Shape, in folder: String? = nil) -> String {
    let run = folder.map { "\(path)/\($0)" } ?? "\(path)/\(shape.name)/\(shape.id)"
    write("\(run)/status.json", Self.status(shape))
    write("\(run)/resolved.yaml", Self.resolved(shape))
    write("\(run)/spec.yaml", Self.spec(shape))
    write("\(run)/environment.json", Self.environment(shape))
    write("\(run)/losses.csv", Self.losses(shape))
    write("\(run)/timing.csv", Self.timing(shape))
    write("\(run)/log.txt", "\(shape.started) started: \(shape.steps) rounds\n")
    if let metric = shape.metric {
      write("\(run)/metrics.csv", Self.metrics(shape, metric))
    }
    if shape.pictures {
      for (index, step) in [500, shape.step].enumerated() {
        let name = index == 0 ? "step-00000500" : "final"
        writePicture("\(run)/samples/\(name).png", shade: UInt8(60 + step / 10 % 150))
      }
      writePicture("\(run)/samples/real.png", shade: 250)
      write("\(run)/checkpoints/step-00001000/state.json", "{}\n")
      write("\(run)/checkpoints/latest", "step-00001000\n")
    }
    return run
  }

  /// Every file below, with its size and the moment of its last change.
  func listing() throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: path).sorted().map { name in
      let facts = try FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")
      return "\(name) \(facts[.size] ?? "") \(facts[.modificationDate] ?? "")"
    }
  }

  func write(_ path: String, _ text: String) {
    let folder = (path as NSString).deletingLastPathComponent
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try? Data(text.utf8).write(to: URL(fileURLWithPath: path))
  }

  func writePicture(_ path: String, shade: UInt8, width: Int = 34, height: Int = 26) {
    let pixels = (0..<width * height).map { UInt8((Int(shade) + $0 % width) % 256) }
    let raster = Raster(width: width, height: height, channels: 1, pixels: pixels)
    let folder = (path as NSString).deletingLastPathComponent
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try? Data((try? encodePNG(raster)) ?? []).write(to: URL(fileURLWithPath: path))
  }

  static func status(_ shape: Shape) -> String {
    // By way of JSON, so that a word of another version can stand there too.
    let said = RunStatus(
      .map([
        "state": .text(shape.state), "step": .integer(shape.step), "steps": .integer(shape.steps),
        "epoch": .integer(3), "started": .text(shape.started), "heartbeat": .text(shape.heartbeat),
        "reason": shape.state == "diverged" ? .text("d_loss is nan at step 700") : nil,
        "pid": .integer(shape.pid), "host": .text(shape.host), "boot": .text(shape.boot),
      ]))
    return said.json.text + "\n"
  }

  static func spec(_ shape: Shape) -> String {
    """
    version: 1
    name: \(shape.name)
    seed: \(shape.seed)
    data: {source: mnist, batch: 128}
    latent: {size: \(shape.latent)}
    architecture:
      generator:
        - linear: 128
        - relu
    loss: \(shape.loss)
    optimizer: {kind: adam, learning_rate: \(shape.rate)}

    """
  }

  static func resolved(_ shape: Shape) -> String {
    let optimizer = """
          kind: adam
          learning_rate: \(shape.rate)
          betas: [0.5, 0.999]
      """
    return """
      version: 1
      name: \(shape.name)
      description: none
      seed: \(shape.seed)
      data:
        source: mnist
        batch: 128
      latent:
        size: \(shape.latent)
        distribution: normal
      architecture:
        generator:
          - linear: {units: 128, bias: true}
          - relu
      loss:
        kind: \(shape.loss)
      optimizer:
        generator:
      \(optimizer)
        discriminator:
      \(optimizer)
      record:
        log: 100 steps
      \(shape.objective.map { "metrics:\n  objective: {\($0): modes}\n" } ?? "")
      """
  }

  static func environment(_ shape: Shape) -> String {
    let command = ["gan-exp", "run", "gan.yaml", "--set", "latent.size=\(shape.latent)"]
    return JSON.map([
      "program": .map([
        "name": .text("gan-exp"), "version": .text("0.1.0"), "numerics": .integer(1),
      ]),
      "command": .list(command.map(JSON.text)), "started": .text(shape.started),
      "device": .text("cpu"), "threads": .integer(2),
      "machine": .map([
        "host": .text(shape.host), "cores": .integer(2), "processor": .text("A processor"),
      ]),
      "libraries": .map(["oneDNN": .text("2.6.3")]),
      "git_commit": .text("0123456789abcdef0123456789abcdef01234567"),
      "data_digest": .text("feedface00112233"),
    ]).text + "\n"
  }

  private static let columns: [LossColumn] = [
    "d_loss", "g_loss", "d_real", "d_fake", "d_gradient_norm", "g_gradient_norm",
  ]

  static func losses(_ shape: Shape) -> String {
    let rows = max(1, shape.rows)
    return LossRow.header(columns)
      + (1...rows).map { row in
        let step = row * shape.step / rows
        let fade = 1 - Double(row) / Double(rows)
        return LossRow(
          step: step, epoch: 1 + (step - 1) / 400, images: step * 128, columns: columns,
          means: [
            "d_loss": shape.finalLoss + fade, "g_loss": shape.finalLoss * 2 - fade / 2,
            "d_real": 0.6, "d_fake": 0.4, "g_gradient_norm": 1.5,
          ]
        ).csv
      }.joined()
  }

  private static func timing(_ shape: Shape) -> String {
    TimingRow.header
      + TimingRow(step: shape.step, seconds: 600, imagesPerSecond: 4321.5, waited: 2).csv
  }

  private static func metrics(_ shape: Shape, _ value: Double) -> String {
    MetricsRow.header
      + [(500, 3), (shape.step, value)].map { step, value in
        MetricsRow(
          step: step, epoch: 1 + (step - 1) / 400, images: step * 128, metric: "modes",
          value: value, samples: 512, seed: 0, weights: "raw", settings: ""
        ).csv
      }.joined()
  }
}
