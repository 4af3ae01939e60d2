import Results
import RunFormat
import Spec

/// What the pages are told: for each a message with everything, then messages with what has changed. The disk
/// is looked at only while somebody listens, and for all of them together.
package actor Feed {
  /// What one page has been told so far.
  package struct Sent: Sendable {
    var version = -1
    var keys: Set<String> = []
    var layout: RowLayout?
    var head: [String: String] = [:]
    var curves: [String: [String: CurveSent]] = [:]
    var pictures: [String: Int] = [:]

    package init() {}
  }

  struct CurveSent: Sendable, Hashable {
    let beginnings: Int
    let generation: Int
    let points: Int
    let rows: Int
  }

  package static let everything = "all"
  /// Curves and samples are those of at most so many runs.
  static let detailLimit = 12
  private static let noteLimit = 20

  private let title: String
  private let interval: Swift.Duration
  private let reader: @Sendable () -> Reader
  private var table: RunTable
  private var details: [String: RunDetail] = [:]
  private var lastLook: ContinuousClock.Instant?
  private var summaries: [String: (version: Int, summary: SweepProgress)] = [:]

  /// - Parameters:
  ///   - roots: folders of results, absolute and without links.
  ///   - title: what the page is called.
  ///   - interval: the disk is not looked at more often.
  package init(
    _ roots: [String], title: String, interval: Swift.Duration = .milliseconds(800),
    reader: @escaping @Sendable () -> Reader = { .current }
  ) {
    (self.title, self.interval, self.reader) = (title, interval, reader)
    table = RunTable(roots)
  }

  // MARK: Looking

  /// Looks at the disk, unless somebody has just done so.
  package func look() {
    let now = ContinuousClock.now
    if let lastLook, now - lastLook < interval { return }
    table.refresh(reader: reader())
    lastLook = .now
    // Nobody has asked for these for about a minute.
    for (path, detail) in details where table.version - detail.used > 60 { details[path] = nil }
    for path in summaries.keys where table.sweeps[path] == nil { summaries[path] = nil }
  }

  /// Runs and sweeps that are there.
  package var counts: (runs: Int, sweeps: Int) { (table.runs.count, table.sweeps.count) }

  /// The page's name of what lies at a path; nil where that is no run and no sweep.
  package func key(of path: String) -> String? {
    table.runs[path]?.key ?? table.sweeps[path]?.key
  }

  /// What `view` shows that `sent` does not have.
  ///
  /// - Parameter view: ``everything``, or the key of a run or a sweep.
  /// - Returns: one JSON object on one line, nil where nothing is new; and what the page then has.
  package func message(of view: String, after sent: Sent) -> (text: String?, sent: Sent) {
    look()
    var sent = sent
    let members: [(String, JSON)]
    if view == Self.everything {
      members = everything(&sent)
    } else if let path = table.paths[view], let sweep = table.sweeps[path] {
      members = trials(of: sweep, &sent)
    } else if let path = table.paths[view], let run = table.runs[path] {
      members = alone(run, &sent)
    } else {
      members = head(&sent, [("gone", .flag(true))])
    }
    let isFirst = sent.version < 0
    sent.version = table.version
    guard !members.isEmpty || isFirst else { return (nil, sent) }
    let all = [("full", JSON.flag(isFirst))] + members
    return (JSON.object(all).compact, sent)
  }

  /// The file of a grid that a page may show; nil where there is none of that name, or it is a link to
  /// somewhere else.
  package func picture(_ key: String, _ name: String) -> String? {
    guard let path = table.paths[key], let run = table.runs[path]?.run, name.hasSuffix(".png"),
      run.files(in: "samples").contains(name)
    else { return nil }
    let file = "\(path)/samples/\(name)"
    return table.isInside(file) ? PlainFiles.absolute(file) : nil
  }

  // MARK: Views

  private func everything(_ sent: inout Sent) -> [(String, JSON)] {
    let single = table.order.compactMap { table.runs[$0] }.filter { $0.place.sweep == nil }
    let sweeps = table.sweeps.values.sorted { $0.path < $1.path }
    let layout = RowLayout(measures: names(single.map(\.measures)))
    let writer = RowWriter(layout: layout)
    var rows: [(key: String, version: Int, json: () -> JSON)] = []
    for sweep in sweeps {
      let (summary, version) = summary(of: sweep)
      rows.append((sweep.key, version, { writer.sweep(sweep, summary) }))
    }
    for run in single { rows.append((run.key, run.version, { writer.run(run) })) }
    // Trials of sweeps have their own page; here are those that are under way.
    let trials = sweeps.flatMap { runs(of: $0) }.filter(\.isRunning)
    let chosen = chosen(single + trials, objective: nil)
    let states = table.runs.values.map(\.run.state)
    return head(
      &sent,
      [
        (
          "view",
          .object([
            ("title", .text(title)), ("kind", .text("all")), ("lead", .text(lead(states, sweeps))),
          ])
        ), ("notes", notes),
      ]) + changes(rows, layout, &sent)
      + detail(chosen, &sent) { run in
        run.place.sweep == nil
          ? "\(run.run.name) \(run.run.id)"
          : plannedTrial(run).map(sweepWriter(run).title) ?? run.run.id
      }
  }

  private func trials(of sweep: SweepWatch, _ sent: inout Sent) -> [(String, JSON)] {
    let runs = runs(of: sweep)
    let writer = RowWriter(layout: layout(of: sweep, runs))
    let byName = Dictionary(runs.map { ($0.run.id, $0) }) { first, _ in first }
    var rows: [(key: String, version: Int, json: () -> JSON)] = []
    for trial in sweep.plan {
      if let run = byName[trial.name] {
        rows.append((run.key, run.version, { writer.run(run, trial) }))
      } else {
        let failed = sweep.failed[trial.name]
        rows.append(
          (
            runKey("p", "\(sweep.path)/\(trial.name)"), sweep.version,
            { writer.planned(trial, failed, of: sweep) }
          ))
      }
    }
    let planned = Dictionary(sweep.plan.map { ($0.name, $0) }) { first, _ in first }
    for run in runs where planned[run.run.id] == nil {
      rows.append((run.key, run.version, { writer.run(run) }))
    }
    let (summary, _) = summary(of: sweep)
    let best = summary.best.flatMap { table.paths[$0.key] }.flatMap { table.runs[$0] }
    let bestTitle = best.map { run in planned[run.run.id].map(writer.title) ?? run.run.id }
    return head(
      &sent,
      [
        (
          "view",
          .object([
            ("title", .text(sweep.name)), ("kind", .text("sweep")), ("id", .text(sweep.id)),
            ("path", .text(sweep.path)),
            ("lead", .text("\(grouped(summary.trials)) trials: \(summary.words)")),
            ("done", .number((summary.fraction * 1e4).rounded() / 1e4)),
            (
              "left",
              summary.secondsLeft.flatMap { Int(exactly: $0.rounded()) }.map(JSON.integer) ?? .null
            ),
            (
              "best",
              summary.best.map {
                .list([.text($0.key), JSON(plotted: $0.value), .text(bestTitle ?? "")])
              } ?? .null
            ),
          ])
        ), ("notes", notes),
      ]) + changes(rows, writer.layout, &sent)
      + detail(chosen(runs, objective: sweep.objective), &sent) { run in
        planned[run.run.id].map(writer.title) ?? run.run.id
      }
  }

  private func alone(_ run: RunWatch, _ sent: inout Sent) -> [(String, JSON)] {
    let sweep = run.place.sweep.flatMap { table.sweeps[$0] }
    let writer = sweepWriter(run)
    let trial = plannedTrial(run)
    let facts = RunFacts(run, trial).json
    let parent: JSON? = sweep.map { .list([.text($0.key), .text("\($0.name)/\($0.id)")]) }
    let layout = RowLayout(
      keys: writer.layout.keys, measures: run.measures, objective: run.run.objectiveOr(sweep))
    let lone = RowWriter(layout: layout)
    return head(
      &sent,
      [
        (
          "view",
          .object([
            ("title", .text(trial.map(writer.title) ?? run.run.name)), ("kind", .text("run")),
            ("id", .text(run.run.id)), ("path", .text(run.place.path)),
            ("parent", parent ?? .null), ("lead", .text("")),
          ])
        ), ("facts", facts), ("notes", .list(run.problems.prefix(Self.noteLimit).map(JSON.text))),
      ]) + changes([(run.key, run.version, { lone.run(run, trial) })], layout, &sent)
      + detail([run], &sent) { _ in run.run.id }
  }

  // MARK: Parts of a message

  /// Those of the members that are not what was sent last.
  private func head(_ sent: inout Sent, _ members: [(String, JSON)]) -> [(String, JSON)] {
    members.filter { name, value in
      let text = value.compact
      defer { sent.head[name] = text }
      return sent.head[name] != text
    }
  }

  private func changes(
    _ rows: [(key: String, version: Int, json: () -> JSON)], _ layout: RowLayout,
    _ sent: inout Sent
  ) -> [(String, JSON)] {
    var members: [(String, JSON)] = []
    let isSame = sent.layout == layout
    if !isSame { members.append(("layout", layout.json)) }
    let keys = Set(rows.map(\.key))
    let known = sent.keys
    let changed = rows.filter {
      !isSame || $0.version > sent.version || !known.contains($0.key)
    }
    if !changed.isEmpty || !isSame { members.append(("rows", .list(changed.map { $0.json() }))) }
    let removed = known.subtracting(keys)
    if !removed.isEmpty { members.append(("removed", .list(removed.sorted().map(JSON.text)))) }
    (sent.layout, sent.keys) = (layout, keys)
    return members
  }

  /// Those that run first, then the best, then those that were heard of last.
  private func chosen(_ runs: [RunWatch], objective: Objective?) -> [RunWatch] {
    guard runs.count > Self.detailLimit else { return runs }
    var chosen: [RunWatch] = runs.filter(\.isRunning)
    if let objective {
      let scored = runs.compactMap { run in run.best(objective).map { (run, $0) } }
        .sorted { objective.minimizes ? $0.1 < $1.1 : $0.1 > $1.1 }
      chosen += scored.prefix(4).map(\.0)
    }
    chosen += runs.sorted {
      ($0.run.status?.heartbeat?.seconds ?? 0) > ($1.run.status?.heartbeat?.seconds ?? 0)
    }.prefix(Self.detailLimit)
    var seen: Set<String> = []
    return Array(chosen.filter { seen.insert($0.key).inserted }.prefix(Self.detailLimit))
  }

  private func detail(
    _ runs: [RunWatch], _ sent: inout Sent, title: (RunWatch) -> String
  ) -> [(String, JSON)] {
    var items: [JSON] = []
    for watch in runs {
      let path = watch.place.path
      details[path, default: RunDetail(path)].refresh(watch.run, version: table.version)
      guard let detail = details[path] else { continue }
      var members: [(String, JSON)] = []
      let curves = curves(detail, watch.metrics, sent.curves[watch.key] ?? [:])
      if !curves.json.isEmpty { members.append(("curves", .object(curves.json))) }
      if sent.pictures[watch.key] != detail.picturesVersion {
        members.append(("pictures", .list(detail.pictures.map { json($0, of: watch.key) })))
      }
      if sent.curves[watch.key] == nil { members.append(("title", .text(title(watch)))) }
      sent.curves[watch.key] = curves.sent
      sent.pictures[watch.key] = detail.picturesVersion
      if !members.isEmpty { items.append(.object([("key", .text(watch.key))] + members)) }
    }
    let keys = Set(runs.map(\.key))
    let dropped = sent.curves.keys.filter { !keys.contains($0) }.sorted()
    for key in dropped { (sent.curves[key], sent.pictures[key]) = (nil, nil) }
    var members: [(String, JSON)] = []
    if !items.isEmpty { members.append(("details", .list(items))) }
    if !dropped.isEmpty { members.append(("dropped", .list(dropped.map(JSON.text)))) }
    return members
  }

  private func curves(
    _ detail: RunDetail, _ metrics: NumberTable, _ before: [String: CurveSent]
  ) -> (json: [(String, JSON)], sent: [String: CurveSent]) {
    var json: [(String, JSON)] = []
    var sent: [String: CurveSent] = [:]
    func add(_ column: String, _ curve: GrowingCurve, beginnings: Int) {
      let now = CurveSent(
        beginnings: beginnings, generation: curve.generation, points: curve.x.count,
        rows: curve.rows)
      sent[column] = now
      let old = before[column]
      if old == now { return }
      let isContinued = old?.beginnings == now.beginnings && old?.generation == now.generation
      // The last point may still become another.
      let from = isContinued ? max(0, (old?.points ?? 0) - 1) : 0
      json.append(
        (
          column,
          .object([
            ("from", .integer(from)),
            ("x", .list(curve.x[from...].map { JSON(plotted: $0) })),
            ("y", .list(curve.y[from...].map { JSON(plotted: $0) })),
          ])
        ))
    }
    for column in detail.table.columns {
      guard let curve = detail.table.curves[column] else { continue }
      add(column, curve, beginnings: detail.table.beginnings)
    }
    for column in metrics.columns where !GrowingTable.places.contains(column) {
      var curve = GrowingCurve()
      for case (let step?, let value?) in zip(metrics["step"] ?? [], metrics[column] ?? []) {
        curve.add(x: step, y: value)
      }
      add(column, curve, beginnings: metrics.rowCount)
    }
    for column in before.keys where sent[column] == nil {
      json.append((column, .object([("from", .integer(0)), ("x", .list([])), ("y", .list([]))])))
    }
    return (json, sent)
  }

  private func json(_ picture: Picture, of key: String) -> JSON {
    let stamp = FileStamp(picture.path)?.version ?? "0"
    return .object([
      ("step", picture.step.map(JSON.integer) ?? .null), ("name", .text(picture.name)),
      ("src", .text("/picture/\(key)/\(picture.name).png?v=\(stamp)")),
    ])
  }

  // MARK: Facts

  private func runs(of sweep: SweepWatch) -> [RunWatch] {
    (table.trials[sweep.path] ?? []).compactMap { table.runs[$0] }
  }

  private func summary(of sweep: SweepWatch) -> (summary: SweepProgress, version: Int) {
    let runs = runs(of: sweep)
    let version = max(sweep.version, table.membership, runs.map(\.version).max() ?? 0)
    if let known = summaries[sweep.path], known.version == version {
      return (known.summary, version)
    }
    let summary = SweepProgress(sweep, runs)
    summaries[sweep.path] = (version, summary)
    return (summary, version)
  }

  private func layout(of sweep: SweepWatch, _ runs: [RunWatch]) -> RowLayout {
    let points = Set(sweep.plan.map(\.point.settings))
    return RowLayout(
      keys: sweep.keys, measures: names(runs.map(\.measures)), objective: sweep.objective,
      showsSeed: points.count < sweep.plan.count)
  }

  private func sweepWriter(_ run: RunWatch) -> RowWriter {
    guard let sweep = run.place.sweep.flatMap({ table.sweeps[$0] }) else {
      return RowWriter(layout: RowLayout())
    }
    return RowWriter(layout: layout(of: sweep, []))
  }

  private func plannedTrial(_ run: RunWatch) -> PlannedTrial? {
    run.place.sweep.flatMap { table.sweeps[$0] }?.plan.first { $0.name == run.run.id }
  }

  private func names(_ lists: [[String]]) -> [String] {
    var seen: Set<String> = []
    return lists.joined().filter { seen.insert($0).inserted }
  }

  private func lead(_ states: [RunState], _ sweeps: [SweepWatch]) -> String {
    guard !states.isEmpty || !sweeps.isEmpty else { return "no run here yet" }
    var counts: [String: Int] = [:]
    for state in states { counts[state.word, default: 0] += 1 }
    let words = ["running"] + counts.keys.filter { $0 != "running" }.sorted()
    let told = words.compactMap { word in counts[word].map { "\(grouped($0)) \(word)" } }
    let runs = "\(grouped(states.count)) run\(states.count == 1 ? "" : "s")"
    let among = sweeps.isEmpty ? "" : ", \(sweeps.count) sweep\(sweeps.count == 1 ? "" : "s")"
    return "\(runs)\(among): \(told.joined(separator: ", "))"
  }

  private var notes: JSON {
    let all = table.notes
    let more = all.count > Self.noteLimit ? ["… and \(all.count - Self.noteLimit) more"] : []
    return .list((all.prefix(Self.noteLimit) + more).map(JSON.text))
  }
}

extension Run {
  /// What it was asked to be good at, or its sweep.
  func objectiveOr(_ sweep: SweepWatch?) -> Objective? { sweep?.objective ?? objective }
}
