import Images
import ModelBuilder
import Spec
import TensorCore

/// The result directory of one run, and the only hand that writes in it.
package final class RunDirectory {
  package let path: String
  let files: FileLayer
  private let process = ProcessIdentity.current()
  private let started: String

  private init(_ path: String, started: String, files: FileLayer) {
    (self.path, self.started, self.files) = (path, started, files)
  }

  /// Makes `results/NAME/TIME-DIGEST`, which nobody else has or will have.
  ///
  /// The files that say what is run are in it when this returns; when one of them cannot be written,
  /// the directory is gone again.
  package static func create(
    in results: String, _ experiment: Experiment, context: RunContext, dataDigest: String,
    files: FileLayer
  ) throws(RunError) -> RunDirectory {
    let folder = "\(results)/\(experiment.name)"
    guard !experiment.name.contains("/"), !experiment.name.hasPrefix(".") else {
      throw .file(
        path: folder, action: "create the folder",
        reason: "a name with a slash or a leading dot cannot be the name of a folder")
    }
    let now = Timestamp.now
    let resolved = experiment.resolvedYAML(comments: false)
    try files.makeDirectories(folder)
    let stem = "\(folder)/\(now.compact)-\(sha256(Array(resolved.utf8)).prefix(6))"
    var path = stem
    var attempt = 1
    while try !files.makeDirectory(path) {
      attempt += 1
      path = "\(stem)-\(attempt)"
    }
    let directory = RunDirectory(path, started: now.iso, files: files)
    do throws(RunError) {
      for folder in ["samples", "checkpoints"] {
        _ = try files.makeDirectory("\(path)/\(folder)")
      }
      try directory.write("spec.yaml", experiment.source.lines.joined(separator: "\n"))
      try directory.write("resolved.yaml", resolved)
      try directory.write(
        "environment.json",
        context.environment(dataDigest: dataDigest, started: now.iso).text + "\n")
      try directory.write("losses.csv", LossRow.header)
      try directory.write("timing.csv", "step,seconds,images_per_second\n")
    } catch {
      try? files.remove(path)
      throw error
    }
    return directory
  }

  func write(_ name: String, _ text: String) throws(RunError) {
    try files.replace("\(path)/\(name)", with: Array(text.utf8))
  }

  /// Adds lines to losses.csv, timing.csv or log.txt, visible to readers at once.
  func append(_ name: String, _ text: String) throws(RunError) {
    try files.append("\(path)/\(name)", Array(text.utf8))
  }

  func log(_ line: String) throws(RunError) {
    try append("log.txt", "\(Timestamp.now.iso) \(line)\n")
  }

  func writeStatus(_ status: RunStatus) throws(RunError) {
    try write("status.json", statusText(status))
  }

  /// The last word of a run that failed, which may be because no file can be created any more: then
  /// it goes over the old one, in the room that one has.
  func writeLastStatus(_ status: RunStatus) {
    do throws(RunError) {
      try writeStatus(status)
    } catch {
      try? files.overwrite("\(path)/status.json", Array(statusText(status).utf8))
    }
  }

  private func statusText(_ status: RunStatus) -> String {
    status.json(process: process, started: started, heartbeat: Timestamp.now.iso).text
      + "\n"
  }

  /// - Returns: the path of the picture.
  @discardableResult
  func writePicture(_ name: String, _ picture: Raster) throws(RunError) -> String {
    let path = "\(path)/samples/\(name)"
    try files.replace(path, with: try png(picture, path: path))
    return path
  }

  // MARK: Checkpoints

  private var store: CheckpointStore { CheckpointStore(run: path, files: files) }

  /// Writes a checkpoint as one unit and points `latest` at it.
  func saveCheckpoint(
    _ state: CheckpointState, of states: [StateDeclaration],
    read: (StateDeclaration) throws(RunError) -> HostTensor
  ) throws(RunError) -> String {
    let name = CheckpointStore.folder(step: state.step)
    let folder = "\(store.path)/\(name)"
    try files.publish(folder) { draft throws(RunError) in
      try draft.writeCheckpoint(state, of: states, read: read)
    }
    try files.replace("\(store.path)/latest", with: Array("\(name)\n".utf8))
    return folder
  }

  /// Takes the oldest checkpoints away, all but `count`.
  func keepCheckpoints(_ count: Int) throws(RunError) {
    for step in try store.steps().dropLast(max(1, count)) {
      try files.withdraw("\(store.path)/\(CheckpointStore.folder(step: step))")
    }
  }

  /// The newest checkpoint, if there is one.
  func latestCheckpoint() throws(RunError) -> LoadedCheckpoint? {
    guard try !store.steps().isEmpty else { return nil }
    return try LoadedCheckpoint(try store.resolve(.last), files: files)
  }
}

/// The bytes of a PNG file for `picture`.
func png(_ picture: Raster, path: String) throws(RunError) -> [UInt8] {
  do throws(PNGError) {
    return try encodePNG(picture)
  } catch {
    throw .file(path: path, action: "write the picture", reason: error.reason)
  }
}
