import Results
import RunFormat
import Spec

/// What a row of the page needs to know besides itself.
struct RowLayout: Sendable, Hashable {
  /// Settings that the trials of a sweep differ in.
  var keys: [String] = []
  /// Columns of losses.csv and metrics.csv.
  var measures: [String] = []
  var objective: Objective?
  /// Whether trials differ in nothing but their seed.
  var showsSeed = false

  var json: JSON {
    .object([
      ("keys", .list(keys.map(JSON.text))), ("measures", .list(measures.map(JSON.text))),
      ("objective", objective.map { .text($0.metric) } ?? .null),
      ("maximize", .flag(objective.map { !$0.minimizes } ?? false)),
    ])
  }
}

/// Rows of the page: runs, sweeps, and trials that have not begun.
struct RowWriter: Sendable {
  let layout: RowLayout

  func run(_ watch: RunWatch, _ trial: PlannedTrial? = nil) -> JSON {
    let (run, status) = (watch.run, watch.run.status)
    return row(
      key: watch.key, kind: "run", name: title(watch, trial), id: run.id, state: run.state,
      members: [
        ("index", trial.map { .integer($0.index) }), ("step", run.step.map(JSON.integer)),
        ("steps", status?.steps.map(JSON.integer)), ("done", .number(rounded(watch.fraction))),
        ("left", seconds(watch.secondsLeft)), ("seconds", status?.duration.map(JSON.integer)),
        ("started", status?.started.map { .integer($0.seconds) }),
        ("reason", status?.reason.map(JSON.text)),
        ("score", layout.objective.flatMap(watch.best).map { JSON(plotted: $0) }),
        ("settings", settings(trial)),
        (
          "values",
          .list(layout.measures.map { watch.value($0).map { JSON(plotted: $0) } ?? .null })
        ),
      ])
  }

  /// A trial without a folder: it waits, or failed before it had one.
  func planned(_ trial: PlannedTrial, _ failed: Run?, of sweep: SweepWatch) -> JSON {
    row(
      key: runKey("p", "\(sweep.path)/\(trial.name)"), kind: "planned", name: title(trial),
      id: trial.name, state: failed?.state ?? .other("pending"),
      members: [
        ("index", .integer(trial.index)), ("done", .number(0)),
        ("reason", failed?.status?.reason.map(JSON.text)), ("settings", settings(trial)),
        ("values", .list(layout.measures.map { _ in .null })),
      ])
  }

  func sweep(_ sweep: SweepWatch, _ summary: SweepProgress) -> JSON {
    let isOver = summary.fraction >= 1
    return row(
      key: sweep.key, kind: "sweep", name: sweep.name, id: sweep.id,
      state: summary.isRunning
        ? .running(elsewhere: nil) : isOver ? .finished : .other("not running"),
      members: [
        ("trials", .integer(summary.trials)), ("words", .text(summary.words)),
        ("done", .number(rounded(summary.fraction))), ("left", seconds(summary.secondsLeft)),
        ("started", summary.started.map(JSON.integer)),
        ("best", summary.best.map { .list([.text($0.key), JSON(plotted: $0.value)]) }),
        ("objective", sweep.objective.map { .text($0.metric) }),
        ("values", .list(layout.measures.map { _ in .null })),
      ])
  }

  private func row(
    key: String, kind: String, name: String, id: String, state: RunState,
    members: [(String, JSON?)]
  ) -> JSON {
    .object(
      [
        ("key", .text(key)), ("kind", .text(kind)), ("name", .text(name)), ("id", .text(id)),
        ("state", .text(state.word)), ("told", .text(state.text)),
      ] + members.compactMap { name, value in value.map { (name, $0) } })
  }

  private func title(_ watch: RunWatch, _ trial: PlannedTrial?) -> String {
    trial.map(title) ?? watch.run.name
  }

  /// What a trial sets, in a few words.
  func title(_ trial: PlannedTrial) -> String {
    var parts = trial.point.settings.map { (key: $0.path, text: Optional($0.text)) }
    if layout.showsSeed, !parts.contains(where: { $0.key == "seed" }) {
      parts.append(("seed", "\(trial.seed)"))
    }
    let words = settingWords(parts)
    return words.isEmpty ? trial.name : words
  }

  private func settings(_ trial: PlannedTrial?) -> JSON? {
    guard let trial, !layout.keys.isEmpty else { return nil }
    let texts = Dictionary(trial.point.settings.map { ($0.path, $0.text) }) { first, _ in first }
    return .list(
      layout.keys.map { key in
        (texts[key] ?? (key == "seed" ? "\(trial.seed)" : nil)).map { JSON(plotted: $0) } ?? .null
      })
  }

  private func rounded(_ fraction: Double) -> Double { (fraction * 1e4).rounded() / 1e4 }

  private func seconds(_ value: Double?) -> JSON? {
    value.flatMap { Int(exactly: $0.rounded()) }.map(JSON.integer)
  }
}
