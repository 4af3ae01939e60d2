import Charts
import Foundation
import RunFormat
import Spec

/// One HTML file about some runs, complete in itself: no network, light and dark, wide and narrow.
package struct Report: Sendable {
  package let title: String
  let comparison: Comparison
  let details: [Detail]
  let objective: Objective?
  /// What is not shown, or could not be read, a line each.
  package let notes: [String]

  /// What the page knows of a row besides the table.
  struct Detail: Sendable {
    let title: String
    let curves: [(measure: String, curve: Curve)]
    let pictures: [(picture: Picture, bytes: [UInt8])]
    let spec: [(key: String, text: String, origin: String)]
    let environment: [FlatYAML.Entry]
    let facts: [(name: String, text: String)]
  }

  /// More rows than this are in the table and in the plots of settings only.
  static let detailLimit = 60
  private static let pointLimit = 600
  private static let pictureLimit = 240

  /// - Parameter notes: lines about what could not be read, shown at the end.
  package init(
    title: String, runs: [LoadedRun], value: ValueChoice = .last, baseline: Run? = nil,
    sort: String? = nil, notes: [String] = [], names: RunNames? = nil
  ) {
    self.title = title
    let comparison = Comparison(
      runs, value: value, baseline: baseline, sort: sort, names: names)
    self.comparison = comparison
    objective = comparison.objective
    let detailed = Array(comparison.rows.prefix(Self.detailLimit))
    let shown = max(4, Self.pictureLimit / max(1, detailed.count))
    let isAlone = comparison.rows.count == 1
    let read = parallelMap(detailed) { row in
      Self.detail(
        row, comparison, pictures: shown, measures: isAlone ? nil : comparison.measures)
    }
    details = read.map(\.detail)
    let further = comparison.furtherKeys
    let hidden =
      further.isEmpty
      ? []
      : [
        "\(further.count) more keys differ, which the specs show: \(further.joined(separator: ", "))"
      ]
    self.notes = Table.titles(
      of: [notes, comparison.notes, hidden, runs.flatMap(\.problems), read.flatMap(\.problems)])
  }

  /// `gan`, `gan and lsgan`, `12 experiments`
  package static func title(of runs: [LoadedRun]) -> String {
    let names = Table.titles(of: [runs.map(\.run.name)])
    switch names.count {
    case 1...3: return names.formatted(.list(type: .and).locale(Locale(identifier: "en_GB")))
    case let count: return "\(count) experiments"
    }
  }

  private static func detail(
    _ row: Comparison.Row, _ comparison: Comparison, pictures limit: Int, measures: [String]?
  ) -> (detail: Detail, problems: [String]) {
    var problems: [String] = []
    func attempt<T>(_ body: () throws(ReadingError) -> T) -> T? {
      do throws(ReadingError) { return try body() } catch {
        problems.append("\(error)")
        return nil
      }
    }
    let run = row.first.run
    let tables = row.runs.flatMap { loaded in
      [
        attempt { () throws(ReadingError) in
          let losses = loaded.run.planned == nil ? try loaded.run.losses() : .none
          if let damage = loaded.run.damage(in: losses) { problems.append(damage) }
          return losses
        },
        attempt { () throws(ReadingError) in try loaded.run.metrics() },
      ].compactMap(\.self)
    }
    let names =
      measures
      ?? Table.titles(of: tables.map(\.columns)).filter { !LoadedRun.places.contains($0) }
    let title = row.title
    let curves = names.compactMap { name -> (measure: String, curve: Curve)? in
      let curve = Curve(title, tables: tables, column: name, limit: pointLimit)
      return curve.points.isEmpty ? nil : (name, curve)
    }
    let frames = spread(run.pictures().filter { $0.step != nil }, limit)
    let pictures = frames.compactMap { picture -> (picture: Picture, bytes: [UInt8])? in
      attempt { () throws(ReadingError) in
        // A file that is no picture would be a broken image in the page.
        _ = try picture.raster()
        return (picture, try picture.bytes())
      }
    }
    let origins = Origins(run)
    let summary = RunSummary(run)
    return (
      Detail(
        title: title, curves: curves, pictures: pictures,
        spec: row.first.settings.entries.map {
          ($0.key, $0.text, origins.origin(of: $0.key, text: $0.text))
        },
        environment: attempt { () throws(ReadingError) in try run.environment().entries } ?? [],
        facts: summary.facts),
      problems
    )
  }

  /// At most `limit`, the first and the last among them.
  static func spread<Item>(_ items: [Item], _ limit: Int) -> [Item] {
    guard items.count > limit, limit > 1 else { return items }
    return (0..<limit).map { items[$0 * (items.count - 1) / (limit - 1)] }
  }

  // MARK: What the script reads

  var data: JSON {
    let rows = comparison.rows.enumerated().map { index, row in
      let detail = details.indices.contains(index) ? details[index] : nil
      return JSON.object([
        ("title", .text(row.title)),
        ("label", .text(row.label)),
        ("settings", .list(row.settings.map { $0.map { JSON(plotted: $0) } ?? .null })),
        ("values", .list(row.values.map(Self.json))),
        ("curves", .object((detail?.curves ?? []).map { ($0.measure, Self.json($0.curve)) })),
        ("pictures", .list((detail?.pictures ?? []).map(Self.json))),
      ])
    }
    return .object([
      ("keys", .list(comparison.keys.map(JSON.text))),
      ("measures", .list(comparison.measures.map(JSON.text))),
      ("objective", objective.map { .text($0.metric) } ?? .null),
      ("maximize", .flag(objective.map { !$0.minimizes } ?? false)),
      ("rows", .list(rows)),
    ])
  }

  private static func json(_ statistic: Statistic?) -> JSON {
    guard let statistic else { return .null }
    return .list([
      .number(statistic.mean), statistic.deviation.map(JSON.number) ?? .null,
      .integer(statistic.count),
    ])
  }

  private static func json(_ item: (picture: Picture, bytes: [UInt8])) -> JSON {
    .object([
      ("step", item.picture.step.map(JSON.integer) ?? .null), ("name", .text(item.picture.name)),
      ("src", .text("data:image/png;base64," + Foundation.Data(item.bytes).base64EncodedString())),
    ])
  }

  private static func json(_ curve: Curve) -> JSON {
    func column(_ key: (Curve.Point) -> Double) -> JSON {
      .list(curve.points.map { JSON(plotted: key($0)) })
    }
    var members = [("x", column(\.x)), ("y", column(\.value))]
    if curve.points.contains(where: { $0.low < $0.high }) {
      members += [("low", column(\.low)), ("high", column(\.high))]
    }
    return .object(members)
  }
}
