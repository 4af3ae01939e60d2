import Foundation
import Images
import RunFormat
import Testing

@testable import Runner

/// The program itself, which is built beside the tests.
enum Program {
  static let path =
    URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    .appendingPathComponent("gan-exp").path

  static var isBuilt: Bool { FileManager.default.isExecutableFile(atPath: path) }

  static func start(_ arguments: [String]) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }

  /// - Returns: the exit code.
  static func run(_ arguments: [String]) throws -> Int32 {
    let process = try start(arguments)
    process.waitUntilExit()
    return process.terminationStatus
  }
}

@Suite(.enabled(if: Program.isBuilt, "the program has not been built beside the tests"))
struct KillTests {
  /// In `make soak-kills` there are more.
  static let kills = Int(ProcessInfo.processInfo.environment["GAN_EXP_KILLS"] ?? "") ?? 10

  private static let spec = """
    name: killed
    data: {source: {synthetic: {of: digits, count: 640}}, batch: 64}
    latent: {size: 8}
    architecture:
      generator: [linear: 32, batch_norm, relu, dropout: 0.2, linear: 784, tanh, image: {channels: 1, size: 28}]
      discriminator: [flatten, linear: 32, leaky_relu: 0.2, linear: 1]
    loss: least_squares
    optimizer: {kind: adam, learning_rate: 1e-3}
    schedule: {length: 20 epochs}
    record: {log: 7 steps, samples: {every: 5 epochs, grid: 2x2}, checkpoint: {every: 9 steps}}
    """

