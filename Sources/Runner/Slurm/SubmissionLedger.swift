import RunFormat
import Spec

/// `slurm/submissions.jsonl`: what was asked of the scheduler, before it was asked, and what it answered.
/// A job's script has the number of its line, so that a job whose submission was not answered is found
/// again.
struct SubmissionLedger: Sendable {
  let folder: String
  let files: FileLayer

  /// An array that was asked for.
  struct Array: Sendable, Hashable {
    let number: Int
    /// A task's trial is `offset + task`.
    let offset: Int
    let tasks: [Int]
    /// What it became, and when that was said; nil while nobody knows.
    var job: Int?
    var accepted: Moment?
  }

  init(sweep: String, files: FileLayer) { (folder, self.files) = ("\(sweep)/slurm", files) }

  private var path: String { "\(folder)/submissions.jsonl" }
  func script(_ number: Int) -> String { "\(folder)/job-\(number).sh" }

  func arrays() throws(RunError) -> [Array] {
    guard try files.isThere(path) else { return [] }
    var arrays: [Array] = []
    for line in try files.read(path, limit: 1 << 28).split(separator: UInt8(ascii: "\n")) {
      guard let record = try? JSON(parsing: line), let number = record["number"]?.int else {
        continue
      }
      if let offset = record["offset"]?.int {
        let tasks = record["tasks"]?.string.flatMap { ArrayIndices.numbers($0) } ?? []
        arrays.append(Array(number: number, offset: offset, tasks: tasks))
      } else if let place = arrays.firstIndex(where: { $0.number == number }) {
        arrays[place].job = record["job"]?.int
        arrays[place].accepted = record["time"]?.string.flatMap { Moment($0) }
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
      "tasks": .text(tasks),
    ])
  }

  func isAccepted(_ number: Int, as job: Int) throws(RunError) {
    try add(["time": .text(Moment.now.iso), "number": .integer(number), "job": .integer(job)])
  }

  private func add(_ members: KeyValuePairs<String, JSON?>) throws(RunError) {
    try files.appendLine(path, Swift.Array((JSON.map(members).compact + "\n").utf8))
  }
}
