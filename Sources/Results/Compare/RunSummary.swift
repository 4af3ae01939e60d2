import Charts
import Images
import RunFormat
import Spec

/// `gan-exp show`: the key facts of one run.
package struct RunSummary: Sendable {
  package let run: Run
  package let facts: [(name: String, text: String)]
  /// Values of the spec that are not there by default, with where they come from.
  package let chosen: [(key: String, text: String, origin: String)]
  package let curves: [Curve]
  package let picture: Picture?
  /// Names below the run's folder.
  package let files: [String]
  package let problems: [String]
  /// What the run is called where a run is named.
  package let short: String
  /// What the spec says that is in none of the run's files, in a sentence; nil where all of it is a default.
  private let elsewhere: String?

  /// - Parameter names: nil: by its id.
  package init(_ run: Run, names: RunNames? = nil) {
    var problems = run.problems
    func attempt<T>(_ body: () throws(ReadingError) -> T) -> T? {
      do throws(ReadingError) { return try body() } catch {
        problems.append("\(error)")
        return nil
      }
    }
    self.run = run
    let settings = attempt { () throws(ReadingError) in try run.settings() } ?? .none
    let environment = attempt { () throws(ReadingError) in try run.environment() } ?? .none
    let losses = attempt { () throws(ReadingError) in try run.losses() } ?? .none
    let metrics = attempt { () throws(ReadingError) in try run.metrics() } ?? .none
    if let damage = run.damage(in: losses) { problems.append(damage) }
    let pictures = run.pictures()
    picture = pictures.last
    short = names?.short(of: run) ?? run.wholeName
    facts =
      [(name: "run", text: short), (name: "folder", text: run.path)]
      + Self.facts(run, settings, environment, losses, metrics)
    let origins = Origins(run)
    chosen = settings.entries.compactMap { entry in
      let origin = origins.origin(of: entry.key, text: entry.text)
      guard !Origins.isElsewhere(origin), !Self.isFact(entry.key) else { return nil }
      // What both networks share is said once.
      guard let pair = NetworkKeys(either: entry.key), settings[pair.shared] != nil else {
        return (entry.key, entry.text, origin)
      }
      return entry.key == pair.generator ? (pair.shared, entry.text, origin) : nil
    }
    curves = losses.columns.filter(\.isLoss).map {
      Curve($0, tables: [losses], column: $0, limit: 2_000)
    }
    elsewhere = origins.unreadBase.map { "it extends \($0): resolved.yaml has what that says" }
    files = Self.files(run, pictures)
    self.problems = problems
  }

  private static func isFact(_ key: String) -> Bool {
    key == "version" || key == "name" || key == "description" || key.hasPrefix("architecture.")
  }

  private static func facts(
    _ run: Run, _ settings: Settings, _ environment: Settings, _ losses: NumberTable,
    _ metrics: NumberTable
  ) -> [(name: String, text: String)] {
    var facts: [(name: String, text: String)] = []
    func add(_ name: String, _ parts: [String?], separator: String = ", ") {
      let text = parts.compactMap(\.self).filter { !$0.isEmpty }.joined(separator: separator)
      if !text.isEmpty { facts.append((name, text)) }
    }
    let description = settings["description"].flatMap { $0 == "none" ? nil : $0 }
    add("spec", [settings["name"] ?? run.name, description], separator: ": ")
    add("state", [run.state.text, run.status?.reason], separator: ": ")
    let rate = ((try? run.bytes("timing.csv")) ?? nil).map { NumberTable($0) }
    add(
      "progress",
      [
        "step \(run.progress)", run.status?.epoch.map { "epoch \($0)" },
        run.status?.duration.map { "in \(durationText(seconds: $0))" },
        rate?.last("images_per_second").map { "\(NumberFormat.rounded($0)) images/s" },
      ])
    add("tags", run.notes.tags)
    add("note", [run.notes.text?.split(whereSeparator: \.isNewline).joined(separator: " / ")])
    add("started", [run.status?.started.map { "\($0.short) UTC" }])
    add(
      "losses",
      losses.columns.filter { !LoadedRun.places.contains($0) }.compactMap { column in
        losses.last(column).map { "\(column) \(NumberFormat.short($0))" }
      })
    add(
      "metrics",
      metrics.columns.filter { !LoadedRun.places.contains($0) }.compactMap { column in
        metrics.last(column).map { "\(column) \(NumberFormat.short($0))" }
      })
    for network in ["generator", "discriminator"] {
      add(network, [settings.layers(of: "architecture.\(network)")])
    }
    add(
      "machine",
      [
        environment["machine.host"], environment["machine.processor"],
        environment["threads"].map { "\($0) thread\($0 == "1" ? "" : "s")" },
        environment["device"],
      ])
    add(
      "program",
      [
        environment["program.version"].map { "gan-exp \($0)" },
        environment["git_commit"].map {
          "commit \($0.prefix(12))" + (environment["git_changed"] == "true" ? " with changes" : "")
        },
      ])
    add("data", [environment["data_digest"].map { "sha256 \($0.prefix(16))…" }])
    return facts
  }

  private static func files(_ run: Run, _ pictures: [Picture]) -> [String] {
    var files = ["resolved.yaml", "losses.csv", "metrics.csv", "losses.svg", "log.txt"].filter {
      PlainFiles.exists("\(run.path)/\($0)")
    }
    if let first = pictures.first, let last = pictures.last {
      files.append(
        pictures.count == 1
          ? "samples/\(first.name).png" : "samples/\(first.name).png … \(last.name).png")
    }
    let checkpoints = run.files(in: "checkpoints").filter { $0.hasPrefix("step-") }
    if let last = checkpoints.last {
      files.append(
        "checkpoints/\(last)" + (checkpoints.count > 1 ? " (of \(checkpoints.count))" : ""))
    }
    return files
  }

  // MARK: As text

  package func text(_ style: TerminalStyle) -> String {
    var lines: [String] = []
    let width = facts.map(\.name.count).max() ?? 0
    for fact in facts {
      let name = fact.name + String(repeating: " ", count: width - fact.name.count)
      lines += Self.wrapped(fact.text, first: "\(name)  ", width: style.width)
    }
    if !chosen.isEmpty {
      lines += ["", "what the spec says beyond defaults"]
      let table = Table(
        columns: [.init("key", least: nil), .init("value"), .init("from", least: nil)],
        rows: chosen.map { [.text($0.key), .text($0.text), .text($0.origin)] })
      let body = table.aligned(width: style.width - 2).split(separator: "\n").dropFirst()
      lines += body.map { "  \($0)" }
      if let elsewhere { lines.append("  \(elsewhere)") }
    }
    if let picture, let raster = try? picture.raster() {
      lines += ["", "samples/\(picture.name).png" + (picture.step.map { ", step \($0)" } ?? "")]
      lines += TerminalPicture.lines(of: raster, style: style)
    }
    let chart = TerminalChart.lines(of: curves, style: style)
    if !chart.isEmpty { lines += [""] + chart }
    if !files.isEmpty { lines += ["", "files in \(run.path)"] + files.map { "  \($0)" } }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Facts that change while a run trains, and its name.
  private static let moving: Set<String> = ["run", "state", "progress", "losses", "metrics"]
  /// Below these a chart or a picture shows nothing.
  private static let (leastChart, leastPicture) = (6, 8)

  /// The same within `room` lines: all of it where that is enough, else the facts that change, the losses, and the
  /// latest grid if lines are left.
  package func text(_ style: TerminalStyle, within room: Int) -> String {
    let whole = text(style)
    if whole.count(where: { $0 == "\n" }) <= room { return whole }
    let shown = facts.filter { Self.moving.contains($0.name) }
    let width = shown.map(\.name.count).max() ?? 0
    var lines = shown.flatMap { fact in
      let name = fact.name + String(repeating: " ", count: width - fact.name.count)
      return Self.wrapped(fact.text, first: "\(name)  ", width: style.width)
    }
    // The legend, the floor, the steps and an empty line are the chart's too.
    let chartHeight = min(14, room - lines.count - 4)
    if chartHeight >= Self.leastChart {
      let chart = TerminalChart.lines(of: curves, style: style, height: chartHeight)
      if !chart.isEmpty { lines += [""] + chart }
    }
    let left = room - lines.count - 2
    if left >= Self.leastPicture, let picture, let raster = try? picture.raster() {
      lines += ["", "samples/\(picture.name).png" + (picture.step.map { ", step \($0)" } ?? "")]
      lines += TerminalPicture.lines(of: raster, style: style, maxLines: left)
    }
    return lines.prefix(room).joined(separator: "\n") + "\n"
  }

  /// At spaces, later lines under the first one's text.
  static func wrapped(_ text: String, first: String, width: Int) -> [String] {
    let room = max(20, width - first.count)
    var lines: [String] = []
    for word in text.split(separator: " ") {
      if let last = lines.last, last.count + 1 + word.count <= room {
        lines[lines.count - 1] = last + " " + word
      } else {
        lines.append(String(word))
      }
    }
    let indent = String(repeating: " ", count: first.count)
    return lines.enumerated().map { ($0 == 0 ? first : indent) + $1 }
  }

  package var json: JSON {
    .object([
      ("id", .text(run.id)), ("short", .text(short)), ("name", .text(run.name)),
      ("path", .text(run.path)),
      ("state", .text(run.state.text)), ("step", run.step.map(JSON.integer) ?? .null),
      ("steps", run.status?.steps.map(JSON.integer) ?? .null),
      ("reason", run.status?.reason.map(JSON.text) ?? .null),
      ("tags", .list(run.notes.tags.map(JSON.text))),
      ("note", run.notes.text.map(JSON.text) ?? .null),
      ("chosen", .object(chosen.map { ($0.key, JSON(setting: $0.text)) })),
      ("picture", picture.map { .text($0.path) } ?? .null),
      (
        "losses",
        .object(
          run.lastRow.columns.compactMap { column in
            run.lastRow.last(column).map { (column, JSON(measured: $0)) }
          })
      ),
    ])
  }
}