  /// docs/failures.md: SIGKILL at any instant: resume loses at most one checkpoint interval;
  /// rows after it dropped; no duplicates, no gaps
  @Test
  func sigkillAtAnyInstantResumeLosesAtMostOneCheckpointIntervalRowsAfterItDroppedNo() throws {
    let scratch = try Scratch()
    let spec = "\(scratch.path)/spec.yaml"
    try FileLayer().create(spec, Array(Self.spec.utf8))
    let options = ["-q", "--threads", "1"]
    let start = monotonicSeconds()
    #expect(try Program.run(["run", spec, "--results", "\(scratch.path)/a"] + options) == 0)
    let seconds = monotonicSeconds() - start
    let undisturbed = try losses("\(scratch.path)/a")
    #expect(undisturbed.split(separator: "\n").count == 30)

    var (killed, runs) = (0, 0)
    while killed < Self.kills {
      runs += 1
      let results = "\(scratch.path)/b\(runs)"
      var isEnded = false
      while !isEnded {
        let directory = try? directory(results)
        let saved = directory.map(newestStep) ?? 0
        let process = try Program.start(
          (directory.map { ["resume", $0] } ?? ["run", spec, "--results", results]) + options)
        if killed < Self.kills {
          usleep(UInt32(Double.random(in: 0..<max(seconds * 0.8, 0.05)) * 1e6))
          if process.isRunning, kill(process.processIdentifier, SIGKILL) == 0 {
            process.waitUntilExit()
            if process.terminationReason == .uncaughtSignal { killed += 1 }
          }
        }
        process.waitUntilExit()
        isEnded = process.terminationReason == .exit
        if isEnded { #expect(process.terminationStatus == 0) }
        // A checkpoint that was there once is not lost by dying again.
        if let directory { #expect(newestStep(directory) >= saved) }
      }
      #expect(try losses(results) == undisturbed)
      let directory = try directory(results)
      #expect(try scratch.contents(of: directory).keys.allSatisfy { !$0.contains(".tmp-") })
      #expect(try json("\(directory)/result.json")["state"]?.string == "finished")
      try FileLayer().remove(results)
    }
    print("\(killed) SIGKILLs in \(runs) runs: the final losses.csv is identical in all \(runs)")
  }

  private func newestStep(_ directory: String) -> Int {
    (try? CheckpointStore(run: directory, files: FileLayer()).steps())?.last ?? 0
  }

  private func directory(_ results: String) throws -> String {
    let names = try FileLayer().list("\(results)/killed")
    // Newest first: one that died before it could say what it runs is never gone on with.
    let begun = names.last { FileLayer().exists("\(results)/killed/\($0)/resolved.yaml") }
    guard let begun else { throw TestProblem("nothing has begun in \(results)") }
    return "\(results)/killed/\(begun)"
  }

  private func losses(_ results: String) throws -> String {
    try text("\(try directory(results))/losses.csv")
  }

  // MARK: Sweeps

  private static let sweepSpec =
    spec.replacing("length: 20 epochs", with: "length: 8 epochs") + """

      sweep:
        axes: {latent.size: [4, 8, 16]}
        replicates: 2
      """

  private func sweep(_ scratch: Scratch, _ name: String) throws -> [String] {
    let spec = "\(scratch.path)/sweep.yaml"
    if !FileLayer().exists(spec) { try FileLayer().create(spec, Array(Self.sweepSpec.utf8)) }
    return ["run", spec, "-q", "--results", "\(scratch.path)/\(name)"]
  }

  /// losses.csv of every trial of the one sweep in `results`, and how many results each has.
  private func trials(_ results: String) throws -> [String: String] {
    let sweeps = try FileLayer().list("\(results)/killed")
    #expect(sweeps.count == 1)
    let folder = "\(results)/killed/\(sweeps.first ?? "")/trials"
    var found: [String: String] = [:]
    for name in try FileLayer().list(folder) {
      #expect(try json("\(folder)/\(name)/result.json")["state"]?.string == "finished")
      found[name] = try text("\(folder)/\(name)/losses.csv")
    }
    return found
  }

  /// docs/failures.md: a run or a sweep goes on from another folder: its data are found where
  /// it was begun
  @Test
  func dataAreFoundFromAnotherFolder() throws {
    let scratch = try Scratch()
    let project = "\(scratch.path)/project"
    try FileLayer().makeDirectories("\(project)/pictures")
    for index in 0..<4 {
      let picture = Raster(
        width: 28, height: 28, channels: 1,
        pixels: (0..<784).map { UInt8(truncatingIfNeeded: $0 &* (index + 1)) })
      try FileLayer().create("\(project)/pictures/\(index).png", try encodePNG(picture))
    }
    let folder = Self.spec.replacing(
      "synthetic: {of: digits, count: 640}", with: "folder: pictures"
    )
    .replacing("batch: 64", with: "batch: 4").replacing("20 epochs", with: "4 epochs")
    try FileLayer().create("\(project)/run.yaml", Array(folder.utf8))
    func run(in place: String, _ arguments: String...) throws -> Int32 {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: Program.path)
      process.currentDirectoryURL = URL(fileURLWithPath: place)
      process.arguments = arguments + ["--threads", "1", "-q"]
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
      return process.terminationStatus
    }
    #expect(try run(in: project, "run", "run.yaml") == 0)
    let first = "\(project)/results/killed/\(try FileLayer().list("\(project)/results/killed")[0])"
    #expect(try run(in: "/", "resume", first, "--extend", "length=6 epochs") == 0)
    #expect(try json("\(first)/result.json")["epoch"]?.int == 6)
    let axes = ["run.yaml", "--results", "sweeps", "--sweep", "latent.size=[4,8]"]
    #expect(
      try run(in: project, "run", axes[0], axes[1], axes[2], axes[3], axes[4], "--only", "0") == 0)
    let sweep = "\(project)/sweeps/killed/\(try FileLayer().list("\(project)/sweeps/killed")[0])"
    #expect(try run(in: "/", "resume", sweep) == 0)
    #expect(try trials("\(project)/sweeps").count == 2)
  }

  /// docs/failures.md: Ctrl-C, SIGTERM or SIGHUP while a trial starts: the same command goes on
  /// with it
  @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
  func aSignalWhileATrialStartsLosesNothing(signal: Int32) throws {
    let scratch = try Scratch()
    for trial in 0..<2 {
      let process = try Program.start(try sweep(scratch, "a"))
      func started() throws -> Int {
        let names = (try? FileLayer().list("\(scratch.path)/a/killed")) ?? []
        return try names.first.map { name in
          try Journal(sweep: "\(scratch.path)/a/killed/\(name)").content().records
            .count { $0["event"]?.string == "started" }
        } ?? 0
      }
      let before = try started()
      while try started() < before + 1 + trial, process.isRunning { usleep(500) }
      kill(process.processIdentifier, signal)
      process.waitUntilExit()
      #expect([0, 128 + signal].contains(process.terminationStatus))
    }
    #expect(try Program.run(try sweep(scratch, "a")) == 0)
    #expect(try trials("\(scratch.path)/a").count == 6)
  }

