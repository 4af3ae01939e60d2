import RunFormat
import Results

/// What a command writes into a file that it was asked for.
enum OutputKind: String {
  case png, jpeg = "jpg", pdf, gif, mp4, svg, html, safetensors, json, npy

  /// Endings that say so.
  private var suffixes: Set<String> {
    switch self {
    case .png: ["png", "apng"]
    case .jpeg: ["jpg", "jpeg"]
    case .pdf: ["pdf"]
    case .gif: ["gif"]
    case .mp4: ["mp4"]
    case .npy: ["npy"]
    case .svg: ["svg"]
    case .html: ["html", "htm"]
    case .safetensors: ["safetensors"]
    case .json: ["json"]
    }
  }

  private var words: String {
    switch self {
    case .png: "a PNG"
    case .jpeg: "a JPEG"
    case .pdf: "a PDF"
    case .gif: "a GIF"
    case .mp4: "an MP4"
    case .npy: "an array of NumPy"
    case .svg: "an SVG"
    case .html: "an HTML page"
    case .safetensors: "a safetensors file"
    case .json: "JSON"
    }
  }

  /// Endings that promise something, which it would not be.
  private static let promises: Set<String> = [
    "png", "apng", "jpg", "jpeg", "jpe", "jfif", "gif", "webp", "bmp", "tif", "tiff", "ico", "avif",
    "heic", "svg", "pdf", "eps", "ps", "html", "htm", "md", "txt", "json", "yaml", "yml", "csv",
    "tsv",
    "mp4", "webm", "mov", "avi", "npy", "npz", "pt", "pth", "ckpt", "bin", "onnx", "safetensors",
    "zip", "tar", "gz",
  ]

  /// What is written at this path where its ending chooses among some, the first where it says nothing.
  static func chosen(by path: String, among kinds: [OutputKind]) -> OutputKind {
    let name = path.lastPathComponent
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return kinds[0] }
    let suffix = name[name.index(after: dot)...].lowercased()
    return kinds.first { $0.suffixes.contains(suffix) } ?? kinds[0]
  }

  /// Before the work is done: whether the file may be written where it is asked for.
  func check(_ path: String) throws {
    if path.isEmpty {
      throw Failure(
        status: .commandLine, message: "error: a path is empty\n  = name the file: name.\(rawValue)"
      )
    }
    try refuseInsideRun(path)
    let name = path.lastPathComponent
    if path.hasSuffix("/") || PlainFiles.isFolder(path) {
      throw Failure(
        status: .commandLine,
        message: "error: \(path) is a folder\n  = name the file: \(path.trimmingSlashes)/"
          + "name.\(rawValue)")
    }
    guard !PlainFiles.isSpecial(path), let dot = name.lastIndex(of: "."), dot != name.startIndex
    else { return }
    let suffix = name[name.index(after: dot)...].lowercased()
    guard Self.promises.contains(suffix), !suffixes.contains(suffix) else { return }
    throw Failure(
      status: .commandLine,
      message: "error: \(path) is named like a .\(suffix) file, and \(words) is written\n"
        + "  = name it \(path.dropLast(suffix.count))\(rawValue)")
  }
}
