import Results
import RunFormat

/// One run as the page shows it, looked at again and again.
struct RunWatch: Sendable {
  let key: String
  let place: FolderTree.Place
  private(set) var run: Run
  /// Evaluation metrics over the steps.
  private(set) var metrics: NumberTable = .none
  /// Of each metric the least and the largest finite value.
  private var extremes: [String: (least: Double, largest: Double)] = [:]
  /// Rounds a second, over the last rows of timing.csv; nil where that cannot be told.
  private(set) var pace: Double?
  private(set) var problems: [String] = []
  /// The look at which it was last found different.
  private(set) var version: Int

  private var files: [FileStamp?]
  private var facts: Facts

  /// What a row of the page is made of.
  private struct Facts: Hashable {
    let status: RunStatus?
    let state: RunState
    /// As bits: what is no number is the same as itself.
    let values: [UInt64?]
    let metrics: [UInt64?]
  }

  private static let metricsLimit = 8 << 20

  init(_ place: FolderTree.Place, reader: Reader, version: Int) {
    self.place = place
    key = runKey("r", place.path)
    files = Self.stamps(place.path)
    run = Run(place.path, reader: reader)
    self.version = version
    facts = Facts(status: nil, state: .unknown, values: [], metrics: [])
    readRest(metricsChanged: true)
    facts = currentFacts
  }

  /// - Returns: whether anything is different now; `version` says it too.
  @discardableResult
  mutating func refresh(reader: Reader, version: Int) -> Bool {
    let now = Self.stamps(place.path)
    // Whether its process lives can change while nothing on the disk does.
    guard now != files || isRunning else { return false }
    let metricsChanged = now[2] != files[2]
    files = now
    run = Run(place.path, reader: reader)
    readRest(metricsChanged: metricsChanged)
    guard currentFacts != facts else { return false }
    facts = currentFacts
    self.version = version
    return true
  }

  var isRunning: Bool { run.state.word == "running" }

  /// Whether something may happen to it at any moment: it runs, or is just being begun.
  var isActive: Bool { isRunning || run.state == .unknown }

  /// The best it has been by an objective.
  func best(_ objective: Objective) -> Double? {
    extremes[objective.metric].map { objective.minimizes ? $0.least : $0.largest }
  }

  /// The last value of a column of losses.csv or metrics.csv.
  func value(_ measure: String) -> Double? {
    run.lastRow.last(measure) ?? metrics[measure]?.last { $0 != nil } ?? nil
  }

  /// Names of both, without those that say where a row stands.
  var measures: [String] {
    run.lastRow.columns.filter(\.isLossName)
      + metrics.columns.filter { !GrowingTable.places.contains($0) }
  }

  /// Seconds until its end, if it goes on as lately.
  var secondsLeft: Double? {
    guard isRunning, let step = run.step, let steps = run.status?.steps, steps >= step else {
      return nil
    }
    let pace =
      self.pace
      ?? run.status?.duration.flatMap { $0 > 0 && step > 0 ? Double(step) / Double($0) : nil }
    return pace.flatMap { $0 > 0 ? (Double(steps) - Double(step)) / $0 : nil }
  }

  /// 0 … 1
  var fraction: Double {
    guard let step = run.step, let steps = run.status?.steps, steps > 0 else {
      return run.state == .finished ? 1 : 0
    }
    return min(1, Double(step) / Double(steps))
  }

  private var currentFacts: Facts {
    Facts(
      status: run.status, state: run.state,
      values: run.lastRow.columns.map { run.lastRow.last($0)?.bitPattern },
      metrics: metrics.columns.map { metrics.last($0)?.bitPattern })
  }

  private static func stamps(_ path: String) -> [FileStamp?] {
    ["status.json", "losses.csv", "metrics.csv"].map { FileStamp("\(path)/\($0)") }
  }

  private mutating func readRest(metricsChanged: Bool) {
    problems = run.problems
    if metricsChanged {
      if let size = files[2]?.size, size > Self.metricsLimit {
        problems.append("\(place.path)/metrics.csv: \(ByteCount(size)), too large to be shown here")
      } else if files[2] != nil {
        do throws(ReadingError) { metrics = try run.metrics() } catch {
          problems.append("\(error)")
        }
      } else {
        metrics = .none
      }
      extremes = [:]
      for column in metrics.columns {
        let values = (metrics[column] ?? []).compactMap(\.self).filter(\.isFinite)
        guard let least = values.min(), let largest = values.max() else { continue }
        extremes[column] = (least, largest)
      }
    }
    pace = isRunning ? Self.pace(of: place.path) : nil
  }

  private static func pace(of path: String) -> Double? {
    guard let ends = try? PlainFiles.ends("\(path)/timing.csv", head: 256, tail: 2_048) else {
      return nil
    }
    let lines = ends.tail.drop { $0 != UInt8(ascii: "\n") }.dropFirst()
    let rows = NumberTable(columns: NumberTable.columns(header: ends.head), rows: Array(lines))
    guard let steps = rows["step"], let seconds = rows["seconds"], let first = steps.first,
      let last = steps.last, let start = seconds.first, let end = seconds.last
    else { return nil }
    guard let first, let last, let start, let end, last > first, end > start else { return nil }
    return (last - first) / (end - start)
  }
}

extension String {
  /// Of a column of losses.csv that is what somebody steps down.
  var isLossName: Bool { LossColumn(rawValue: self).isLoss }
}
