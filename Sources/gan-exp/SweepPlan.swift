import Foundation
import Images
import Metrics
import ModelBuilder
import RunFormat
import Runner
import Spec
import Synchronization

/// All trials of a sweep, resolved and checked, shapes included; nothing has been written.
struct SweepPlan {
  let experiment: Experiment
  let sweep: SweepSection
  private(set) var trials: [PlannedTrial] = []
  /// Trials that are the same as earlier ones, to the last number.
  private(set) var repeated = 0
  /// Trials of the budget that no draw was found for.
  private(set) var missing = 0
  /// Of the data of the first trial.
  private(set) var dataDigest = ""
  private(set) var isLight = true
  /// Of the trial that takes the most.
  private(set) var bytesPerTrial = 0
  private(set) var largest: MemoryNeed?
  /// What is odd about trials, once each.
  private(set) var warnings: [Diagnostic] = []
  private let data: DataOptions
  private var sets: [String: LoadedSources] = [:]
  /// Digests of weights that networks start from, by what the specs say of them.
  private var starts: [String: String?] = [:]
  /// Shapes that are known to be right, with what decides nothing in games of such shapes.
  private var checked: [String: [Diagnostic]] = [:]

  /// - Parameter recorded: the trials of a plan that has been written down; nil: what the file says.
  /// - Throws: exit 3 with everything that is wrong with any trial, exit 4 for its data.
  init(
    _ experiment: Experiment, _ sweep: SweepSection, data: DataOptions,
    recorded: [SweepPoint]? = nil
  ) throws {
    (self.experiment, self.sweep, self.data) = (experiment, sweep, data)
    do {
      let points = try recorded ?? sweep.points(seed: experiment.seed)
      let planned = try planned(points, from: 0, isWhole: recorded == nil)
      var identities: Set<String> = []
      for trial in planned where identities.insert(trial.identity).inserted {
        trials.append(PlannedTrial(trial, at: trials.count))
      }
      repeated = planned.count - trials.count
      if sweep.method == .random, recorded == nil, let budget = sweep.budgetTrials {
        missing = budget / sweep.replicates * sweep.replicates - planned.count
      }
      // A search chooses later: what it may choose from is looked at now.
      if sweep.method == .tpe, recorded == nil, let first = points.first {
        _ = try self.planned(try sweep.probes(around: first.settings), from: 0)
      }
    } catch let error as Diagnostics {
      throw Failure.spec(error)
    }
  }

  /// The trials of some settings, resolved and checked.
  ///
  /// - Parameter isWhole: whether these are all trials, of which an axis must change at least one.
  /// - Throws: `Diagnostics` with everything that is wrong with any of them, exit 4 for their data.
  mutating func planned(
    _ points: [SweepPoint], from index: Int, isWhole: Bool = false
  ) throws -> [PlannedTrial] {
    let drafts = Self.drafts(of: points, sweep, seed: experiment.seed)
    var trials: [PlannedTrial] = []
    var found: [Diagnostic] = []
    // Paths that have had an effect in no trial so far, with the first of these.
    var effective: Set<String> = []
    var vain: [String: (point: SweepPoint, idle: [Diagnostic])] = [:]
    for (point, draft) in zip(points, drafts) where found.count < 20 {
      do {
        let draft = try draft.get()
        // Shapes are those of few trials; what the others resolve to need not be kept.
        let set: LoadedSources
        let idle: [Diagnostic]
        if let known = sets[draft.source], let found = checked[draft.shape] {
          (set, idle) = (known, found)
        } else {
          let trial = try sweep.experiment(at: point, seed: experiment.seed)
          set = try sets[draft.source] ?? trial.loadData(data)
          sets[draft.source] = set
          let program = try TrainingProgram(trial, formats: set.formats)
          _ = try MetricPlan(trial, program)
          let count = try set.sampleCount(of: program)
          if let problems = program.problems(sampleCount: count) { throw problems }
          do throws(StartError) {
            let start = try StartingWeights(of: program, folders: data.folders)
            warnings += start.warnings.map { $0.noting(point) }
          } catch {
            if error.isOfFiles { throw Failure.start(error) }
            throw error.diagnostics
          }
          weigh(program, samples: count, held: set.counts)
          warnings += program.warnings.map { $0.noting(point) }
          idle = program.warnings.filter(\.isWithoutEffect)
          checked[draft.shape] = idle
        }
        let paths = draft.vain.union(sweep.pathsWithoutEffect(idle))
        for path in paths { vain[path] = vain[path] ?? (point, idle) }
        effective.formUnion(point.settings.map(\.path).filter { !paths.contains($0) })
        if dataDigest.isEmpty { dataDigest = set.digest }
        let digest = StartingWeights.joined(
          data: set.digest, weights: try startDigest(draft.starting))
        trials.append(
          PlannedTrial(
            index: index + trials.count, point: point, seed: draft.seed, specDigest: draft.spec,
            dataDigest: digest, numericsVersion: numericsVersion))
      } catch let error as Diagnostics {
        found += error.entries.map { $0.noting(point) }
      }
    }
    for (path, (point, idle)) in vain where isWhole && found.isEmpty && !effective.contains(path) {
      let trial = try sweep.experiment(at: point, seed: experiment.seed)
      found.append(sweep.axisWithoutEffect(path, trial.warnings + idle))
    }
    if !found.isEmpty { throw Diagnostics(found) }
    return trials
  }

