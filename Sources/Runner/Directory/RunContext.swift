import Images
import RunFormat
import Spec
import TensorCore

/// What only the program as a whole knows of a run: goes to environment.json.
package struct RunContext: Sendable {
  package let programVersion: String
  /// That it was built from, where the build was told.
  package let programCommit: String?
  /// Changes whenever the same spec may give other numbers.
  package let numericsVersion: Int
  package let device: String
  package let threads: Int
  /// Names and versions, `oneDNN: 2.6.3`.
  package let libraries: [(name: String, version: String)]
  package let commandLine: [String]
  /// In which the data are looked for, before the one in which the program was started.
  package let dataFolders: [String]

  package init(
    programVersion: String, numericsVersion: Int, device: String, threads: Int,
    libraries: [(name: String, version: String)], commandLine: [String],
    dataFolders: [String] = [], programCommit: String? = nil
  ) {
    self.programVersion = programVersion
    self.programCommit = programCommit
    self.numericsVersion = numericsVersion
    self.device = device
    self.threads = threads
    self.libraries = libraries
    self.commandLine = commandLine
    self.dataFolders = dataFolders
  }

  /// - Parameters:
  ///   - products: what the device rounds their operands to; nil for a sweep, whose trials say it.
  ///   - weightsDigest: of what networks start from; nil: they are drawn, or stand in a checkpoint.
  ///   - skipped: pictures of the data source that were left out.
  ///   - unread: files beside them that are not read.
  func environment(
    products: ProductPrecision? = nil, dataDigest: String, weightsDigest: String? = nil,
    skipped: [BadImage] = [],
    unread: UnreadFiles = UnreadFiles(), started: Moment
  ) -> JSON {
    let tree = WorkTree.current
    return .map([
      "program": .map([
        "name": .text("gan-exp"), "version": .text(programVersion),
        "commit": programCommit.map(JSON.text),
        "numerics": .integer(numericsVersion),
      ]),
      "command": .list(commandLine.map(JSON.text)),
      "folder": PlainFiles.absolute(".").map(JSON.text),
      "data_folders": .list(dataFolders.compactMap(PlainFiles.absolute).map(JSON.text)),
      "started": .text(started.iso),
      "device": .text(device),
      "products": products.map { .text($0.rawValue) },
      "threads": .integer(threads),
      "machine": Machine.json(),
      "libraries": .object(
        libraries.map { ($0.name, .text($0.version)) }),
      "git_commit": tree?.commit.map(JSON.text),
      "git_changed": tree?.isChanged.map(JSON.flag),
      "git_diff_sha256": tree?.difference.map(JSON.text),
      "data_digest": .text(dataDigest),
      "weights_digest": weightsDigest.map(JSON.text),
      "data_skipped": skipped.isEmpty
        ? nil
        : .map([
          "count": .integer(skipped.count),
          "first": .list(skipped.prefix(100).map { .text("\($0.name): \($0.reason)") }),
        ]),
      "data_unread": unread.count == 0
        ? nil
        : .map(["count": .integer(unread.count), "files": .text(unread.words)]),
    ])
  }
}
