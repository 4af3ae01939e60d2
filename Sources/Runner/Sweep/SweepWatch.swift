import RunFormat
import Spec

/// Looks now and then what the trials of a sweep have written, so that somebody can follow them.
struct SweepWatch {
  private let objective: MetricsSection.Objective?
  private var lastLook = -Double.infinity
  private var trials: [SweepProgress.Trial] = []
  private var best: SweepProgress.Best?
  /// Trials whose measurements are all known.
  private var scored: Set<Int> = []
  /// When a trial was seen for the first time, and what part of its rounds it had played by then.
  private var begun: [Int: (time: Double, part: Double)] = [:]
  /// Seconds that a whole trial takes, by those that play now.
  private var secondsATrial: Double?

  /// Of many trials that play only so many are looked at, and of many that ended so many at a time.
  private static let runningLimit = 64
  private static let endedLimit = 200

  init(_ objective: MetricsSection.Objective?) { self.objective = objective }

  /// What there is to say now.
  ///
  /// - Parameters:
  ///   - course: how the sweep stands.
  ///   - now: seconds of a clock that only goes on.
  mutating func progress(
    of sweep: SweepDirectory, _ course: SweepCourse, at now: Double
  ) -> SweepProgress {
    let states = course.states
    let running = course.chosen.filter { states[$0] == .running || states[$0] == .held }
    if now - lastLook >= (running.count > 16 ? 15 : 1) {
      look(at: sweep, running, states, now)
      lastLook = now
    }
    var progress = course.progress
    let alive = Set(running)
    progress.trials = trials.filter { alive.contains($0.trial.index) }
    progress.best = best
    progress.secondsLeft = secondsLeft(progress, course)
    return progress
  }

  // MARK: Files

  private mutating func look(
    at sweep: SweepDirectory, _ running: [Int], _ states: [TrialState], _ now: Double
  ) {
    trials = running.prefix(Self.runningLimit).compactMap { index in
      Self.read(sweep.trials[index], of: sweep)
    }
    for place in trials.indices { estimate(place, now) }
    let known = trials.compactMap { trial -> Double? in
      guard let steps = trial.steps, let left = trial.secondsLeft, trial.step < steps else {
        return nil
      }
      return left * Double(steps) / Double(steps - trial.step)
    }
    secondsATrial = known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
    guard let objective else { return }
    let ended = states.indices.filter { states[$0].hasResult && !scored.contains($0) }
    for index in ended.prefix(Self.endedLimit) {
      score(sweep.trials[index], of: sweep, objective)
      scored.insert(index)
    }
    for trial in trials { score(trial.trial, of: sweep, objective) }
  }

  /// What a worker has written: its word of every 15 s, or a row that is newer.
  private static func read(
    _ trial: PlannedTrial, of sweep: SweepDirectory
  ) -> SweepProgress.Trial? {
    guard let status = sweep.status(of: trial), status.state == .running else { return nil }
    var found = SweepProgress.Trial(
      trial: trial, step: status.step ?? 0, steps: status.steps, losses: status.losses,
      secondsLeft: nil)
    guard let row = try? NumberTable(lastRowOf: "\(sweep.folder(trial))/losses.csv"),
      let step = row.last("step").flatMap({ Int(exactly: $0) }),
      step > found.step || found.losses.isEmpty
    else { return found }
    found.step = max(step, found.step)
    found.losses = row.columns.filter { LossColumn(rawValue: $0).isLoss }.compactMap { name in
      row.last(name).map { RunStatus.Loss(name: name, value: $0) }
    }
    return found
  }

  private mutating func estimate(_ place: Int, _ now: Double) {
    let trial = trials[place]
    guard let steps = trial.steps, steps > 0 else { return }
    let part = Double(trial.step) / Double(steps)
    guard let first = begun[trial.trial.index] else {
      begun[trial.trial.index] = (now, part)
      return
    }
    guard part > first.part else { return }
    trials[place].secondsLeft = (now - first.time) / (part - first.part) * max(0, 1 - part)
  }

  private mutating func score(
    _ trial: PlannedTrial, of sweep: SweepDirectory, _ objective: MetricsSection.Objective
  ) {
    guard let found = sweep.scores(trial, objective).best else { return }
    if let best, best.trial.index != trial.index, !objective.prefers(found.value, to: best.value) {
      return
    }
    best = SweepProgress.Best(trial: trial, metric: objective.metric, value: found.value)
  }

  // MARK: Time

  /// By the trials that have ended, else by those that play; nil before one has got anywhere.
  private func secondsLeft(_ progress: SweepProgress, _ course: SweepCourse) -> Double? {
    guard let mean = course.meanSeconds ?? secondsATrial else { return nil }
    let left = progress.trials.map { trial in
      let part = trial.steps.map { Double(trial.step) / Double(max(1, $0)) } ?? 0
      return trial.secondsLeft ?? mean * max(0, 1 - part)
    }
    let open = progress.count - progress.done
    let work = left.reduce(0, +) + mean * Double(max(0, open - left.count))
    return max(work / Double(max(1, min(course.capacity, open))), left.max() ?? 0)
  }
}
