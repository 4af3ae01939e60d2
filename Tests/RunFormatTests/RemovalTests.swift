import CLibrary
import RunFormat
import Testing

@Suite
struct RemovalTests {
  private let scratch = try? Scratch()
  private let files = FileLayer()

  private func run(_ name: String = "run") throws -> String {
    let scratch = try #require(self.scratch)
    try scratch.write("\(name)/losses.csv", "step\n")
    return "\(scratch.path)/\(name)"
  }

  private func claim(_ run: String, as process: ProcessIdentity) throws {
    _ = try RunClaim.take(run, as: process, steps: 1, lostAfter: 120, files: files)
  }

  private func makeOld(_ run: String) throws {
    var times = [timeval(tv_sec: 1_000_000, tv_usec: 0), timeval(tv_sec: 1_000_000, tv_usec: 0)]
    try #require(utimes("\(run)/attempts/1/heartbeat", &times) == 0)
  }

  @Test
  func aRunNobodyWorksOnGoesWithItsClaims() throws {
    let run = try run()
    try Removal(of: run).carryOut()
    #expect(!files.exists(run))
    #expect(try files.list(try #require(scratch).path).isEmpty)
  }

  @Test
  func aLivingProcessKeepsItsRunHoweverLongItHasBeenSilent() throws {
    let run = try run()
    try claim(run, as: .current())
    #expect(throws: RunError.self) { try Removal(of: run) }
    try makeOld(run)
    #expect(throws: RunError.self) { try Removal(of: run) }
    #expect(files.exists("\(run)/losses.csv"))
  }

  @Test
  func aProcessInAnotherContainerKeepsItsRunWhileItsHeartbeatIsFresh() throws {
    let run = try run()
    let own = ProcessIdentity.current()
    try claim(
      run,
      as: ProcessIdentity(
        pid: 999_999_999, host: own.host, boot: nil, namespace: "pid:[another]", start: nil))
    #expect(throws: RunError.self) { try Removal(of: run) }
    try makeOld(run)
    try Removal(of: run).carryOut()
    #expect(!files.exists(run))
  }

  @Test
  func aProcessThatBeganBetweenTheQuestionAndTheAnswerKeepsItsRun() throws {
    let run = try run()
    let removal = try Removal(of: run)
    try claim(run, as: .current())
    #expect(throws: RunError.self) { try removal.carryOut() }
    #expect(files.exists("\(run)/losses.csv"))
  }

  @Test
  func aSweepGoesWithItsTrialsAndNotWhileOneOfThemIsPlayed() throws {
    let trial = try run("sweep/trials/0000-a-s1")
    _ = try run("sweep/trials/0001-b-s1")
    let sweep = trial.parentPath.parentPath
    #expect(try Removal(of: sweep).trialCount == 2)
    try claim(trial, as: .current())
    #expect(throws: RunError.self) { try Removal(of: sweep) }
    try files.create("\(trial)/attempts/1/end.json", [])
    try Removal(of: sweep).carryOut()
    #expect(!files.exists(sweep))
  }

  @Test
  func whatIsGoneIsNotMadeAnew() throws {
    let trial = try run("sweep/trials/0000-a-s1")
    let sweep = trial.parentPath.parentPath
    let (whole, part) = (try Removal(of: sweep), try Removal(of: trial + "/"))
    #expect(part.isWithin(whole) && !whole.isWithin(part) && part.isWithin(part))
    try part.carryOut()
    try whole.carryOut()
    for removal in [whole, part] {
      let error = #expect(throws: RunError.self) { try removal.carryOut() }
      #expect(error?.description.contains("gone already") == true)
    }
    #expect(!files.exists(sweep))
  }

  @Test
  func aTrialStaysWhereItsSweepHasGoneOnMeanwhile() throws {
    let trial = try run("sweep/trials/0000-a-s1")
    let removal = try Removal(of: trial)
    try claim(trial.parentPath.parentPath, as: .current())
    #expect(throws: RunError.self) { try removal.carryOut() }
    #expect(files.exists("\(trial)/losses.csv"))
  }

  @Test
  func whatALinkLeadsToStays() throws {
    let scratch = try #require(self.scratch)
    try scratch.write("data/picture.png", "")
    let run = try run()
    try #require(symlink("\(scratch.path)/data", "\(run)/data") == 0)
    try #require(symlink(run, "\(scratch.path)/last") == 0)
    try Removal(of: "\(scratch.path)/last").carryOut()
    #expect(files.exists("\(run)/losses.csv"))
    try Removal(of: run).carryOut()
    #expect(try files.list("\(scratch.path)/data") == ["picture.png"])
  }
}
