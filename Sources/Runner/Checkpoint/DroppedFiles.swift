import RunFormat
import Spec

/// What has been taken out of a checkpoint since it was written, as its state.json says.
enum DroppedFiles {
  private static let key = "dropped"

  static func names(in state: JSON) -> [String] {
    state[key]?.items?.compactMap(\.string) ?? []
  }

  /// Of the checkpoint in a folder.
  static func names(in folder: String, _ files: FileLayer) throws(RunError) -> [String] {
    names(in: try LoadedCheckpoint.state(at: "\(folder)/state.json", files))
  }

  /// Takes a file out of a checkpoint, which stays one: first it is no longer told of, then it goes.
  ///
  /// - Parameter check: asked before anything is in place.
  static func drop(
    _ file: CheckpointFile, from folder: String, _ files: FileLayer,
    check: () throws(RunError) -> Void
  ) throws(RunError) {
    let path = "\(folder)/state.json"
    let state = try LoadedCheckpoint.state(at: path, files)
    let dropped = names(in: state)
    if !dropped.contains(file.name) {
      let members = (state.members ?? []).filter { $0.0 != key }.map { name, value in
        guard name == "sha256", let digests = value.members else { return (name, value) }
        return (name, JSON.object(digests.filter { $0.0 != file.name }))
      }
      let left = members + [(key, .list((dropped + [file.name]).map(JSON.text)))]
      try files.replace(path, with: JSON.object(left).sealed.fileBytes, check: check)
    }
    let place = "\(folder)/\(file.name)"
    if try files.isThere(place) {
      try check()
      try files.withdraw(place)
    }
  }

  /// Whether training can go on in a run.
  ///
  /// - Throws: `.request` where its newest checkpoint lacks what training needs.
  static func requireNone(in run: String, _ files: FileLayer) throws(RunError) {
    let store = CheckpointStore(run: run, files: files)
    guard let step = try store.steps().last else { return }
    let folder = "\(store.path)/\(CheckpointStore.folder(step: step))"
    // One that is damaged is passed over later, with its reason.
    guard let names = try? names(in: folder, files), let first = names.first else { return }
    throw refusal(run, step: step, first)
  }

  static func refusal(_ run: String, step: Int, _ file: String) -> RunError {
    .request(
      "\(run): \(file) of step \(step) was dropped (`gan-exp prune --drop optimizer`): it can be sampled "
        + "from, and training cannot go on\n"
        + "  = a new run can start from its weights: architecture.weights: "
        + "{generator: \(run), discriminator: \(run)}")
  }
}

/// Whether training can go on in a run.
///
/// - Throws: `.request` where its newest checkpoint lacks what training needs.
package func requireWholeCheckpoint(
  of run: String, files: FileLayer = FileLayer()
) throws(RunError) {
  try DroppedFiles.requireNone(in: run, files)
}
