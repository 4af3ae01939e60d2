import Digests
import RunFormat
import Spec

/// Taking checkpoints away from a run that has come to its end: first what would go, then doing it.
///
/// What stays is a run like any other: it is shown, compared, sampled from, and made longer (unless its
/// optimizers' state was dropped).
package struct Pruning: Sendable {
  /// Why a run is left as it is.
  package struct Left: Error, Sendable, Hashable {
    package let reason: String
  }

  /// A checkpoint, or what is taken out of one.
  package struct Part: Sendable, Hashable {
    package let step: Int
    package let bytes: Int
  }

  package let run: String
  /// Rising.
  package let kept: [Int]
  package let removed: [Part]
  /// Checkpoints that stay and lose the state of the optimizers.
  package let lightened: [Part]
  /// What is to be known of the choice.
  package let notes: [String]
  private let files: FileLayer
  private let pointsBest: Int?

  package var freed: Int { (removed + lightened).reduce(0) { $0 + $1.bytes } }
  package var isNothing: Bool { removed.isEmpty && lightened.isEmpty }

  /// Looks only.
  ///
  /// - Parameters:
  ///   - run: a result directory.
  ///   - objective: by which the best are found; nil: that of the spec.
  /// - Returns: why nothing may be taken from it: it has not come to its end, has no checkpoints or none that is
  ///   sound, or was not measured by the objective that is asked for.
  /// - Throws: `.locked` while a process is at work on it, or on the sweep that it is a trial of.
  package static func plan(
    of run: String, _ rule: KeepRule, objective: MetricsSection.Objective? = nil,
    files: FileLayer = FileLayer()
  ) throws(RunError) -> Result<Pruning, Left> {
    try requireNobody(at: run, files)
    guard case .ended = try Standing(of: run, files: files) else {
      return .failure(Left(reason: "it has not come to its end, and `resume` may want them all"))
    }
    let store = CheckpointStore(run: run, files: files)
    let steps = try store.steps()
    if steps.isEmpty { return .failure(Left(reason: "there are no checkpoints")) }
    let spec = try spec(of: run, files)
    let measure = objective ?? self.objective(spec)
    let best = try measure.map { (measure) throws(RunError) in
      ObjectiveValues(measure, csv: try metrics(of: run, files)).best(.max).map(\.step)
        .filter(steps.contains)
    }
    if let objective, rule.best > 0, best?.isEmpty ?? true {
      return .failure(Left(reason: "no checkpoint of it was measured by \(objective.metric)"))
    }
    var checkpoints = SoundCheckpoints(store)
    // What nothing is taken from need not be sound.
    if steps.count > 1 || rule.dropsOptimizer {
      let looked = checkpoints.first(1, of: steps.reversed())
      if let oldest = looked.last, let fault = checkpoints.fault(of: oldest) {
        return .failure(Left(reason: "none of its checkpoints is sound; the oldest: \(fault)"))
      }
    }
    return .success(
      try Pruning(run, steps, rule, spec, best: best ?? [], measure, &checkpoints, files))
  }

  private static func requireNobody(at run: String, _ files: FileLayer) throws(RunError) {
    if let above = try RunClaim.holder(ofSweepAround: run, files: files) {
      throw .locked(path: above.sweep, above.holder)
    }
    if let holder = try RunClaim.holder(of: run, evenIfSilent: true, files: files) {
      throw .locked(path: run, holder)
    }
  }

  private init(
    _ run: String, _ steps: [Int], _ rule: KeepRule, _ spec: FlatYAML, best: [Int],
    _ measure: MetricsSection.Objective?, _ checkpoints: inout SoundCheckpoints, _ files: FileLayer
  ) throws(RunError) {
    (self.run, self.files) = (run, files)
    let store = CheckpointStore(run: run, files: files)
    var notes: [String] = []
    if let measure, best.isEmpty, rule.best > 0, steps.count > 1 {
      notes.append("\(run): no checkpoint was measured by \(measure.metric): the newest stays")
    }
    var kept: Set<Int> = [steps[steps.count - 1]]
    var pointsBest = best.first
    if steps.count > 1 {
      let stay = checkpoints.first(max(1, rule.last), of: steps.reversed())
      let good = checkpoints.first(rule.best, of: best)
      kept.formUnion(stay + good)
      pointsBest = good.first { checkpoints.fault(of: $0) == nil } ?? pointsBest
      for step in Set(stay + good).sorted() {
        guard let fault = checkpoints.fault(of: step) else { continue }
        notes.append("\(fault): one that is sound stays too")
      }
    }
    self.pointsBest = pointsBest

    let first = "\(store.path)/\(CheckpointStore.folder(step: steps[steps.count - 1]))/state.json"
    let state = try? LoadedCheckpoint.state(at: first, files)
    let batches = state?["data"]?["next_batch"]?.int ?? 0
    let rows = try files.isThere("\(run)/losses.csv") ? files.read("\(run)/losses.csv") : []
    let milestones = MilestoneSteps(
      spec: spec, rows: LossRow.rows(of: rows),
      batchesPerRound: batches / max(1, steps[steps.count - 1]))
    if milestones.areAny {
      let stay = steps.filter(milestones.contains)
      if rule.milestones {
        kept.formUnion(stay)
      } else if !stay.allSatisfy(kept.contains) {
        notes.append("\(run): milestones of its spec go too")
      }
    }

    self.kept = steps.filter(kept.contains)
    removed = steps.filter { !kept.contains($0) }.map { step in
      let folder = "\(store.path)/\(CheckpointStore.folder(step: step))"
      return Part(step: step, bytes: DiskUse(of: folder).total)
    }
    var lightened: [Part] = []
    if rule.dropsOptimizer {
      for step in self.kept where checkpoints.fault(of: step) == nil {
        let path =
          "\(store.path)/\(CheckpointStore.folder(step: step))/\(CheckpointFile.optimizer.name)"
        if let size = PlainFiles.size(path) { lightened.append(Part(step: step, bytes: size)) }
      }
    }
    self.lightened = lightened
    self.notes = notes
  }

  /// metrics.csv; empty where nothing was measured.
  private static func metrics(of run: String, _ files: FileLayer) throws(RunError) -> [UInt8] {
    try files.isThere("\(run)/metrics.csv") ? files.read("\(run)/metrics.csv") : []
  }

  /// What the checkpoints of a run were measured by.
  package static func metricNames(
    of run: String, files: FileLayer = FileLayer()
  ) throws(RunError) -> Set<String> {
    Set(MetricsRow.rows(of: try metrics(of: run, files)).map(\.metric))
  }

  private static func spec(of run: String, _ files: FileLayer) throws(RunError) -> FlatYAML {
    let path = "\(run)/resolved.yaml"
    let text = String(decoding: try files.read(path, limit: 1 << 24), as: UTF8.self)
    do throws(FlatYAMLError) { return try FlatYAML(text) } catch {
      throw .damaged(path: path, reason: error.reason)
    }
  }

  private static func objective(_ spec: FlatYAML) -> MetricsSection.Objective? {
    func metric(_ key: String) -> String? {
      spec.entries.last { $0.key == "metrics.objective.\(key)" }
        .flatMap { $0.text == "none" ? nil : $0.text }
    }
    return metric("minimize").map { .init(metric: $0, minimizes: true) }
      ?? metric("maximize").map { .init(metric: $0, minimizes: false) }
  }

  /// Does it, and writes it into the run's log.
  ///
  /// - Throws: `.locked` when a process has begun there meanwhile, `.file` where somebody has removed the run;
  ///   nothing is gone then. A later failure leaves a run that is whole, with some of what was to go.
  package func carryOut() throws(RunError) {
    // A claim would make its folder anew.
    guard files.isDirectory(run) else {
      throw .file(path: run, action: "prune it", reason: "it is gone already")
    }
    try Self.requireNobody(at: run, files)
    let claim = try RunClaim.take(
      run, as: .current(), steps: 0, lostAfter: RunClaim.lostAfter, files: files)
    // As if it had never been made: the run has been at its end before and after.
    defer { claim.forget() }
    guard case .ended = try Standing(of: run, files: files) else {
      throw .request("\(run): another process has gone on with it just now; nothing was removed")
    }
    let store = CheckpointStore(run: run, files: files)
    func folder(_ step: Int) -> String { "\(store.path)/\(CheckpointStore.folder(step: step))" }
    // A pointer to what is about to go leads to what stays.
    if let newest = kept.last { try point("latest", to: newest, store, claim) }
    let pointer = "\(store.path)/best"
    if try files.isThere(pointer) {
      let named = String(decoding: try files.read(pointer, limit: 4096), as: UTF8.self)
      if removed.contains(where: { named.hasPrefix(CheckpointStore.folder(step: $0.step)) }) {
        if let best = pointsBest, kept.contains(best) {
          try point("best", to: best, store, claim)
        } else {
          try claim.check()
          try files.withdraw(pointer)
        }
      }
    }
    for part in removed {
      try claim.check()
      try files.withdraw(folder(part.step)) { (_) throws(RunError) in try claim.check() }
    }
    for part in lightened {
      try DroppedFiles.drop(.optimizer, from: folder(part.step), files, check: claim.check)
    }
    try claim.check()
    try files.append("\(run)/log.txt", Array("\(Moment.now.iso) pruned: \(words)\n".utf8))
  }

  private func point(
    _ name: String, to step: Int, _ store: CheckpointStore, _ claim: RunClaim
  ) throws(RunError) {
    let line = Array("\(CheckpointStore.folder(step: step))\n".utf8)
    let path = "\(store.path)/\(name)"
    if let written = try? files.read(path, limit: 4096), written == line { return }
    try files.replace(path, with: line, check: claim.check)
  }

  /// `steps 100, 200 removed, 300 kept; optimizers of 300 dropped`
  package var words: String {
    func list(_ steps: [Int]) -> String {
      steps.count <= 8
        ? steps.map(String.init).joined(separator: ", ")
        : "\(steps[0]) … \(steps[steps.count - 1]) (\(steps.count))"
    }
    let gone = removed.isEmpty ? "" : "steps \(list(removed.map(\.step))) removed, "
    let light =
      lightened.isEmpty ? "" : "; optimizers of \(list(lightened.map(\.step))) dropped"
    return "\(gone)\(list(kept)) kept\(light)"
  }
}
