import Charts
import RunFormat
import Spec

/// `gan-exp show SWEEP`: how a sweep stands, while it plays and afterwards.
package struct SweepSummary: Sendable {
  package let sweep: Sweep
  package let facts: [(name: String, text: String)]
  /// The trials that were begun: those that run, then the best, then the others.
  package let trials: [LoadedRun]
  /// The one that its objective calls best; nil without an objective, or before it was measured.
  package let best: (run: Run, value: Double)?
  package let problems: [String]
  private let names: RunNames
  private let sets: SetValues
  private let objective: Objective?
  private let pending: Int

  /// In which states are told.
  private static let order = [
    "finished", "stopped", "running", "interrupted", "diverged", "failed",
  ]
  /// More trials than this are listed by `ls`.
  private static let rowLimit = 24

  /// - Parameter names: nil: by its id.
  package init(_ sweep: Sweep, names: RunNames? = nil, reader: Reader = .current) {
    self.sweep = sweep
    let names = names ?? RunNames([sweep.path])
    self.names = names
    let scan = RunScan([sweep.path], reader: reader)
    let loaded = LoadedRun.load(scan.runs)
    let sets = SetValues(scan.runs)
    self.sets = sets
    let settings =
      ((try? PlainFiles.text("\(sweep.path)/resolved.yaml")) ?? nil)
      .flatMap { try? Settings(text: $0) } ?? .none
    let objective = Objective(settings) ?? Objective.common(of: loaded)
    self.objective = objective
    let scores = loaded.map { objective?.best(of: $0.run) }
    let scored = zip(loaded, scores).compactMap { run, score in score.map { (run: run, score: $0) }
    }
    let order = scored.sorted {
      objective?.minimizes == false ? $0.score > $1.score : $0.score < $1.score
    }
    best = order.first.map { ($0.run.run, $0.score) }
    let running = loaded.filter(\.isRunning)
    let measured = order.map(\.run).filter { !$0.isRunning }
    let known = Set((running + measured).map(\.run.path))
    trials = running + measured + loaded.filter { !known.contains($0.run.path) }
    let plan = Self.planned(sweep.path)
    pending = max(0, max(plan, Self.budget(settings)) - loaded.count)
    facts = Self.facts(
      sweep, names, settings, loaded, pending: pending,
      pace: SweepPace(loaded.map(\.run), pending: pending, now: reader.now),
      best: best.map { best in
        "\(names.short(of: best.run)), \(objective?.metric ?? "") \(NumberFormat.short(best.value))"
          + (sets.values(of: best.run).isEmpty ? "" : ": \(sets.values(of: best.run).words())")
      })
    problems = scan.notes
  }

  private static func planned(_ sweep: String) -> Int {
    let plan = (try? PlainFiles.bytes("\(sweep)/plan.jsonl")).flatMap(\.self)
    return plan?.split(separator: UInt8(ascii: "\n")).count ?? 0
  }

  /// Trials that a search comes to in all; 0 where the plan has all of them.
  private static func budget(_ settings: Settings) -> Int {
    guard settings["sweep.method"] == "tpe" else { return 0 }
    return settings["sweep.budget.trials"].flatMap { Int($0) } ?? 0
  }

  private static func facts(
    _ sweep: Sweep, _ names: RunNames, _ settings: Settings, _ runs: [LoadedRun], pending: Int,
    pace: SweepPace, best: String?
  ) -> [(name: String, text: String)] {
    var facts = [("sweep", names.short(of: sweep.path)), ("folder", sweep.path)]
    let name = settings["name"] ?? sweep.name
    let description = settings["description"].flatMap { $0 == "none" ? nil : $0 }
    facts.append(("spec", name + (description.map { ": \($0)" } ?? "")))
    let axes = settings.below("sweep.axes").map { entry in
      "\(entry.key.dropFirst("sweep.axes.".count)) \(entry.text)"
    }
    if !axes.isEmpty { facts.append(("axes", axes.joined(separator: ", "))) }
    let words = runs.map(\.run.state.text)
    var states = Table.titles(of: [order, words]).compactMap { word in
      let count = words.count { $0 == word }
      return count > 0 ? "\(count) \(word)" : nil
    }
    if pending > 0 { states.append("\(pending) to come") }
    if !states.isEmpty { facts.append(("trials", states.joined(separator: ", "))) }
    facts.append(("progress", pace.words))
    if let started = runs.compactMap({ $0.run.status?.started }).min(by: { $0.seconds < $1.seconds }
    ) {
      facts.append(("started", "\(started.short) UTC"))
    }
    if let best { facts.append(("best", best)) }
    return facts
  }

  // MARK: As a table

  package var table: Table {
    let losses = Table.titles(of: trials.map { $0.measures.map(\.name).filter(\.isLoss) })
    let values = trials.map { sets.values(of: $0.run) }
    let titles = KeyTitles(values.flatMap { $0.map(\.key) })
    let isSet = values.contains { !$0.isEmpty }
    let reasons = trials.map { $0.run.state == .finished ? nil : $0.run.status?.reason }
    let hasReasons = reasons.contains { $0 != nil }
    let metric = objective?.metric
    let columns: [Table.Column] =
      [
        .init("trial", least: nil), .init("state", least: nil),
        .init("step", isNumeric: true, dispensability: 2),
      ]
      + (isSet ? [.init("set", least: 34)] : [])
      + (metric.map { [.init("best \($0)", isNumeric: true)] } ?? [])
      + losses.map { .init($0, isNumeric: true, dispensability: 3) }
      + [.init("time", isNumeric: true, dispensability: 4)]
      + (hasReasons ? [.init("reason", least: 20, dispensability: 1)] : [])
    return Table(
      columns: columns,
      rows: trials.indices.map { index in
        let (loaded, run) = (trials[index], trials[index].run)
        var cells: [Table.Cell] = [
          .text(names.short(of: run)), .text(run.state.text), .text(run.progress),
        ]
        if isSet { cells.append(.text(values[index].words { titles[$0] })) }
        if metric != nil {
          cells.append(objective?.best(of: run).map(Table.Cell.number) ?? .missing)
        }
        cells += losses.map { loaded.measure($0).map(Table.Cell.number) ?? .missing }
        cells.append(
          run.status?.duration.map { .text(durationText(seconds: $0)) } ?? .missing)
        if hasReasons { cells.append(reasons[index].map(Table.Cell.reason) ?? .missing) }
        return cells
      })
  }

  // MARK: As text

  package func text(_ style: TerminalStyle) -> String {
    var lines: [String] = []
    let width = facts.map(\.name.count).max() ?? 0
    for fact in facts {
      let name = fact.name + String(repeating: " ", count: width - fact.name.count)
      lines += RunSummary.wrapped(fact.text, first: "\(name)  ", width: style.width)
    }
    if !trials.isEmpty {
      let all = table
      let shown = Table(columns: all.columns, rows: Array(all.rows.prefix(Self.rowLimit)))
      lines += ["", String(shown.aligned(width: style.width).dropLast())]
      if all.rows.count > Self.rowLimit {
        lines.append(
          "… \(all.rows.count - Self.rowLimit) more: gan-exp ls \(names.short(of: sweep.path))")
      }
    }
    if let best, let picture = best.run.pictures().last, let raster = try? picture.raster() {
      lines += [
        "",
        "the best: \(names.short(of: best.run)), samples/\(picture.name).png"
          + (picture.step.map { ", step \($0)" } ?? ""),
      ]
      lines += TerminalPicture.lines(of: raster, style: style, maxLines: 20)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  package var json: JSON {
    .object([
      ("id", .text(sweep.id)), ("short", .text(names.short(of: sweep.path))),
      ("name", .text(sweep.name)), ("path", .text(sweep.path)), ("pending", .integer(pending)),
      ("objective", objective.map { .text($0.metric) } ?? .null),
      (
        "best",
        best.map {
          .object([("trial", .text($0.run.id)), ("value", JSON(measured: $0.value))])
        } ?? .null
      ),
      (
        "trials",
        .list(
          trials.map { loaded in
            .object([
              ("id", .text(loaded.run.id)), ("short", .text(names.short(of: loaded.run))),
              ("path", .text(loaded.run.path)), ("state", .text(loaded.run.state.text)),
              ("step", loaded.run.step.map(JSON.integer) ?? .null),
              ("steps", loaded.run.status?.steps.map(JSON.integer) ?? .null),
              ("reason", loaded.run.status?.reason.map(JSON.text) ?? .null),
              (
                "set",
                .object(sets.values(of: loaded.run).map { ($0.key, JSON(setting: $0.text)) })
              ),
              (
                "values",
                .object(loaded.measures.map { ($0.name, JSON(measured: $0.value)) })
              ),
            ])
          })
      ),
    ])
  }
}

extension LoadedRun {
  fileprivate var isRunning: Bool { if case .running = run.state { true } else { false } }
}

/// How far a sweep is, and how long it still takes, by what its trials have said last.
struct SweepPace: Sendable {
  /// Rounds played of those of all trials; nil where no trial says how many it has.
  let fraction: Double?
  /// nil while nothing runs or no trial has got anywhere.
  let secondsLeft: Double?

  /// - Parameter pending: trials that have not begun.
  init(_ runs: [Run], pending: Int, now: Moment) {
    var (done, left, seconds, alive) = (0.0, Double(pending), [Double](), 0)
    for run in runs {
      guard case .running = run.state else {
        let isOver = run.state.isOver
        done += isOver ? 1 : run.part
        left += isOver ? 0 : 1 - run.part
        if run.state == .finished, let duration = run.status?.duration {
          seconds.append(Double(duration))
        }
        continue
      }
      alive += 1
      done += run.part
      left += 1 - run.part
      if run.part > 0, let started = run.status?.started, let beat = run.status?.heartbeat {
        let passed = Double(max(beat.seconds, started.seconds + 1) - started.seconds)
        seconds.append(passed / run.part)
      }
    }
    let count = Double(runs.count + pending)
    fraction = count > 0 ? done / count : nil
    secondsLeft =
      alive > 0 && !seconds.isEmpty
      ? left * seconds.reduce(0, +) / Double(seconds.count) / Double(alive) : nil
  }

  var words: String {
    let part = fraction.map { "\(Int(($0 * 100).rounded(.down))) % of all rounds" } ?? "nothing yet"
    return part + (secondsLeft.map { ", about \(Duration.words($0)) left" } ?? "")
  }
}

extension Run {
  /// What part of its rounds it has played.
  fileprivate var part: Double {
    guard let step, let steps = status?.steps, steps > 0 else { return 0 }
    return min(1, Double(step) / Double(steps))
  }
}

extension RunState {
  fileprivate var isOver: Bool {
    switch self {
    case .finished, .stopped, .diverged, .failed: true
    case .running, .interrupted, .other, .unknown: false
    }
  }
}
