import CLibrary
import RunFormat
import Spec
import Testing

@testable import Runner

/// A process that is no more for all others, and yet goes on: one that was stopped, or waits for a disk.
private let lost = ProcessIdentity(
  pid: 1 << 22 + 1, host: Machine.host, boot: ProcessIdentity.current().boot,
  namespace: ProcessIdentity.current().namespace, start: nil)

/// Holds a process up before its n-th operation on the disk, and lets another do its work meanwhile.
private final class HoldUp: @unchecked Sendable {
  private let place: Int
  private let meanwhile: () -> Void
  private(set) var count = 0
  private(set) var heldUp: String?
  var isReady: () -> Bool = { true }

  init(at place: Int, _ meanwhile: @escaping () -> Void) {
    (self.place, self.meanwhile) = (place, meanwhile)
  }

  var files: FileLayer {
    var files = FileLayer()
    files.fault = { [self] operation, path in
      guard isReady() else { return 0 }
      count += 1
      if count == place {
        heldUp = "\(operation) \(path)"
        meanwhile()
      }
      return 0
    }
    return files
  }
}

@Suite
struct LateProcessTests {
  private static let run = TinyRun(
    imageCount: 8, length: "2 steps", log: "1 steps", samples: "{every: 2 steps, grid: 1x1}",
    checkpoint: "{every: 1 steps, keep: {last: 1}}", record: ", tensorboard: true")

  enum Beginning: String, CaseIterable, Sendable {
    case new = "a new run"
    case longer = "a finished run that is made longer"
  }

  private static func setup(_ run: TinyRun, in directory: String?, _ results: String) throws
    -> RunSetup
  {
    var setup = try run.setup(results)
    setup.directory = directory
    return setup
  }

