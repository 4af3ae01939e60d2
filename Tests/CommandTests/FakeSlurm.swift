import Foundation
import RunFormat
import Spec

@testable import Runner

/// A cluster's commands that do what a test says, in a folder that is all of PATH.
final class FakeSlurm {
  let folder: String

  /// - Parameter limit: MaxArraySize.
  init(limit: Int = 1001) throws {
    folder = "\(NSTemporaryDirectory())gan-exp-slurm-\(UInt64.random(in: 0 ... .max))"
    try FileLayer().makeDirectories("\(folder)/bin")
    for name in ["sbatch", "squeue", "scancel", "scontrol"] {
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder)/bin/\(name)",
        withDestinationPath: "\(Program.package)/Tests/CommandTests/FakeSlurm/slurm.sh")
    }
    for (name, text) in ["calls": "", "queue": "", "number": "0\n", "limit": "\(limit)\n"] {
      try write(name, text)
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// These commands and no others: the machine may have real ones.
  var path: String { "\(folder)/bin" }

  /// - Parameter shell: what a command does first; what it does else follows unless this exits.
  func first(_ command: String, _ shell: String) throws { try write("\(command).sh", shell + "\n") }

  /// What it does when nobody says otherwise.
  func asUsual(_ command: String) throws { try FileLayer().remove("\(folder)/\(command).sh") }

  private func write(_ name: String, _ text: String) throws {
    try FileLayer().replace("\(folder)/\(name)", with: Array(text.utf8))
  }

  private func lines(_ name: String) throws -> [String] {
    String(decoding: try FileLayer().read("\(folder)/\(name)"), as: UTF8.self)
      .split(separator: "\n").map(String.init)
  }

  /// The calls of a command, with their words.
  func words(of command: String) throws -> [String] {
    try lines("calls").filter { $0.hasPrefix("\(command) ") }
  }

  /// How often a command was called.
  func calls(_ command: String) throws -> Int {
    try lines("calls").count { $0.hasPrefix("\(command) ") }
  }

  /// What squeue knows of arrays, without the names: `1_[0-3]|PENDING|Priority||/…/job-1.sh`.
  func arrays() throws -> [String] {
    try lines("queue").filter { $0.contains("_[") || $0.contains("/job-") }
      .map { String($0.drop { $0 != "|" }.dropFirst()) }
  }

  /// Gives tasks of the last array lines of their own: each trial's state, and its node.
  func show(_ tasks: [(task: Int, state: String, node: String)]) throws {
    guard let last = try lines("queue").last(where: { $0.contains("/job-") }) else {
      throw TestProblem("no array was submitted")
    }
    let cells = last.split(separator: "|", omittingEmptySubsequences: false)
    let job = cells[1].prefix { $0 != "_" }
    let others = try lines("queue").filter { !$0.hasPrefix("\(cells[0])|\(job)_") }
    let own = tasks.map { task in
      "\(cells[0])|\(job)_\(task.task)|\(task.state)|Reason|\(task.node)|\(cells[5])"
    }
    try write("queue", (own + others).map { $0 + "\n" }.joined())
  }
}

/// A sweep with a plan of trials that nobody plays, on such a cluster.
struct FakeSweep {
  let slurm: FakeSlurm
  let directory: SweepDirectory
  var path: String { directory.path }

  init(_ slurm: FakeSlurm, at directory: SweepDirectory) {
    (self.slurm, self.directory) = (slurm, directory)
  }

  init(trials count: Int, limit: Int = 1001) throws {
    slurm = try FakeSlurm(limit: limit)
    let path = "\(slurm.folder)/sweep"
    try FileLayer().makeDirectories("\(path)/trials")
    let trials = (0..<count).map { index in
      PlannedTrial(
        index: index,
        point: SweepPoint(settings: [.init(path: "seed", text: "\(index)")], replicate: 0),
        seed: 1, specDigest: "s\(index)", dataDigest: "d", numericsVersion: 1)
    }
    try FileLayer().replace(
      "\(path)/plan.jsonl", with: Array(trials.map { $0.json.compact + "\n" }.joined().utf8))
    directory = try SweepDirectory(reading: path)
  }

  /// - Parameter patience: for one answer, in seconds.
  func client(patience: Double = 30) -> SlurmClient {
    SlurmClient(environment: ["PATH": slurm.path], patience: patience)
  }

  func engine(patience: Double = 30, program: String = "/opt/gan-exp") -> SlurmEngine {
    SlurmEngine(
      client(patience: patience), SlurmSettings(), program: program, arguments: [], sweep: path,
      interval: 0, pause: 0.01)
  }

  func submit(patience: Double = 30) throws(RunError) -> SweepSubmission.Outcome {
    var engine = engine(patience: patience)
    var submission = SweepSubmission(directory, SweepOptions())
    return try submission.submit(&engine)
  }

  /// The last task of each trial that the ledger calls accepted.
  func accepted() throws -> [Int: String] {
    try SlurmQueue(client(), sweep: path).lastTasks()
  }

  /// A file of a trial's folder, as its worker leaves it.
  func write(_ name: String, _ json: JSON, of trial: Int) throws {
    let folder = directory.folder(directory.trials[trial])
    try FileLayer().makeDirectories(folder)
    try FileLayer().replace("\(folder)/\(name)", with: json.fileBytes)
  }

  func finish(_ trial: Int) throws {
    try write(
      "result.json",
      .map(["state": .text("finished"), "step": .integer(9), "attempt": .integer(1)]), of: trial)
  }

  /// Somebody's worker on another node that was heard of a moment ago.
  func claim(_ trial: Int, by job: String, at host: String = "n1") throws {
    try FileLayer().makeDirectories("\(directory.folder(directory.trials[trial]))/attempts/1")
    try write(
      "attempts/1/owner.json",
      .map([
        "pid": .integer(1), "host": .text(host), "boot": .text("b"), "namespace": .text("n"),
        "start": .text("1"), "since": .text("2026-11-30T08:00:00Z"), "steps": .integer(9),
        "cluster": .map([
          "job": .text(job), "task": .text("\(trial)"), "restart": .integer(0),
        ]),
      ]), of: trial)
    try beat(trial)
  }

  /// A sign of life of that worker.
  func beat(_ trial: Int) throws {
    let folder = directory.folder(directory.trials[trial])
    try FileLayer().replace("\(folder)/attempts/1/heartbeat", with: [])
  }

  /// The last word of a worker that saved.
  func save(_ trial: Int, by job: String, at moment: Moment? = nil) throws {
    try write(
      "status.json",
      .map([
        "state": .text("interrupted"), "step": .integer(3),
        "heartbeat": moment.map { .text($0.iso) },
        "reason": .text("guards.max_time is over"), "pid": .integer(1), "host": .text("n1"),
        "cluster": .map([
          "job": .text(job), "task": .text("\(trial)"), "restart": .integer(0),
        ]),
      ]), of: trial)
  }

  /// What the log of a task says.
  func log(_ task: String, _ text: String) throws {
    try FileLayer().makeDirectories("\(path)/slurm")
    try FileLayer().replace("\(path)/slurm/\(task).log", with: Array(text.utf8))
  }

  func events() throws -> [String] {
    try directory.journal.content().records.compactMap { $0["event"]?.string }
  }
}
