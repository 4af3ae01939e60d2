import RunFormat
import TensorCore
import Testing

@testable import Runner

/// A hand that lets chosen operations on a disk fail.
final class Sabotage: @unchecked Sendable {
  enum Plan: Sendable {
    /// The n-th operation, counted from 0, and no other.
    case only(Int)
    /// No room from the n-th operation on: nothing can be made or grown, old things can go.
    case fullFrom(Int)
  }
  private let plan: Plan
  private(set) var count = 0
  /// What failed.
  private(set) var struck: [String] = []

  init(_ plan: Plan) { self.plan = plan }

  var files: FileLayer {
    var files = FileLayer()
    files.fault = { [self] operation, path in
      defer { count += 1 }
      let code: Int32
      switch plan {
      case .only(let place): code = count == place ? 5 : 0
      case .fullFrom(let place):
        switch operation {
        case .makeDirectory, .create, .write, .append, .link: code = count >= place ? 28 : 0
        case .overwrite, .synchronize, .rename, .lock, .remove: code = 0
        }
      }
      if code != 0 { struck.append("\(operation) \(path)") }
      return code
    }
    return files
  }
}

struct AtomicWriteTests {
  @Test func theOldFileStaysWhateverOperationFails() throws {
    var n = 0
    while true {
      let scratch = try Scratch()
      let path = "\(scratch.path)/file"
      try FileLayer().replace(path, with: Array("old".utf8))
      let sabotage = Sabotage(.only(n))
      do {
        try sabotage.files.replace(path, with: Array("new".utf8))
      } catch {
        #expect(error.exitCode == 4)
      }
      let content = try text(path)
      // The last thing done makes the new name survive a loss of power: the file is there already.
      let renamed =
        sabotage.struck.first?.hasPrefix("synchronize \(scratch.path)") == true
        && sabotage.struck.first == "synchronize \(scratch.path)"
      #expect(content == (sabotage.struck.isEmpty || renamed ? "new" : "old"))
      #expect(try FileLayer().list(scratch.path) == ["file"])
      if sabotage.struck.isEmpty { break }
      n += 1
    }
    #expect(n == 5)
  }

  @Test func aFolderAppearsWholeOrNotAtAll() throws {
    var n = 0
    while true {
      let scratch = try Scratch()
      let sabotage = Sabotage(.only(n))
      do {
        try sabotage.files.publish("\(scratch.path)/folder") { draft throws(RunError) in
          try draft.create("a", [1, 2, 3, 4])
          try draft.create("b", [5, 6])
        }
      } catch {}
      let found = try scratch.contents()
      #expect(found.isEmpty || found == ["folder/a": [1, 2, 3, 4], "folder/b": [5, 6]])
      let names = try FileLayer().list(scratch.path)
      #expect(names == [] || names == ["folder"], "\(names) after \(sabotage.struck)")
      if sabotage.struck.isEmpty { break }
      n += 1
    }
    #expect(n > 8)
  }

  @Test func aPathThatDoesNotExistIsNamed() {
    let error = #expect(throws: RunError.self) {
      try FileLayer().replace("/nowhere/at/all", with: [])
    }
    #expect(error?.description == "/nowhere/at/all: cannot create: No such file or directory")
  }

  @Test func aPipeIsNotRead() throws {
    let error = #expect(throws: RunError.self) { try FileLayer().read("/dev/null") }
    #expect(error?.description == "/dev/null: cannot read: not a regular file")
  }
}

/// A run in which every single operation on the disk fails once.
struct FaultyRunTests {
  static let run = TinyRun(
    length: "2 epochs", log: "2 steps", samples: "{every: 1 epochs, grid: 1x2}",
    checkpoint: "{every: 1 epochs, keep: {last: 1}}")

  /// Operations of a run in which nothing fails.
  static let operations: Int = {
    let sabotage = Sabotage(.only(-1))
    guard let scratch = try? Scratch(), var setup = try? run.setup(scratch.path) else { return 0 }
    setup.files = sabotage.files
    _ = try? train(setup)
    return sabotage.count
  }()

  @Test(arguments: 0..<4)
  func noFailureIsReportedAsSuccess(part: Int) throws {
    #expect(Self.operations > 80)
    for n in stride(from: part, to: Self.operations, by: 4) {
      for plan in [Sabotage.Plan.only(n), .fullFrom(n)] { try check(plan) }
    }
  }

  private func check(_ plan: Sabotage.Plan) throws {
    let scratch = try Scratch()
    let sabotage = Sabotage(plan)
    var setup = try Self.run.setup(scratch.path)
    setup.files = sabotage.files
    let outcome: RunOutcome
    do {
      outcome = try train(setup)
    } catch {
      #expect(error.exitCode == 4)
      // Nothing of the run is left, and nothing half-made beside it.
      #expect(try scratch.contents().isEmpty, "\(plan)")
      return
    }
    if sabotage.struck.isEmpty {
      #expect(outcome.ending == .finished)
      return
    }
    #expect(outcome.exitCode == 4, "\(plan) \(sabotage.struck)")
    let status = try json("\(outcome.directory)/status.json")
    #expect(status["state"]?.string == "failed", "\(plan) \(sabotage.struck)")
    #expect(status["cause"]?.string == "disk")
    // What could not be removed when it should stays, hidden.
    let couldRemove = !sabotage.struck.contains { $0.hasPrefix("remove") }
    for name in try scratch.contents().keys where couldRemove && name.contains("/.") {
      Issue.record("\(name) is left over: \(plan) \(sabotage.struck)")
    }
    // Whatever checkpoints are there can be read, and `latest` points at one.
    let store = CheckpointStore(run: outcome.directory, files: FileLayer())
    let steps = try store.steps()
    for step in steps {
      _ = try LoadedCheckpoint(try store.resolve(.step(step)), files: FileLayer())
    }
    if FileLayer().exists("\(store.path)/latest") {
      _ = try LoadedCheckpoint(try store.resolve(.last), files: FileLayer())
    }
    if let last = outcome.checkpoint { #expect(FileLayer().isDirectory(last)) }
  }

  @Test func aFullDiskSaysSo() throws {
    let scratch = try Scratch()
    let sabotage = Sabotage(.fullFrom(60))
    var setup = try Self.run.setup(scratch.path)
    setup.files = sabotage.files
    let outcome = try train(setup)
    guard case .failed(let error) = outcome.ending else {
      Issue.record("\(outcome.ending)")
      return
    }
    #expect(error.description.hasSuffix("No space left on device"))
    let reason = try json("\(outcome.directory)/status.json")["reason"]?.string
    #expect(reason?.contains("No space left on device") == true)
  }

  @Test func aDiskThatRunsLowEndsTheRunWithACheckpoint() throws {
    let scratch = try Scratch()
    var run = Self.run
    run.guards = "{min_free_disk: 1GB}"
    var setup = try run.setup(scratch.path)
    let calls = Counter()
    setup.files.reportedFreeBytes = { _ in calls.next() < 3 ? 2_000_000_000 : 999_000_000 }
    let outcome = try train(setup)
    #expect(outcome.exitCode == 4)
    #expect(
      outcome.message?.contains("999 MB free, guards.min_free_disk is 1 GB") == true,
      "\(outcome.message ?? "")")
    #expect(outcome.checkpoint != nil)
    #expect(try json("\(outcome.directory)/status.json")["state"]?.string == "failed")
  }
}

final class Counter: @unchecked Sendable {
  private(set) var count = 0
  func next() -> Int {
    count += 1
    return count - 1
  }
}