  /// docs/failures.md: a process that wakes up when another has finished its run: it ends with
  /// 77, nothing is removed or changed
  @Test(arguments: Beginning.allCases)
  func aLateProcessChangesNothing(beginning: Beginning) throws {
    var n = 1
    var last = ""
    while true {
      let scratch = try Scratch(inMemory: true)
      let given = beginning == .new ? nil : "\(scratch.path)/tiny/run"
      if beginning == .longer {
        var short = Self.run
        short.length = "1 steps"
        #expect(try train(Self.setup(short, in: given, scratch.path)).ending == .finished)
      }
      func directory() -> String {
        given
          ?? "\(scratch.path)/tiny/\((try? FileLayer().list("\(scratch.path)/tiny").last) ?? "")"
      }
      let attempt = beginning == .longer ? 2 : 1
      var after: [String: [UInt8]] = [:]
      var ending: RunOutcome.Ending?
      let holdUp = HoldUp(at: n) {
        ending = try? train(Self.setup(Self.run, in: directory(), scratch.path)).ending
        after = (try? scratch.contents(of: directory())) ?? [:]
      }
      holdUp.isReady = { FileLayer().exists("\(directory())/attempts/\(attempt)") }
      var setup = try Self.setup(Self.run, in: given, scratch.path)
      (setup.files, setup.process) = (holdUp.files, lost)
      var code: Int32 = 0
      do throws(RunError) { code = try train(setup).exitCode } catch { code = error.exitCode }
      guard let place = holdUp.heldUp else {
        #expect(code == 0)
        break
      }
      last = place
      n += 1
      #expect(ending == .finished, "held up at \(n - 1): \(place)")
      func others(_ contents: [String: [UInt8]]) -> [String: [UInt8]] {
        contents.filter { !$0.key.hasPrefix("attempts/\(attempt)/") }
      }
      let now = others(try scratch.contents(of: directory()))
      let before = others(after)
      let isLast = after.keys.contains("attempts/\(attempt)/result.json")
      #expect(now.keys.sorted() == before.keys.sorted(), "held up at \(n - 1): \(place)")
      #expect(now.keys.filter { now[$0] != before[$0] } == [], "held up at \(n - 1): \(place)")
      // Only what makes the end survive a loss of power comes after the end.
      #expect(
        code == (place == "synchronize \(directory())" && isLast ? 0 : 77), "\(n - 1): \(place)")
    }
    #expect(n > 60, "the last: \(last)")
  }

  /// docs/failures.md: two processes take an open run at the same moment: the second is told
  /// who was first
  @Test
  func aClaimThatIsClearedAwayIsTriedAgain() throws {
    let scratch = try Scratch()
    let path = scratch.path
    let holdUp = HoldUp(at: 1) {
      // The first one has its claim, and removes what others have left.
      _ = try? RunClaim.take(
        path, as: .current(), steps: 1, lostAfter: 120, files: FileLayer())
      for name in (try? FileLayer().list("\(path)/attempts")) ?? [] where name != "1" {
        try? FileLayer().remove("\(path)/attempts/\(name)")
      }
    }
    holdUp.isReady = { (try? FileLayer().list("\(path)/attempts"))?.isEmpty == false }
    let error = #expect(throws: RunError.self) {
      try RunClaim.take(path, as: .current(), steps: 1, lostAfter: 120, files: holdUp.files)
    }
    #expect(holdUp.heldUp?.hasPrefix("create ") == true)
    #expect(error?.exitCode == 7)
  }

  /// docs/failures.md: a claim is taken back while another process tries for it: that one has it, whole
  @Test
  func aClaimThatIsTakenBackWhileAnotherTriesIsTheOthers() throws {
    let scratch = try Scratch()
    let path = scratch.path
    func take(_ files: FileLayer) throws(RunError) -> RunClaim {
      try RunClaim.take(path, as: .current(), steps: 1, lostAfter: 120, files: files)
    }
    let claimed = "\(path)/attempts/1"
    let files = FileLayer()
    let first = try take(files)
    try files.rename(claimed, to: "\(path)/aside")
    var hurried = files
    hurried.fault = { operation, place in
      // The first has it when the second tries, and not any more when it clears up.
      if operation == .rename, place == claimed, files.exists("\(path)/aside") {
        try? files.rename("\(path)/aside", to: claimed)
      } else if operation == .remove {
        first.forget()
      }
      return 0
    }
    let second = try take(hurried)
    #expect(second.number == 1)
    #expect(try files.list("\(path)/attempts") == ["1"])
    #expect(try files.list(claimed) == ["heartbeat", "owner.json"])
  }

  /// docs/failures.md: a claim is taken back while another process tries for it: that one has it, whole
  @Test(arguments: [false, true])
  func whoFindsTheClaimBeforeTheirsTakenBackBeginsAnew(isAnothersByNow: Bool) throws {
    let scratch = try Scratch()
    let path = scratch.path
    @Sendable func take(_ process: ProcessIdentity, _ files: FileLayer = FileLayer())
      throws(RunError)
      -> RunClaim
    {
      try RunClaim.take(path, as: process, steps: 1, lostAfter: 120, files: files)
    }
    let first = try take(lost)
    var files = FileLayer()
    files.fault = { operation, place in
      guard operation == .rename, place == "\(path)/attempts/2" else { return 0 }
      first.forget()
      if isAnothersByNow { _ = try? take(.current()) }
      return 0
    }
    var error: RunError?
    do throws(RunError) { _ = try take(.current(), files) } catch let failure { error = failure }
    #expect(error?.exitCode == (isAnothersByNow ? 7 : nil))
    #expect(try FileLayer().list("\(path)/attempts") == ["1"])
  }

  /// docs/failures.md: a claim is taken back while another process tries for it: that one has it, whole
  @Test
  func whatIsTakenBackTakesNothingOfTheNextOwnersWithIt() throws {
    var n = 1
    while true {
      let scratch = try Scratch()
      let path = scratch.path
      var next: RunClaim?
      let holdUp = HoldUp(at: n) {
        next = try? RunClaim.take(
          path, as: .current(), steps: 1, lostAfter: 120, files: FileLayer())
      }
      holdUp.isReady = { FileLayer().exists("\(path)/attempts/1/heartbeat") || holdUp.count > 0 }
      // It counts as gone already, so anybody may go on from it.
      let claim = try RunClaim.take(
        path, as: lost, steps: 1, lostAfter: 120, files: holdUp.files)
      claim.forget()
      guard let place = holdUp.heldUp else { break }
      let owned = try #require(next, "held up at \(n): \(place)")
      #expect(
        try FileLayer().list(owned.path) == ["heartbeat", "owner.json"],
        "held up at \(n): \(place)")
      #expect(owned.number == 1 || FileLayer().exists(claim.path), "held up at \(n): \(place)")
      n += 1
    }
    #expect(n > 4)
  }

  struct Unreadable: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let name: String
    /// What stands there: a text, or nil for a link to itself.
    let text: String?
  }

  static let unreadable = [
    Unreadable(
      testDescription: "an owner.json that cannot be opened", name: "1/owner.json", text: nil),
    Unreadable(
      testDescription: "an owner.json that is torn", name: "1/owner.json", text: "{\"pid\":"),
    Unreadable(testDescription: "an owner.json of zeros", name: "1/owner.json", text: "\0\0\0"),
    Unreadable(testDescription: "attempts that cannot be listed", name: "", text: nil),
  ]

  /// docs/failures.md: what a claim says cannot be read: exit 4, nothing is taken over
  @Test(arguments: unreadable)
  func whatCannotBeReadIsNotAbsent(_ test: Unreadable) throws {
    let scratch = try Scratch()
    let files = FileLayer()
    func take() throws(RunError) -> RunClaim {
      try RunClaim.take(scratch.path, as: .current(), steps: 1, lostAfter: 120, files: files)
    }
    _ = try take()
    let attempts = "\(scratch.path)/attempts"
    let place = test.name.isEmpty ? attempts : "\(attempts)/\(test.name)"
    try files.rename(place, to: "\(scratch.path)/aside")
    if let text = test.text {
      try files.create(place, Array(text.utf8))
    } else {
      try #require(symlink(place.lastPathComponent, place) == 0)
    }
    let error = #expect(throws: RunError.self) { try take() }
    #expect(error?.exitCode == 4)
    try files.remove(place)
    try files.rename("\(scratch.path)/aside", to: place)
    #expect(try files.list(attempts) == ["1"])
    #expect(throws: RunError.self) { try take() }
  }

  /// docs/failures.md: attempts with numbers that nobody gave: they are not counted on
  @Test
  func anAbsurdAttemptIsNone() throws {
    let scratch = try Scratch()
    for number in ["9223372036854775807", "007", "-3", "1000000000000"] {
      try FileLayer().makeDirectories("\(scratch.path)/attempts/\(number)")
    }
    let claim = try RunClaim.take(
      scratch.path, as: .current(), steps: 1, lostAfter: 120, files: FileLayer())
    #expect(claim.number == 1)
    try claim.check()
  }
}
