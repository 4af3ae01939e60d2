import RunFormat
import Spec

/// Chooses what a search tries next, from what stands in its folders.
package struct SweepSearch {
  private let section: SweepSection
  private let objective: MetricsSection.Objective
  private let seed: UInt64
  private let limit: Int
  /// Resolves and checks the trials of a setting; their indices follow those of the plan.
  private let plan: ([SweepPoint], _ index: Int) throws -> [PlannedTrial]

  /// - Parameter plan: throws `Diagnostics` for a setting that cannot be played.
  /// - Throws: when the sweep has no budget of trials.
  package init(
    _ section: SweepSection, _ objective: MetricsSection.Objective, seed: UInt64,
    plan: @escaping ([SweepPoint], _ index: Int) throws -> [PlannedTrial]
  ) throws(Diagnostics) {
    (self.section, self.objective, self.seed, self.plan) = (section, objective, seed, plan)
    limit = try section.searchLimit()
  }

  struct Suggestion {
    /// The replicates of one setting; empty when the search is over.
    let trials: [PlannedTrial]
    /// Other suggestions, which could not be played, and why.
    let refused: [(settings: [SweepPoint.Setting], reason: String)]
  }

  /// The next setting, once all that has been planned is under way.
  func next(_ sweep: SweepDirectory, _ states: [TrialState]) throws(RunError) -> Suggestion {
    let history = history(sweep, states)
    var refused: [(settings: [SweepPoint.Setting], reason: String)] = []
    // What cannot be played is as bad as can be, or it would be suggested again and again.
    var bad = try sweep.journal.content().records.compactMap { record -> SearchTrial? in
      guard record["event"]?.string == "refused", let set = record["set"]?.members else {
        return nil
      }
      let settings = set.map { SweepPoint.Setting(path: $0.0, text: $0.1.string ?? "") }
      return SearchTrial(settings: settings, result: .worthless)
    }
    // A small space may be exhausted before its budget is.
    for attempt in 0..<50 where history.count < limit {
      let settings: [SweepPoint.Setting]?
      do throws(Diagnostics) {
        settings = try section.suggestion(
          history + bad, minimizes: objective.minimizes, seed: seed, number: history.count,
          attempt: attempt)
      } catch {
        throw .request(error.entries.map(\.message).joined(separator: "; "))
      }
      guard let settings else { break }
      if (history + bad).contains(where: { $0.settings == settings }) { continue }
      let points = (0..<section.replicates).map { SweepPoint(settings: settings, replicate: $0) }
      do {
        let trials = try plan(points, sweep.trials.count)
        let known = Set(sweep.trials.map(\.identity))
        if trials.contains(where: { known.contains($0.identity) }) { continue }
        return Suggestion(trials: trials, refused: refused)
      } catch let error as Diagnostics {
        let words = settings.map { "\($0.path)=\($0.text)" }.joined(separator: " ")
        refused.append(
          (settings, "\(words): \(error.entries.first?.message ?? "not a right spec")"))
        bad.append(SearchTrial(settings: settings, result: .worthless))
      } catch let error as RunError {
        throw error
      } catch {
        throw .request("\(error)")
      }
    }
    return Suggestion(trials: [], refused: refused)
  }

  /// A setting for each group of replicates, in the order of the plan.
  func history(_ sweep: SweepDirectory, _ states: [TrialState]) -> [SearchTrial] {
    var order: [[SweepPoint.Setting]] = []
    var groups: [[SweepPoint.Setting]: [(trial: PlannedTrial, state: TrialState)]] = [:]
    for (trial, state) in zip(sweep.trials, states) {
      if groups[trial.point.settings] == nil { order.append(trial.point.settings) }
      groups[trial.point.settings, default: []].append((trial, state))
    }
    return order.map { settings in
      SearchTrial(settings: settings, result: result(sweep, groups[settings] ?? []))
    }
  }

  /// What a setting came to: the mean of the best value of each replicate; where some were ended early,
  /// of the last ones at the earliest end.
  private func result(
    _ sweep: SweepDirectory, _ replicates: [(trial: PlannedTrial, state: TrialState)]
  ) -> SearchTrial.Result {
    if replicates.contains(where: { !$0.state.isOver }) { return .running }
    var (values, stops): ([Double], [Int]) = ([], [])
    for (trial, state) in replicates {
      let scores = sweep.scores(trial, objective)
      switch state {
      case .finished:
        guard let best = scores.best else { return .worthless }
        values.append(best.value)
      case .stopped, .paused:
        guard let last = scores.all.last, last.value.isFinite else { return .worthless }
        values.append(last.value)
        stops.append(last.step)
      case .pending, .running, .held, .diverged, .failed: return .worthless
      }
    }
    let mean = values.reduce(0, +) / Double(max(1, values.count))
    return stops.min().map { .stopped(step: $0, value: mean) } ?? .complete(mean)
  }
}
