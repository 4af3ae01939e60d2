import ArgumentParser
import Images
import Results
import RunFormat
import Runner

struct Animate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Makes one moving picture of a run's grids; prints its path.",
    discussion: """
      An animated PNG: browsers and most viewers play it, others show the first grid. It repeats, and \
      stays on the last grid for two seconds.
      """)

  @Argument(
    help: ArgumentHelp("A folder, the beginning of an id, @last or @best.", valueName: "run"),
    completion: Completions.runs)
  var reference: String

  @Option(help: ArgumentHelp("The trained weights, or their moving average.", valueName: "raw|ema"))
  var weights = "raw"

  @Option(help: ArgumentHelp("Grids a second, 1 to 50.", valueName: "n"))
  var rate = 4

  @Option(help: ArgumentHelp("Where the picture goes.", valueName: "file"))
  var to: String?

  @OptionGroup var results: ResultsOptions

  func validate() throws {
    guard ["raw", "ema"].contains(weights) else {
      throw ValidationError("--weights takes raw or ema, not `\(weights)`")
    }
    guard (1...50).contains(rate) else {
      throw ValidationError("--rate takes a number from 1 to 50, not \(rate)")
    }
  }

  /// Another one for whatever makes another picture.
  private func fileName(_ run: Results.Run) -> String {
    let kind = (weights == "ema" ? "-ema" : "") + (rate == 4 ? "" : "-rate-\(rate)")
    return "\(RunReference.fileName(of: run.path, name: run.name))-training\(kind).png"
  }

  func run() throws {
    if let to { try OutputKind.png.check(to) }
    let run = try results.run(reference)
    let frames: [Raster]
    do throws(ReadingError) {
      frames = try run.frames(averaged: weights == "ema")
    } catch {
      throw Failure(status: .files, message: "error: \(error)")
    }
    let bytes = try encodeAnimatedPNG(frames, delay: 1000 / rate, lastDelay: 2000)
    let target = to ?? fileName(run)
    try writeOutput(bytes, to: target, as: .png)
    try Output.result(target)
  }
}
