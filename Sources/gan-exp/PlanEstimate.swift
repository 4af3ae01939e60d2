import Foundation
import Images
import ModelBuilder
import RunFormat
import Runner
import Spec

/// About how long runs take and what they leave on the disk, from rounds that are timed here.
struct PlanEstimate {
  /// One kind of run: trials of the same shapes.
  private struct Kind {
    let experiment: Experiment
    /// Operations of the layers of all networks in a round, of which only the ratio to those of others counts.
    let work: Double
    /// Seconds a round; nil before it was timed.
    var seconds: Double?
  }

  /// What a run comes to, of which all that play and keep alike have the same.
  private struct Size {
    let rounds: Int
    let disk: DiskNeed
  }

  private var sizes: [String: Size] = [:]
  /// Rounds of all runs, and of how many.
  private var rounds = 0
  private var runs = 0
  private var kinds: [String: Kind] = [:]
  /// Rounds of the runs of each kind.
  private var roundsOfKind: [String: Int] = [:]
  /// Bytes of all checkpoints that stay, and those of the greatest run.
  private var diskBytes = 0
  private var largest: DiskNeed?
  private var isGrowing = false
  private var hasMeasures = false
  private var timed = 0
  private let data: DataOptions
  private var sets: [String: LoadedSources] = [:]

  private static let roundCount = 20
  /// More kinds than this are not timed, but taken by their work.
  private static let kindLimit = 4
  /// Seconds for the rounds of one kind.
  private static let patience = 4.0

  init(_ data: DataOptions) { self.data = data }

  // MARK: What is planned

  /// - Parameter isTrial: whether it is one of a sweep.
  mutating func add(_ experiment: Experiment, isTrial: Bool) throws {
    let shape = PlannedTrial.specDigest(experiment.identityTexts.shape)
    let key = "\(shape)\n\(experiment.storageText)"
    let size = try sizes[key] ?? measured(experiment, shape, isTrial: isTrial)
    sizes[key] = size
    rounds += size.rounds
    runs += 1
    roundsOfKind[shape, default: 0] += size.rounds
    diskBytes = diskBytes.addingReportingOverflow(size.disk.total ?? .max).partialValue
    if size.disk.total ?? .max >= largest?.total ?? 0 { largest = size.disk }
    hasMeasures = hasMeasures || experiment.metrics != nil
  }

  /// The first of a size: its graphs are written.
  private mutating func measured(
    _ experiment: Experiment, _ shape: String, isTrial: Bool
  ) throws -> Size {
    let key = experiment.storedSources.map(\.identity).joined(separator: "\n")
    let set = try sets[key] ?? experiment.loadData(data)
    sets[key] = set
    let program = try experiment.program(set.formats)
    let count = try set.sampleCount(of: program)
    let timetable = try Failure.catching { try Timetable(program, imageCount: count) }
    if kinds[shape] == nil {
      let flops = program.networks.reduce(0.0) { $0 + Double(program.summary(of: $1).flops) }
      kinds[shape] = Kind(
        experiment: experiment, work: flops * Double(experiment.data.batch), seconds: nil)
    }
    isGrowing = isGrowing || program.growth != nil
    return Size(
      rounds: timetable.rounds, disk: DiskNeed(program, timetable, isTrial: isTrial))
  }

  // MARK: What is timed

  /// Plays rounds of a few kinds, on samples that are made up.
  mutating func time(on device: Device, threads: Int) throws {
    let backend = try device.backend(threads: threads)
    let order = kinds.sorted { ($0.value.work, $0.key) < ($1.value.work, $1.key) }.map(\.key)
    let count = min(Self.kindLimit, order.count)
    for place in 0..<count {
      let key = order[count == 1 ? 0 : place * (order.count - 1) / (count - 1)]
      guard let kind = kinds[key] else { continue }
      let source = kind.experiment.storedSources.map(\.identity).joined(separator: "\n")
      let formats = try sets[source]?.formats ?? kind.experiment.formats(data)
      let (program, samples) = try kind.experiment.onMadeUpSamples(formats)
      let times = try Failure.catching {
        try roundTimes(
          program, data: samples, backend: backend, rounds: Self.roundCount, warmUp: 2,
          limit: Self.patience)
      }
      let sorted = times.seconds.sorted()
      kinds[key]?.seconds = sorted[sorted.count / 2]
      timed += sorted.count
    }
    fill()
  }

  /// Kinds that were not timed take as long as the nearest that was, in proportion to their work.
  private mutating func fill() {
    let known = kinds.values.compactMap { kind in kind.seconds.map { (kind.work, $0) } }
    for (key, kind) in kinds where kind.seconds == nil {
      guard let (work, seconds) = known.min(by: { abs($0.0 - kind.work) < abs($1.0 - kind.work) })
      else { continue }
      kinds[key]?.seconds = work > 0 ? seconds * kind.work / work : seconds
    }
  }