  /// What adds trials to the sweep while it goes; nil where all are known.
  func search() throws -> SweepSearch? {
    guard sweep.method == .tpe, let objective = experiment.metrics?.objective else { return nil }
    var plan = self
    do throws(Diagnostics) {
      return try SweepSearch(sweep, objective, seed: experiment.seed) { points, index in
        try plan.planned(points, from: index)
      }
    } catch {
      throw Failure.spec(error)
    }
  }

  /// What a plan keeps of a resolved trial.
  private struct Draft: Sendable {
    let seed: UInt64
    /// Paths that decide nothing in it.
    let vain: Set<String>
    let source: String
    let spec: String
    let shape: String
    /// The networks that start from weights.
    let starting: [NetworkEntry]
  }

  private mutating func startDigest(_ networks: [NetworkEntry]) throws -> String? {
    let key = networks.map { "\($0.name): \($0.weights?.identity ?? "")" }.joined(separator: "\n")
    if let known = starts[key] { return known }
    let digest = try Failure.catching {
      try StartingWeights.digest(of: networks, folders: data.folders)
    }
    starts[key] = digest
    return digest
  }

  /// All trials resolved, on all cores.
  private static func drafts(
    of points: [SweepPoint], _ sweep: SweepSection, seed: UInt64
  ) -> [Result<Draft, Diagnostics>] {
    let chunk = 64
    let count = (points.count + chunk - 1) / chunk
    let found = Mutex([[Result<Draft, Diagnostics>]](repeating: [], count: count))
    DispatchQueue.concurrentPerform(iterations: count) { place in
      let range = place * chunk..<min((place + 1) * chunk, points.count)
      let drafts = points[range].map { point in
        Result { () throws(Diagnostics) in
          let trial = try sweep.experiment(at: point, seed: seed)
          let texts = trial.identityTexts
          return Draft(
            seed: trial.seed, vain: sweep.pathsWithoutEffect(trial.warnings),
            source: trial.storedSources.map(\.identity).joined(separator: "\n"),
            spec: PlannedTrial.specDigest(texts.identity),
            shape: PlannedTrial.specDigest(texts.shape),
            starting: trial.game.networks.filter { $0.weights != nil })
        }
      }
      found.withLock { $0[place] = drafts }
    }
    return found.withLock { $0.flatMap { $0 } }
  }

  private mutating func weigh(
    _ program: TrainingProgram, samples: Int, held: [String: Int]
  ) {
    let layers = program.networks.flatMap { program.summary(of: $0).layers }
    if layers.contains(where: { $0.name.hasPrefix("conv") }) { isLight = false }
    let need = program.memoryNeed(sampleCount: samples, held: held)
    if need.total > bytesPerTrial { (bytesPerTrial, largest) = (need.total, need) }
  }

  /// Whether the trial that takes the most memory can be had, and as many side by side as are asked for.
  ///
  /// - Throws: exit 4.
  func requireMemory(jobs: Int) throws {
    guard let largest else { return }
    try largest.require(in: experiment)
    let limit = MemoryLimit.current
    guard jobs > 1, bytesPerTrial > limit.bytes / jobs else { return }
    throw Failure(
      status: .files,
      message: "error: \(jobs) trials side by side need \(ByteCount(bytesPerTrial)) each\n"
        + "  = \(limit.words) \(ByteCount(limit.bytes)) of memory\n"
        + "  = \(max(1, limit.bytes / bytesPerTrial)) at a time fit: --jobs")
  }

  /// Trials that a search comes to in all; 0 where all are known.
  var searchedCount: Int { sweep.method == .tpe ? sweep.budgetTrials ?? 0 : 0 }

  /// Trials side by side, and threads for each: small networks gain more from trials than from
  /// threads; a convolution uses all cores.
  func jobs(_ wanted: Int?, threads: Int?) -> (jobs: Int, threads: Int) {
    let cores = ProcessInfo.processInfo.activeProcessorCount
    let fitting = max(
      1, Int(Double(MemoryLimit.current.bytes) * 0.8) / max(1, bytesPerTrial))
    let count = max(trials.count, searchedCount)
    let jobs = wanted ?? (isLight ? min(cores, fitting, count) : 1)
    return (jobs, threads ?? max(1, cores / max(1, jobs)))
  }
}

extension Diagnostic {
  /// The same, with the settings of the trial in which it was found.
  fileprivate func noting(_ point: SweepPoint) -> Diagnostic {
    let settings = point.settings.map { "\($0.path)=\($0.text)" }.joined(separator: " ")
    return Diagnostic(
      message, at: origin, severity: severity, label: label,
      notes: notes + ["in the trial \(settings)"])
  }
}
