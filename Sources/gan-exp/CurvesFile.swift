import Charts
import Foundation
import Runner

/// Curves as what the ending of their file says: an SVG, a PDF, or a PNG where a converter is installed.
enum CurvesFile {
  static func kind(of path: String) -> OutputKind {
    OutputKind.chosen(by: path, among: [.svg, .pdf, .png])
  }

  static func write(_ picture: ChartPicture, to path: String) throws {
    let kind = kind(of: path)
    try kind.check(path)
    try writeOutput(try bytes(of: picture, as: kind, path), to: path, as: kind)
  }

  private static func bytes(
    of picture: ChartPicture, as kind: OutputKind, _ path: String
  ) throws -> [UInt8] {
    let svg = Array(picture.svg.utf8)
    switch kind {
    case .pdf:
      let (bytes, missing) = picture.pdf
      if missing > 0 {
        Terminal.error(
          "note: \(path): \(missing) characters are question marks: Helvetica, which every reader of PDF "
            + "has, lacks them; an SVG has them all")
      }
      return bytes
    case .png:
      // Twice the size of the chart, as screens and pages show it sharp.
      return try Failure.catching {
        try ExternalProgram.svgConverter.output(
          of: svg, endings: ("svg", "png"), purpose: "a PNG of curves",
          instead: "name it .svg or .pdf",
          environment: ProcessInfo.processInfo.environment.pairs
        ) { ["--zoom", "2", "--format", "png", "--output", $1, $0] }
      }
    case .svg, .jpeg, .gif, .mp4, .html, .safetensors, .json, .npy: return svg
    }
  }
}
