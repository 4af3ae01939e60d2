import RunFormat
import Spec

/// How the objective of a trial went, against what its early stopping counts: epochs or steps.
struct ObjectiveCurve: Sendable, Hashable {
  struct Point: Sendable, Hashable {
    let progress: Int
    let value: Double
  }
  let points: [Point]
  /// Whether the trial came to its end by itself.
  let isFinished: Bool

  init(_ points: [Point], isFinished: Bool) {
    (self.points, self.isFinished) = (points, isFinished)
  }

  /// - Parameter period: of the grace, which says what is counted.
  init(_ scores: ObjectiveValues, countedAs period: Period, isFinished: Bool) {
    self.init(
      scores.all.map { score in
        switch period {
        case .steps: Point(progress: score.step, value: score.value)
        case .epochs: Point(progress: score.epoch, value: score.value)
        }
      }, isFinished: isFinished)
  }
}

extension EarlyStopping {
  private var graceCount: Int {
    switch grace {
    case .steps(let count), .epochs(let count): count
    }
  }

  /// Why a trial that has just been measured should end; nil lets it go on.
  ///
  /// The rules are those of Optuna's MedianPruner and SuccessiveHalvingPruner. What a trial is compared
  /// with is what stands in the folders at this moment, so that with several trials side by side the
  /// answer depends on how fast each is.
  ///
  /// - Parameters:
  ///   - own: its last point is the new one.
  ///   - others: of all other trials, those that are under way or were ended too.
  func reasonToStop(_ own: ObjectiveCurve, others: [ObjectiveCurve], minimizes: Bool) -> String? {
    guard let last = own.points.last, last.progress >= graceCount else { return nil }
    func isBetter(_ a: Double, _ b: Double) -> Bool { minimizes ? a < b : a > b }
    func text(_ value: Double) -> String { "\(Float(value))" }
    switch rule {
    case .median:
      let finished = others.filter(\.isFinished)
      guard finished.count >= trials else { return nil }
      let values = finished.compactMap { curve in
        curve.points.last { $0.progress <= last.progress }?.value
      }.filter { !$0.isNaN }.sorted()
      let best = own.points.map(\.value).filter { !$0.isNaN }.max { isBetter($1, $0) }
      guard let best else { return "the objective is no number" }
      guard !values.isEmpty else { return nil }
      let middle = values.count / 2
      let median =
        values.count % 2 == 1 ? values[middle] : 0.5 * (values[middle - 1] + values[middle])
      return isBetter(median, best)
        ? "the best so far, \(text(best)), is worse than \(text(median)), "
          + "the median of \(values.count) finished trials here"
        : nil
    case .asha:
      guard !last.value.isNaN else { return "the objective is no number" }
      let before = own.points.dropLast().last?.progress ?? 0
      var rung = max(graceCount, 1)
      while rung <= last.progress {
        if before < rung {
          let values = ([own] + others).compactMap { curve in
            curve.points.first { $0.progress >= rung }?.value
          }.filter { !$0.isNaN }.sorted(by: isBetter)
          let place = max(values.count / factor - 1, 0)
          if isBetter(values[place], last.value) {
            return "\(text(last.value)) is not among the best 1/\(factor) of the \(values.count) "
              + "trials that came to rung \(rung); \(text(values[place])) was needed"
          }
        }
        let (next, overflow) = rung.multipliedReportingOverflow(by: factor)
        if overflow { break }
        rung = next
      }
      return nil
    }
  }
}

extension SweepDirectory {
  /// What metrics.csv of a trial says of the objective; nothing where there is no such file yet.
  func scores(_ trial: PlannedTrial, _ objective: MetricsSection.Objective) -> ObjectiveValues {
    ObjectiveValues(objective, csv: (try? files.read("\(folder(trial))/metrics.csv")) ?? [])
  }

  /// Why a trial that has just been measured should end, by what the others came to; nil lets it go on.
  package func reasonToStop(
    _ trial: PlannedTrial, by rule: EarlyStopping, _ objective: MetricsSection.Objective
  ) throws(RunError) -> String? {
    func curve(_ trial: PlannedTrial, isFinished: Bool) -> ObjectiveCurve {
      ObjectiveCurve(
        scores(trial, objective), countedAs: rule.grace, isFinished: isFinished)
    }
    // A search adds trials while this one goes.
    let all = try SweepDirectory(reading: path, files: files).trials
    var others: [ObjectiveCurve] = []
    for other in all where other.index != trial.index {
      guard files.exists(folder(other)) else { continue }
      // One that cannot be read says nothing.
      guard let standing = try? Standing(of: folder(other), files: files) else { continue }
      let state = TrialState(standing)
      others.append(curve(other, isFinished: state == .finished))
    }
    return rule.reasonToStop(
      curve(trial, isFinished: false), others: others, minimizes: objective.minimizes)
  }
}
