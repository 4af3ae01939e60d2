import ArgumentParser
import Foundation
import Images
import Results
import RunFormat
import Runner

struct Animate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Makes one moving picture of a run's grids; prints its path.",
    discussion: """
      An animated PNG: browsers and most viewers play it, others show the first grid. It repeats, and \
      stays on the last grid for two seconds. --to NAME.gif writes a GIF, --to NAME.mp4 a film, by ffmpeg \
      where it is installed.
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

  private func bytes(of frames: [Raster], as kind: OutputKind) throws -> [UInt8] {
    switch kind {
    case .gif:
      let (bytes, isReduced) = encodeGIF(frames, delay: max(2, 100 / rate), lastDelay: 200)
      if isReduced {
        Terminal.error("note: a GIF has 256 colours, the grids have more: the nearest are taken")
      }
      return bytes
    case .mp4:
      // Films have no frame that stays: the last one is repeated for its two seconds.
      let last = [Raster](repeating: frames[frames.count - 1], count: 2 * rate - 1)
      let pictures = try (frames + last).flatMap { try encodePNG($0) }
      return try Failure.catching {
        try ExternalProgram.filmMaker.output(
          of: pictures, endings: ("png", "mp4"), purpose: "an MP4",
          instead: "name it .gif or .png",
          environment: ProcessInfo.processInfo.environment.pairs
        ) { from, to in
          // Players want even sides, and colours at a quarter of the size: larger pixels keep them.
          ["-loglevel", "error", "-nostdin", "-f", "image2pipe", "-c:v", "png"]
            + ["-framerate", "\(rate)", "-i", from, "-vf", "scale=iw*2:ih*2:flags=neighbor"]
            + ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-crf", "18", "-movflags", "+faststart"]
            + ["-y", to]
        }
      }
    case .png, .jpeg, .pdf, .svg, .html, .safetensors, .json, .npy:
      return try encodeAnimatedPNG(frames, delay: 1000 / rate, lastDelay: 2000)
    }
  }

  func run() throws {
    let kind = to.map { OutputKind.chosen(by: $0, among: [.png, .gif, .mp4]) } ?? .png
    if let to { try kind.check(to) }
    let run = try results.run(reference)
    let frames: [Raster]
    do throws(ReadingError) {
      frames = try run.frames(averaged: weights == "ema")
    } catch {
      throw Failure(status: .files, message: "error: \(error)")
    }
    let target = to ?? fileName(run)
    try writeOutput(try bytes(of: frames, as: kind), to: target, as: kind)
    try Output.result(target)
  }
}