  // MARK: In words

  /// Seconds of all runs one after the other.
  private var seconds: Double {
    roundsOfKind.reduce(0) { sum, entry in
      sum + Double(entry.value) * (kinds[entry.key]?.seconds ?? 0)
    }
  }

  /// - Parameters:
  ///   - jobs: side by side.
  ///   - threads: of each.
  ///   - count: of runs in all, where not all are planned yet.
  func timeWords(jobs: Int, threads: Int, count: Int, stopsEarly: Bool) -> String {
    let all = seconds * Double(max(count, runs)) / Double(max(1, runs))
    let total = all / Double(max(1, min(jobs, max(count, runs))))
    let each = kinds.values.compactMap(\.seconds)
    let (least, most) = (each.min() ?? 0, each.max() ?? 0)
    func words(_ seconds: Double) -> String {
      fixed(seconds * 1000, decimals: seconds < 0.01 ? 2 : seconds < 0.1 ? 1 : 0)
    }
    let rate =
      words(least) == words(most)
      ? "\(words(most)) ms a round" : "\(words(least)) to \(words(most)) ms a round"
    let length = total < 1 ? "a second at most" : "about \(Duration.words(total))"
    let besides = (hasMeasures ? ["measuring", "pictures"] : ["pictures"]).joined(separator: ", ")
    var text =
      "time: \(length), and what \(besides) and checkpoints take: \(grouped(rounds)) rounds"
    if runs > 1 { text += " of \(runs) trials" }
    if count > runs { text += " (\(count) are to come, as long as these)" }
    text += ", \(rate), the median of \(timed) timed here on made-up samples with \(threads) "
    text += "thread\(threads == 1 ? "" : "s")"
    if kinds.count > Self.kindLimit {
      text += "; \(kinds.count - Self.kindLimit) of \(kinds.count) shapes by their FLOPs"
    }
    if stopsEarly { text += "; less where trials are stopped early" }
    if isGrowing { text += "; these are rounds of the first level, later ones take longer" }
    return text
  }

  func diskWords(count: Int) -> String {
    guard let largest else { return "disk: not known" }
    let all = Double(diskBytes) * Double(max(count, runs)) / Double(max(1, runs))
    let total = all.isFinite && all < 9e18 ? Int(all) : .max
    let each =
      "\(largest.count) checkpoint\(largest.count == 1 ? "" : "s") of \(ByteCount(largest.checkpoint))"
    return "disk: about \(ByteCount(total)): \(each)"
      + (runs > 1 ? " for the largest trial" : "") + "; pictures and tables come on top"
  }

  /// Rounds and epochs of the only run.
  func lengthWords(_ experiment: Experiment) -> String {
    "\(experiment.name): \(grouped(rounds)) rounds"
  }
}

extension Run {
  /// What `--plan` says of a spec without a sweep.
  func show(_ experiment: Experiment) throws {
    var estimate = PlanEstimate(data)
    try estimate.add(experiment, isTrial: false)
    let setup = try experiment.setup(data, machine, results: results)
    Terminal.warn(setup.program.warnings + setup.start.warnings)
    try Output.line(estimate.lengthWords(experiment))
    try say(&estimate, jobs: 1, threads: machine.threadCount, count: 1, stopsEarly: false)
    let need = setup.program.memoryNeed(
      sampleCount: setup.data.sampleCount, held: setup.data.counts)
    try Output.line("memory: \(need.words)")
  }

  /// The same of the trials of a sweep.
  func showEstimate(_ plan: SweepPlan, jobs: Int, threads: Int) throws {
    var estimate = PlanEstimate(data)
    for trial in plan.trials {
      do {
        try estimate.add(
          try plan.sweep.experiment(at: trial.point, seed: plan.experiment.seed), isTrial: true)
      } catch let error as Diagnostics {
        throw Failure.spec(error)
      }
    }
    try say(
      &estimate, jobs: jobs, threads: threads, count: plan.searchedCount,
      stopsEarly: plan.sweep.earlyStopping != nil)
  }

  private func say(
    _ estimate: inout PlanEstimate, jobs: Int, threads: Int, count: Int, stopsEarly: Bool
  ) throws {
    do {
      try estimate.time(on: machine.device, threads: threads)
      try Output.line(
        estimate.timeWords(jobs: jobs, threads: threads, count: count, stopsEarly: stopsEarly))
    } catch let failure as Failure {
      // What is planned is planned all the same.
      Terminal.error("no rounds could be timed here: \(failure.message)")
    }
    try Output.line(estimate.diskWords(count: count))
  }
}
