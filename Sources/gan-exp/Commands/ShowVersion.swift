import ArgumentParser
import CPUBackend

struct ShowVersion: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "version",
    abstract: "Says what this program is made of: version, commit, libraries, devices.",
    discussion: "`gan-exp doctor` tries the devices and says what to do for those that are missing."
  )

  func run() throws {
    var rows = [
      ("gan-exp", programVersion), ("commit", programCommit ?? "unknown"),
      ("numbers", "version \(numericsVersion)"),
    ]
    rows += CPUBackend.libraries + Device.fileLibraries
    rows.append(
      ("devices", Device.named.filter(\.hasFiles).map(\.rawValue).joined(separator: ", ")))
    let width = rows.map(\.0.count).max() ?? 0
    for (name, value) in rows { try Output.line("\(name.padded(to: width))  \(value)") }
  }
}

extension Device {
  /// Whether what it needs besides this program has been found; nothing is opened.
  fileprivate var hasFiles: Bool {
    if case .plugin(let kind) = self { return !kind.find().files.isEmpty }
    return isInstalled
  }
}

/// What `--version` prints.
var versionLine: String {
  "gan-exp \(programVersion)" + (programCommit.map { " (\($0))" } ?? " (unknown commit)")
}
