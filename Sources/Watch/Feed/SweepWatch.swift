import Results
import RunFormat
import Spec

/// A sweep as the page shows it: its plan, which may grow, what it looks for, and the trials that failed before
/// they had a folder.
struct SweepWatch: Sendable {
  let key: String
  let path: String
  let name: String
  private(set) var plan: [PlannedTrial] = []
  /// What the trials set, in the order of the plan.
  private(set) var keys: [String] = []
  private(set) var objective: Objective?
  /// By the name of their trial.
  private(set) var failed: [String: Run] = [:]
  private(set) var problems: [String] = []
  /// The look at which any of this was last found different.
  private(set) var version: Int

  private var planStamp: FileStamp?
  private var planEnd = 0
  private var damagedLines = 0
  private var specStamp: FileStamp?
  private var journalStamp: FileStamp?
  private var journalRead: Moment?

  init(_ path: String, version: Int) {
    (self.path, self.version) = (path, version)
    key = runKey("s", path)
    name = path.parentPath.lastPathComponent
  }

  var id: String { path.lastPathComponent }

  /// - Parameter begun: the names of the trials that have a folder.
  mutating func refresh(begun: () -> Set<String>, now: Moment, version: Int) {
    let spec = FileStamp("\(path)/resolved.yaml")
    if spec != specStamp {
      specStamp = spec
      objective = Run(path).objective
      self.version = version
    }
    if readPlan() { self.version = version }
    if readFailed(begun: begun, now: now) { self.version = version }
  }

  // MARK: The plan

  /// - Returns: whether anything is different now.
  private mutating func readPlan() -> Bool {
    let file = "\(path)/plan.jsonl"
    let now = FileStamp(file)
    guard now != planStamp else { return false }
    // A search adds lines to it; anything else is another plan.
    let isContinued =
      now.flatMap { now in
        planStamp.map { $0.isSameFile(as: now) && now.size >= planEnd }
      } ?? false
    if !isContinued { (plan, keys, planEnd, damagedLines) = ([], [], 0, 0) }
    planStamp = now
    var seen = Set(keys)
    do throws(ReadingError) {
      guard let (bytes, _) = try PlainFiles.part(file, from: planEnd, limit: PlainFiles.sizeLimit),
        let newline = bytes.lastIndex(of: UInt8(ascii: "\n"))
      else { return true }
      for line in bytes[..<newline].split(separator: UInt8(ascii: "\n")) {
        guard let trial = (try? JSON(parsing: line)).flatMap({ PlannedTrial($0) }) else {
          damagedLines += 1
          continue
        }
        plan.append(trial)
        for setting in trial.point.settings where seen.insert(setting.path).inserted {
          keys.append(setting.path)
        }
      }
      planEnd += newline + 1
      problems = damagedLines > 0 ? ["\(file): \(damagedLines) lines are no trials"] : []
    } catch {
      problems = ["\(error)"]
    }
    return true
  }

  // MARK: Trials without a folder

  /// A journal of thousands of records is not read again for each of them.
  private static let journalInterval = 10

  private mutating func readFailed(begun: () -> Set<String>, now: Moment) -> Bool {
    let stamp = FileStamp("\(path)/journal.jsonl")
    guard stamp != journalStamp else { return false }
    if let journalRead, now.seconds - journalRead.seconds < Self.journalInterval { return false }
    (journalStamp, journalRead) = (stamp, now)
    let before = Set(failed.keys)
    failed = [:]
    let begun = begun()
    if plan.contains(where: { !begun.contains($0.name) }) {
      for run in FailedTrials(of: path).runs { failed[run.id] = run }
    }
    return Set(failed.keys) != before
  }
}
