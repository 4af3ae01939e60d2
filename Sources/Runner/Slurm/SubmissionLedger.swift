import RunFormat
import Spec

/// `slurm/submissions.jsonl`: what was asked of the scheduler, before it was asked, and what it answered.
/// A job's script has the number of its line, so that a job whose submission was not answered is found
/// again.
struct SubmissionLedger: Sendable {
  /// Absolute.
  let sweep: String
  let folder: String
  let files: FileLayer

  /// An array that was asked for.
  struct Array: Sendable, Hashable {
    let number: Int
    /// A task's trial is `offset + task`.
    let offset: Int
    let tasks: [Int]
    /// Where the sweep's folder lay then, absolute.
    let sweep: String
    /// Who asked; nil: of a version that did not say so.
    let user: String?
    let asked: Moment?
    /// What came of it is known, and it is no job.
    var cameToNothing = false
    /// What of it had not begun has been taken back: of an array of which nothing had, the scheduler knows nothing
    /// any more.
    var isTakenBack = false
    /// What it became, and when that was said; nil while nobody knows.
    var job: Int?
    var accepted: Moment?
  }

  init(sweep: String, files: FileLayer) {
    (self.sweep, folder, self.files) = (sweep, "\(sweep)/slurm", files)
  }

  private var path: String { "\(folder)/submissions.jsonl" }
  func script(_ number: Int) -> String { "\(folder)/job-\(number).sh" }

  /// The script of an array, where it was when it was submitted.
  func script(of array: Array) -> String { "\(array.sweep)/slurm/job-\(array.number).sh" }

  /// Whether it was submitted from this folder, by whatever name that had.
  func isOfThisFolder(_ array: Array) -> Bool {
    array.sweep == sweep || files.isSame(array.sweep, sweep)
  }

  func arrays() throws(RunError) -> [Array] {
    guard try files.isThere(path) else { return [] }
    var arrays: [Array] = []
    for line in try files.read(path, limit: 1 << 28).split(separator: UInt8(ascii: "\n")) {
      guard let record = try? JSON(parsing: line), let number = record["number"]?.int else {
        continue
      }
      if let offset = record["offset"]?.int {
        let tasks = record["tasks"]?.string.flatMap { ArrayIndices.numbers($0) } ?? []
        arrays.append(
          Array(
            number: number, offset: offset, tasks: tasks, sweep: record["sweep"]?.string ?? sweep,
            user: record["user"]?.string, asked: record["time"]?.string.flatMap { Moment($0) }))
      } else if let place = arrays.firstIndex(where: { $0.number == number }) {
        if record["state"]?.string == "taken back" {
          arrays[place].isTakenBack = true
        } else if let job = record["job"]?.int {
          arrays[place].job = job
          arrays[place].accepted = record["time"]?.string.flatMap { Moment($0) }
        } else {
          arrays[place].cameToNothing = true
        }
      }
    }
    return arrays
  }

  /// The last task of each trial that was accepted, in the scheduler's words: `123_7`.
  func tasks() throws(RunError) -> [Int: String] {
    var found: [Int: String] = [:]
    for array in try arrays() {
      guard let job = array.job else { continue }
      for task in array.tasks { found[array.offset + task] = "\(job)_\(task)" }
    }
    return found
  }

  func asks(_ number: Int, offset: Int, tasks: String) throws(RunError) {
    try add([
      "time": .text(Moment.now.iso), "number": .integer(number), "offset": .integer(offset),
      "tasks": .text(tasks), "sweep": .text(sweep), "user": .text(SlurmClient.user),
    ])
  }

  /// All that has been submitted so far.
  func isTakenBack() throws(RunError) {
    for array in try arrays() where !array.isTakenBack {
      try add([
        "time": .text(Moment.now.iso), "number": .integer(array.number),
        "state": .text("taken back"),
      ])
    }
  }

  /// - Parameter why: in the scheduler's words.
  func comesToNothing(_ number: Int, _ why: String) throws(RunError) {
    try add(["time": .text(Moment.now.iso), "number": .integer(number), "refusal": .text(why)])
  }

  func isAccepted(_ number: Int, as job: Int) throws(RunError) {
    try add(["time": .text(Moment.now.iso), "number": .integer(number), "job": .integer(job)])
  }

  private func add(_ members: KeyValuePairs<String, JSON?>) throws(RunError) {
    try files.appendLine(path, Swift.Array((JSON.map(members).compact + "\n").utf8))
  }
}
