import RunFormat
import Spec

/// The directory of a sweep: `results/NAME/TIME-DIGEST` with its plan, its journal and its trials.
package struct SweepDirectory: Sendable {
  package let path: String
  /// A search adds to them.
  package private(set) var trials: [PlannedTrial]
  let files: FileLayer
  /// The right to change what all trials share; nil for those who do not hold it.
  var claim: RunClaim?

  package func folder(_ trial: PlannedTrial) -> String { "\(path)/trials/\(trial.name)" }

  package var journal: Journal { Journal(sweep: path, files: files) }

  /// The newest sweep in `results/NAME` with the same trials, or with some of them, which then gets the
  /// others; or a new directory. `isNew` says whether it is new. Of several processes that ask at the
  /// same moment one makes it.
  ///
  /// - Parameter searches: `trials` are only the first of a search, which may have gone on from there.
  /// - Throws: `.sweepChanged` when the newest sweep there has another spec, key by key; `fresh` makes a new
  ///   directory all the same.
  package static func open(
    _ trials: [PlannedTrial], of experiment: Experiment, merged: String, context: RunContext,
    dataDigest: String, results: String, fresh: Bool, searches: Bool = false,
    files: FileLayer = FileLayer()
  ) throws(RunError) -> (sweep: SweepDirectory, isNew: Bool) {
    let spec = Array(experiment.source.lines.joined(separator: "\n").utf8)
    let folder = try RunDirectory.makeFolder(ofAll: experiment, in: results, files)
    return try files.alone(in: folder) { () throws(RunError) in
      // Nobody else makes one now: who has begun to was killed at it.
      for name in try files.list(folder) where isHalfMade("\(folder)/\(name)", files) {
        try? files.withdraw("\(folder)/\(name)")
      }
      if !fresh,
        var known = try begun(folder, trials, merged: merged, searches: searches, files)
      {
        try known.add(trials, spec: spec, merged: merged)
        return (known, false)
      }
      let sweep = try make(
        trials, of: experiment, spec: spec, merged: merged, context: context,
        dataDigest: dataDigest, results: results, files)
      return (sweep, true)
    }
  }

  /// The sweep with which ``open(_:of:merged:context:dataDigest:results:fresh:searches:files:)`` would go on;
  /// nil where it would make one. Nothing is written.
  package static func find(
    _ trials: [PlannedTrial], of experiment: Experiment, merged: String, results: String,
    searches: Bool = false, files: FileLayer = FileLayer()
  ) throws(RunError) -> SweepDirectory? {
    let folder = "\(results)/\(experiment.name)"
    guard files.isDirectory(folder) else { return nil }
    return try begun(folder, trials, merged: merged, searches: searches, files)
  }

  private static func make(
    _ trials: [PlannedTrial], of experiment: Experiment, spec: [UInt8], merged: String,
    context: RunContext, dataDigest: String, results: String, _ files: FileLayer
  ) throws(RunError) -> SweepDirectory {
    let path = try RunDirectory.makeFolder(in: results, experiment, files)
    let sweep = SweepDirectory(path: path, trials: trials, files: files)
    do throws(RunError) {
      _ = try files.makeDirectory("\(path)/trials")
      _ = try files.makeDirectory("\(path)/logs")
      let environment = context.environment(dataDigest: dataDigest, started: .now)
      try files.replace("\(path)/spec.yaml", with: spec)
      try files.replace("\(path)/resolved.yaml", with: Array(merged.utf8))
      try files.replace("\(path)/environment.json", with: environment.fileBytes)
      // Last: a directory with a plan is whole.
      try files.replace("\(path)/plan.jsonl", with: plan(trials))
    } catch {
      // Whoever has seen the plan may have begun.
      let trials = (try? files.list("\(path)/trials")) ?? []
      if trials.isEmpty, !files.exists("\(path)/attempts") { try? files.withdraw(path) }
      throw error
    }
    return sweep
  }

  /// Puts a file in place that all trials share, as long as nobody else has taken over.
  private func put(_ name: String, _ bytes: [UInt8]) throws(RunError) {
    try files.replace("\(path)/\(name)", with: bytes) { () throws(RunError) in
      try claim?.check()
    }
  }

  /// Takes on the claim, and removes what an earlier holder was about to put in place.
  mutating func hold(_ claim: RunClaim) throws(RunError) {
    self.claim = claim
    let own = ["plan.jsonl", "spec.yaml", "resolved.yaml"]
    for name in try files.list(path) where FileLayer.isTemporary(name) {
      guard own.contains(where: { name.hasPrefix(".\($0).tmp-") }) else { continue }
      try claim.check()
      try files.remove("\(path)/\(name)")
    }
  }

  private static func plan(_ trials: [PlannedTrial]) -> [UInt8] {
    var text = ""
    for trial in trials { text += trial.json.compact + "\n" }
    return Array(text.utf8)
  }

  /// The sweep that goes on with these trials: the newest that has them all, else the newest whose
  /// trials are all among them. nil when there is no sweep, or only such of other data.
  private static func begun(
    _ folder: String, _ trials: [PlannedTrial], merged: String, searches: Bool, _ files: FileLayer
  ) throws(RunError) -> SweepDirectory? {
    let wanted = Set(trials.map(\.identity))
    var sweeps: [SweepDirectory] = []
    var damage: RunError?
    for name in try files.list(folder).reversed() where isSweep("\(folder)/\(name)", files) {
      do throws(RunError) {
        sweeps.append(try SweepDirectory(reading: "\(folder)/\(name)", files: files))
      } catch {
        damage = damage ?? error
      }
    }
    func identities(_ sweep: SweepDirectory) -> Set<String> { Set(sweep.trials.map(\.identity)) }
    if let same = sweeps.first(where: {
      searches ? wanted.isSubset(of: identities($0)) : wanted == identities($0)
    }) {
      return same
    }
    // It may be the very sweep that is meant, and its trials would all be played again.
    if let damage { throw damage.offering("--fresh begins another sweep") }
    if let part = sweeps.first(where: { identities($0).isSubset(of: wanted) }) { return part }
    guard let newest = sweeps.first else { return nil }
    let free = [
      "name", "description", "record", "notify", "engine", "sweep.budget", "sweep.on_failure",
    ]
    let changes = try newest.changes(to: merged).filter { change in
      !(free + ["sweep.early_stopping"]).contains {
        change.key == $0 || change.key.hasPrefix("\($0).")
      }
    }
    if !changes.isEmpty { throw .sweepChanged(path: newest.path, changes) }
    return nil
  }

  /// Whether it was to become a sweep, and has no plan yet.
  private static func isHalfMade(_ path: String, _ files: FileLayer) -> Bool {
    (try? files.list("\(path)/trials"))?.isEmpty == true && !files.exists("\(path)/plan.jsonl")
      && !files.exists("\(path)/attempts")
  }

  /// Whether there is a plan, or trials that must have had one.
  private static func isSweep(_ path: String, _ files: FileLayer) -> Bool {
    files.exists("\(path)/plan.jsonl")
      || (try? files.list("\(path)/trials"))?.isEmpty == false
  }

  /// Keys of resolved.yaml in which `merged` differs.
  private func changes(to merged: String) throws(RunError) -> [SpecChange] {
    let written = try files.read("\(path)/resolved.yaml", limit: 1 << 24)
    let old = String(decoding: written, as: UTF8.self)
    let found = try? SpecChange.between(old, merged)
    return found ?? (old == merged ? [] : [SpecChange(key: "resolved.yaml", old: "…", new: "…")])
  }

  /// Adds what is not yet planned, and takes over what may change in a spec: how long, what is written
  /// down, what happens after a failure.
  private mutating func add(
    _ wanted: [PlannedTrial], spec: [UInt8], merged: String
  ) throws(RunError) {
    let known = Set(trials.map(\.identity))
    let new = wanted.filter { !known.contains($0.identity) }
    let text = Array(merged.utf8)
    let isSame = (try? files.read("\(path)/resolved.yaml", limit: 1 << 24)) == text
    if new.isEmpty, isSame { return }
    try claimed { (sweep: inout SweepDirectory) throws(RunError) in
      try sweep.put("spec.yaml", spec)
      try sweep.put("resolved.yaml", text)
      guard !new.isEmpty else { return }
      try sweep.append(new)
      try sweep.journal.add("extended", [("trials", .integer(new.count))])
    }
  }

  /// Does something while no other process may run the sweep.
  private mutating func claimed(
    _ body: (inout SweepDirectory) throws(RunError) -> Void
  ) throws(RunError) {
    let claim = try RunClaim.take(
      path, as: .current(), steps: trials.count, lostAfter: RunClaim.lostAfter, files: files)
    defer { self.claim = nil }
    do throws(RunError) {
      try hold(claim)
      try body(&self)
    } catch {
      try? claim.end(.map(["state": .text("failed"), "reason": .text("\(error)")]))
      throw error
    }
    try claim.end(.map(["state": .text("extended")]))
  }

  /// Writes down further trials, behind those that are there.
  mutating func append(_ new: [PlannedTrial]) throws(RunError) {
    var all = trials
    for trial in new { all.append(PlannedTrial(trial, index: all.count, name: nil)) }
    try put("plan.jsonl", Self.plan(all))
    trials = all
  }

  /// What others have added to the plan since.
  mutating func readAgain() throws(RunError) {
    trials = try SweepDirectory(reading: path, files: files).trials
  }

  /// Gives the trials another length; those that are finished go on.
  ///
  /// - Parameter lengthened: of each trial, in the order of the plan, what it becomes.
  package mutating func lengthen(
    _ lengthened: [PlannedTrial], merged: String
  ) throws(RunError) {
    precondition(lengthened.count == trials.count, "every trial gets its new identity")
    for trial in trials { try DroppedFiles.requireNone(in: folder(trial), files) }
    try claimed { (sweep: inout SweepDirectory) throws(RunError) in
      let all = zip(sweep.trials, lengthened).map {
        PlannedTrial($1, index: $0.index, name: $0.name)
      }
      // A trial that is open again and still has its old length has nothing to do: a crash in
      // between loses nothing.
      for trial in sweep.trials {
        let folder = sweep.folder(trial)
        guard case .ended("finished", _, _) = try Standing(of: folder, files: sweep.files),
          let last = try RunClaim.attempts(of: folder, sweep.files).last
        else { continue }
        let attempt = RunClaim.path(folder, last)
        try sweep.files.replace(
          "\(attempt)/end.json", with: JSON.map(["state": .text("finished")]).fileBytes)
        try sweep.files.move("\(folder)/result.json", to: "\(attempt)/replaced-result.json") {
          () throws(RunError) in try sweep.claim?.check()
        }
      }
      try sweep.put("resolved.yaml", Array(merged.utf8))
      try sweep.put("plan.jsonl", Self.plan(all))
      sweep.trials = all
      try sweep.journal.add("lengthened", [])
    }
  }

  /// What the spec of the sweep was when it was last begun; nil if it never was.
  package func begunSpec() throws(RunError) -> String? {
    for number in try RunClaim.attempts(of: path, files).reversed() {
      let place = "\(RunClaim.path(path, number))/resolved.yaml"
      if try files.isThere(place) {
        let text = try files.read(place, limit: 1 << 24)
        return String(decoding: text, as: UTF8.self)
      }
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
          path: "\(path)/plan.jsonl",
          reason: "line \(trials.count + 1) is not the trial of that place any more; the trials "
            + "themselves are as they were: put the file back as it was written")
      }
      trials.append(trial)
    }
    self.trials = trials
  }

  init(path: String, trials: [PlannedTrial], files: FileLayer) {
    (self.path, self.trials, self.files) = (path, trials, files)
  }

  /// Writes summary.csv: a row a trial, with what it set, where it stands and why.
  func writeSummary(
    _ states: [TrialState], _ objective: MetricsSection.Objective? = nil
  ) throws(RunError) {
    var paths: [String] = []
    for setting in trials.flatMap(\.point.settings) where !paths.contains(setting.path) {
      paths.append(setting.path)
    }
    let results = trials.map { trial in
      (try? files.read("\(folder(trial))/result.json", limit: 1 << 20))
        .flatMap { try? JSON(parsing: $0) }
    }
    let rows = zip(trials, results).map { $1 == nil ? nil : lastRow(of: $0) }
    let losses = rows.flatMap { $0?.columns ?? [] }.reduce(into: [String]()) { found, column in
      if LossColumn(rawValue: column).isLoss, !found.contains(column) { found.append(column) }
    }
    var text =
      (["index", "name", "state"] + paths + ["seed", "step", "seconds"] + losses
      + (objective.map { ["best_\($0.metric)"] } ?? []) + ["reason"])
      .map(\.csvCell).joined(separator: ",") + "\n"
    for ((trial, state), (result, row)) in zip(zip(trials, states), zip(results, rows)) {
      var cells = [String(trial.index), trial.name, state.word]
      for path in paths { cells.append(trial.point.settings.last { $0.path == path }?.text ?? "") }
      cells += [
        String(trial.seed), result?["step"]?.int.map(String.init) ?? "",
        result?["seconds"]?.double.map { fixed($0, decimals: 1) } ?? "",
      ]
      cells += losses.map { row?.last($0).map { "\(Float($0))" } ?? "" }
      if let objective { cells.append(scores(trial, objective).best.map { "\($0.value)" } ?? "") }
      cells.append(state.reason?.split(separator: "\n").joined(separator: " ") ?? "")
      text += cells.map(\.csvCell).joined(separator: ",") + "\n"
    }
    try put("summary.csv", Array(text.utf8))
  }

  /// Why the last worker of a trial stopped, as it has said itself.
  func lastWord(of trial: PlannedTrial) -> String? {
    let bytes = try? files.read("\(folder(trial))/status.json", limit: 1 << 20)
    return bytes.flatMap { try? JSON(parsing: $0) }?["reason"]?.string
  }

  private func lastRow(of trial: PlannedTrial) -> NumberTable? {
    try? NumberTable(lastRowOf: "\(folder(trial))/losses.csv")
  }
}

extension RunError {
  /// With what else can be done.
  fileprivate func offering(_ remedy: String) -> RunError {
    switch self {
    case .damaged(let path, let reason): .damaged(path: path, reason: "\(reason); \(remedy)")
    case .file(let path, let action, let reason):
      .file(path: path, action: action, reason: "\(reason); \(remedy)")
    case .diskLow, .data, .diverged, .request, .device, .scheduler, .schedulerFull, .locked,
      .superseded, .changed, .sweepChanged:
      self
    }
  }
}