  @Test func aSweepWhoseProcessIsKilledLosesNoTrialAndRunsNoneTwice() throws {
    let scratch = try Scratch()
    let start = monotonicSeconds()
    #expect(try Program.run(try sweep(scratch, "a")) == 0)
    let seconds = monotonicSeconds() - start
    let undisturbed = try trials("\(scratch.path)/a")
    #expect(undisturbed.count == 6)
    for _ in 0..<4 {
      let process = try Program.start(try sweep(scratch, "b"))
      usleep(UInt32(Double.random(in: 0.1..<max(seconds * 0.5, 0.2)) * 1e6))
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
    #expect(try Program.run(try sweep(scratch, "b")) == 0)
    #expect(try trials("\(scratch.path)/b") == undisturbed)
  }

  /// Killed between the first folder and the plan.
  @Test func whatWasToBecomeASweepIsTakenAway() throws {
    let scratch = try Scratch()
    let half = "\(scratch.path)/c/killed/20200101T0000-abcdef"
    for folder in ["trials", "logs"] { try FileLayer().makeDirectories("\(half)/\(folder)") }
    try FileLayer().create("\(half)/spec.yaml", Array("version: 1\n".utf8))
    #expect(try Program.run(try sweep(scratch, "c")) == 0)
    #expect(try trials("\(scratch.path)/c").count == 6)
  }

  /// docs/failures.md: two processes on one sweep or trial: second: exit 7 with pid, host,
  /// since; `--join` takes other pending trials
  @Test
  func twoProcessesShareASweepAndRunEachTrialOnce() throws {
    let scratch = try Scratch()
    #expect(try Program.run(try sweep(scratch, "a")) == 0)
    let first = try Program.start(try sweep(scratch, "b"))
    let deadline = monotonicSeconds() + 60
    func hasPlan() -> Bool {
      let names = (try? FileLayer().list("\(scratch.path)/b/killed")) ?? []
      return names.contains { FileLayer().exists("\(scratch.path)/b/killed/\($0)/attempts/1") }
    }
    while !hasPlan(), monotonicSeconds() < deadline { usleep(5_000) }
    #expect(try Program.run(try sweep(scratch, "b")) == 7)
    #expect(try Program.run(try sweep(scratch, "b") + ["--join", "--jobs", "2"]) == 0)
    first.waitUntilExit()
    #expect(first.terminationStatus == 0)
    #expect(try trials("\(scratch.path)/b") == (try trials("\(scratch.path)/a")))
    let folder = "\(scratch.path)/b/killed/\(try FileLayer().list("\(scratch.path)/b/killed")[0])"
    for name in try FileLayer().list("\(folder)/trials") {
      #expect(try RunClaim.attempts(of: "\(folder)/trials/\(name)", FileLayer()) == [1], "\(name)")
    }
  }

  /// docs/failures.md: a worker whose claim was taken over stops with 77 and has written
  /// nothing twice
  @Test
  func aWorkerThatWasStoppedForTooLongIsReplacedAndWritesNothingMore() throws {
    let scratch = try Scratch()
    let files = FileLayer()
    // A plan, and its first trial not yet begun.
    #expect(try Program.run(try sweep(scratch, "a") + ["--only", "1"]) == 0)
    let directory = "\(scratch.path)/a/killed/\(try files.list("\(scratch.path)/a/killed")[0])"
    let trial = try SweepDirectory(reading: directory)
    let folder = trial.folder(trial.trials[0])
    let worker = ["worker", "--sweep", directory, "--index", "0", "--threads", "1"]
    let first = try Program.start(worker)
    while !files.exists("\(folder)/checkpoints/latest"), first.isRunning { usleep(500) }
    kill(first.processIdentifier, SIGSTOP)
    #expect(try Program.run(worker) == 76)
    usleep(1_200_000)
    #expect(try Program.run(worker + ["--lost-after", "1"]) == 0)
    let after = try scratch.contents(of: folder)
    kill(first.processIdentifier, SIGCONT)
    first.waitUntilExit()
    #expect(first.terminationStatus == 77)
    let now = try scratch.contents(of: folder)
    #expect(now.keys.sorted() == after.keys.sorted())
    #expect(now.keys.filter { now[$0] != after[$0] } == [])
    #expect(try json("\(folder)/result.json")["attempt"]?.int == 2)
    #expect(try Program.run(worker) == 0)
  }
}
