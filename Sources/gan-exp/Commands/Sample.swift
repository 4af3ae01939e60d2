import ArgumentParser
import Foundation
import Images
import Runner
import Spec

struct Sample: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Draws a grid from a checkpoint of a run; prints the picture's path.")

  @Argument(help: ArgumentHelp("A result directory.", valueName: "run"), completion: .directory)
  var directory: String

  @Option(help: ArgumentHelp("Which weights.", valueName: "last|best|step"))
  var checkpoint = "last"

  @Option(help: ArgumentHelp("Of the latents; else those of the run's own grids.", valueName: "n"))
  var seed: UInt64?

  @Option(help: ArgumentHelp("Rows and columns.", valueName: "4x5"))
  var grid: String?

  @Option(help: ArgumentHelp("Classes of the rows: 0..9, or 3,1,4.", valueName: "classes"))
  var labels: String?

  @Option(help: ArgumentHelp("Where the picture goes.", valueName: "file"))
  var to: String?

  @OptionGroup var machine: MachineOptions

  func validate() throws { _ = try request }

  /// What the options ask for.
  private var request: SampleRequest {
    get throws {
      guard let choice = CheckpointChoice(checkpoint) else {
        throw ValidationError("--checkpoint takes last, best or a step, not `\(checkpoint)`")
      }
      var request = SampleRequest()
      request.checkpoint = choice
      request.seed = seed
      request.grid = try grid.map(Self.grid)
      request.labels = try labels.map(Self.labels)
      return request
    }
  }

  func run() throws {
    let path = directory + "/resolved.yaml"
    guard FileManager.default.fileExists(atPath: path) else { throw notARun() }
    let experiment = try loadSpec(path, overrides: []).get()
    let request = try request
    try Failure.catching {
      let sample = try Runner.sample(
        run: directory, experiment: experiment, request, backend: machine.backend)
      let target = to ?? "\(experiment.name)-step-\(sample.step).png"
      try writePicture(sample.picture, to: target)
      print(target)
    }
  }

  private func notARun() -> Failure {
    let files = FileManager.default
    var lines = ["error: \(directory): not a result directory: no resolved.yaml in it"]
    if !files.fileExists(atPath: directory) {
      lines = ["error: \(directory): no such folder"]
    }
    // Names begin with the time, so the last one is the newest.
    let runs = ((try? files.contentsOfDirectory(atPath: directory)) ?? []).sorted()
      .filter { files.fileExists(atPath: "\(directory)/\($0)/resolved.yaml") }
    if let newest = runs.last {
      let folder = directory.hasSuffix("/") ? directory : directory + "/"
      lines.append("  = the newest run in it: \(folder)\(newest)")
    }
    return Failure(status: .files, message: lines.joined(separator: "\n"))
  }

  private static func grid(_ text: String) throws -> (rows: Int, columns: Int) {
    let parts = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let rows = parts[0], let columns = parts[1],
      (1...200).contains(rows), (1...200).contains(columns)
    else { throw ValidationError("--grid takes rows x columns such as 4x5, not `\(text)`") }
    return (rows, columns)
  }

  private static func labels(_ text: String) throws -> [Int] {
    let wrong = ValidationError("--labels takes classes such as 0..9 or 3,1,4, not `\(text)`")
    return try text.split(separator: ",", omittingEmptySubsequences: false).flatMap { part in
      let ends = part.split(separator: ".", omittingEmptySubsequences: true).map { Int($0) }
      if !part.contains("."), let single = Int(part) { return [single] }
      guard part.contains(".."), ends.count == 2, let low = ends[0], let high = ends[1],
        low <= high, high - low < 10_000
      else { throw wrong }
      return Array(low...high)
    }
  }
}
