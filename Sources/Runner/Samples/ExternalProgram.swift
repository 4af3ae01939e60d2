import CLibrary
import RunFormat

/// A program that is used where it is installed, and that nothing else here needs.
package struct ExternalProgram: Sendable {
  private let name: String
  /// How it comes on Debian.
  private let package: String

  /// SVG → PNG.
  package static let svgConverter = ExternalProgram(name: "rsvg-convert", package: "librsvg2-bin")
  /// Pictures → a film.
  package static let filmMaker = ExternalProgram(name: "ffmpeg", package: "ffmpeg")

  /// No picture takes it longer.
  private static let patience = 1800.0

  /// What it makes of some bytes, from one file into another.
  ///
  /// - Parameters:
  ///   - endings: of the file that it reads and of the one that it writes.
  ///   - purpose: `an MP4`.
  ///   - instead: what else may be asked for.
  ///   - environment: `NAME=value`, of this process.
  ///   - arguments: with the paths of both files among them.
  /// - Throws: `.file` where it is not installed, or fails, in its words.
  package func output(
    of input: [UInt8], endings: (from: String, to: String), purpose: String, instead: String,
    environment: [String], files: FileLayer = FileLayer(),
    _ arguments: (_ from: String, _ to: String) -> [String]
  ) throws(RunError) -> [UInt8] {
    func variable(_ name: String) -> String? {
      environment.first { $0.hasPrefix("\(name)=") }.map { String($0.dropFirst(name.count + 1)) }
    }
    guard let path = ChildProcess.find(name, in: variable("PATH") ?? "/usr/bin:/bin") else {
      throw .file(
        path: name, action: "make \(purpose)",
        reason: "it is not installed\n  = apt-get install \(package), or \(instead)")
    }
    let place = variable("TMPDIR").flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
    let folder = "\(place)/gan-exp-\(String(UInt64.random(in: 0 ... .max), radix: 16))"
    try files.makeDirectories(folder)
    defer { try? files.remove(folder) }
    let (from, to) = ("\(folder)/in.\(endings.from)", "\(folder)/out.\(endings.to)")
    try files.create(from, input)
    let ended = ChildProcess(path: path, environment: environment)
      .run(arguments(from, to), seconds: Self.patience)
    guard let ended, ended.exitCode == 0, files.exists(to) else {
      let last = ended?.errors.split(whereSeparator: \.isNewline).last.map { ": \($0)" } ?? ""
      let code = ended?.exitCode.map { "it ended with \($0)" } ?? "it did not come to an end"
      throw .file(path: name, action: "make \(purpose)", reason: code + last)
    }
    return try files.read(to)
  }
}
