import Spec

/// The directory of a sweep: `results/NAME/TIME-DIGEST` with its plan, its journal and its trials.
package struct SweepDirectory: Sendable {
  package let path: String
  package let trials: [PlannedTrial]
  let files: FileLayer

  package func folder(_ trial: PlannedTrial) -> String { "\(path)/trials/\(trial.name)" }

  package var journal: Journal { Journal(sweep: path, files: files) }

  /// The newest sweep in `results/NAME` with the same trials, or a new directory for them. `isNew`
  /// says which.
  package static func open(
    _ trials: [PlannedTrial], of experiment: Experiment, merged: String, context: RunContext,
    dataDigest: String, results: String, fresh: Bool, files: FileLayer = FileLayer()
  ) throws(RunError) -> (sweep: SweepDirectory, isNew: Bool) {
    let plan = Self.plan(trials)
    if !fresh, let known = try newest(in: "\(results)/\(experiment.name)", plan: plan, files) {
      return (SweepDirectory(path: known, trials: trials, files: files), false)
    }
    let path = try RunDirectory.makeFolder(in: results, experiment, files)
    let sweep = SweepDirectory(path: path, trials: trials, files: files)
    do throws(RunError) {
      _ = try files.makeDirectory("\(path)/trials")
      _ = try files.makeDirectory("\(path)/logs")
      let environment = context.environment(dataDigest: dataDigest, started: Timestamp.now.iso)
      try files.replace(
        "\(path)/spec.yaml", with: Array(experiment.source.lines.joined(separator: "\n").utf8))
      try files.replace("\(path)/resolved.yaml", with: Array(merged.utf8))
      try files.replace("\(path)/environment.json", with: environment.fileBytes)
      // Last: a directory with a plan is whole.
      try files.replace("\(path)/plan.jsonl", with: plan)
    } catch {
      try? files.remove(path)
      throw error
    }
    return (sweep, true)
  }

  private static func plan(_ trials: [PlannedTrial]) -> [UInt8] {
    var text = ""
    for trial in trials { text += trial.json.compact + "\n" }
    return Array(text.utf8)
  }

  private static func newest(
    in folder: String, plan: [UInt8], _ files: FileLayer
  ) throws(RunError) -> String? {
    guard files.isDirectory(folder) else { return nil }
    for name in try files.list(folder).reversed() {
      let path = "\(folder)/\(name)"
      if let bytes = try? files.read("\(path)/plan.jsonl"), bytes == plan { return path }
    }
    return nil
  }

  /// A sweep from its directory alone.
  package init(reading path: String, files: FileLayer = FileLayer()) throws(RunError) {
    (self.path, self.files) = (path, files)
    let bytes = try files.read("\(path)/plan.jsonl")
    var trials: [PlannedTrial] = []
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      guard let json = try? JSON(parsing: line), let trial = PlannedTrial(json),
        trial.index == trials.count
      else {
        throw .damaged(
          path: "\(path)/plan.jsonl", reason: "line \(trials.count + 1) is no trial")
      }
      trials.append(trial)
    }
    self.trials = trials
  }

  init(path: String, trials: [PlannedTrial], files: FileLayer) {
    (self.path, self.trials, self.files) = (path, trials, files)
  }

  /// Writes summary.csv: a row a trial, with what it set and where it stands.
  func writeSummary(_ states: [TrialState]) throws(RunError) {
    var paths: [String] = []
    for setting in trials.flatMap(\.point.settings) where !paths.contains(setting.path) {
      paths.append(setting.path)
    }
    var text =
      (["index", "name", "state"] + paths + ["seed", "step", "seconds", "d_loss", "g_loss"])
      .map(Self.cell).joined(separator: ",") + "\n"
    for (trial, state) in zip(trials, states) {
      let result = (try? files.read("\(folder(trial))/result.json", limit: 1 << 20))
        .flatMap { try? JSON(parsing: $0) }
      let row = result == nil ? nil : lastRow(of: trial)
      var cells = [String(trial.index), trial.name, state.word]
      for path in paths { cells.append(trial.point.settings.last { $0.path == path }?.text ?? "") }
      cells += [
        String(trial.seed), result?["step"]?.int.map(String.init) ?? "",
        result?["seconds"]?.double.map { fixed($0, decimals: 1) } ?? "",
        row?[.discriminatorLoss].map { "\(Float($0))" } ?? "",
        row?[.generatorLoss].map { "\(Float($0))" } ?? "",
      ]
      text += cells.map(Self.cell).joined(separator: ",") + "\n"
    }
    try files.replace("\(path)/summary.csv", with: Array(text.utf8))
  }

  private func lastRow(of trial: PlannedTrial) -> LossRow? {
    guard let bytes = try? files.read("\(folder(trial))/losses.csv") else { return nil }
    return String(decoding: bytes.suffix(4096), as: UTF8.self).split(separator: "\n").last
      .flatMap { LossRow(csv: $0) }
  }

  private static func cell(_ text: String) -> String {
    guard text.contains(where: { ",\"\n".contains($0) }) else { return text }
    return "\"\(text.replacing("\"", with: "\"\""))\""
  }
}
