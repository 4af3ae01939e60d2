import CLibrary
import RunFormat
import Testing

@testable import Runner

/// What a sweep does next, from what it saw: no files, no processes.
@Suite struct SweepCourseTests {
  /// How the only job of a trial ends, what its folder says then, and what comes of it.
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var seen: JobState = .ended(.exited(0))
    var state = TrialState.pending
    var lastLine: String?
    var disk: Int?
    var retries = 0
    var isInterrupted = false
    let becomes: TrialState
    var isWritten = "ended"
  }

  static let cases = [
    Case(testDescription: "finished", state: .finished, becomes: .finished),
    Case(
      testDescription: "finished, and its engine has forgotten the job", seen: .unknown,
      state: .finished, becomes: .finished),
    Case(
      testDescription: "diverged", seen: .ended(.exited(6)),
      state: .diverged(reason: "at step 3"), becomes: .diverged(reason: "at step 3")),
    Case(
      testDescription: "diverged, by the word of an engine without exit codes",
      seen: .ended(.gone("FAILED")), state: .diverged(reason: "at step 3"),
      becomes: .diverged(reason: "at step 3")),
    Case(
      testDescription: "another worker had it", seen: .ended(.exited(77)), state: .finished,
      becomes: .finished, isWritten: "held"),
    Case(
      testDescription: "another worker has it", seen: .ended(.exited(76)), state: .held,
      becomes: .held, isWritten: "held"),
    Case(
      testDescription: "a forgotten job of which a worker still beats", seen: .unknown,
      state: .held, becomes: .held, isWritten: "held"),
    Case(
      testDescription: "saved on request", seen: .ended(.exited(75)),
      becomes: .paused(reason: "asked to stop, or its time was over")),
    Case(
      testDescription: "asked to stop", seen: .ended(.killed(signal: SIGTERM)),
      becomes: .pending, isWritten: "interrupted"),
    Case(
      testDescription: "killed in a sweep that stops", seen: .ended(.killed(signal: SIGKILL)),
      isInterrupted: true, becomes: .pending, isWritten: "interrupted"),
    Case(
      testDescription: "killed", seen: .ended(.killed(signal: SIGKILL)),
      becomes: .failed(reason: "killed (signal 9): too little memory?")),
    Case(
      testDescription: "failed with a last word", seen: .ended(.exited(4)), lastLine: "no data",
      becomes: .failed(reason: "no data")),
    Case(
      testDescription: "failed and tried again", seen: .ended(.exited(4)), lastLine: "no data",
      retries: 1, becomes: .pending, isWritten: "retried"),
    Case(
      testDescription: "gone without a word", seen: .ended(.gone("NODE_FAIL")),
      becomes: .failed(reason: "NODE_FAIL")),
    Case(
      testDescription: "gone with a last line", seen: .ended(.gone("FAILED")),
      lastLine: "no such program", becomes: .failed(reason: "no such program (FAILED)")),
    Case(
      testDescription: "a full disk", seen: .ended(.exited(4)), disk: 5, becomes: .pending,
      isWritten: "pause"),
  ]

  private func course(
    _ count: Int, capacity: Int = 8, _ change: (inout SweepOptions) -> Void = { _ in }
  ) -> SweepCourse {
    var options = SweepOptions()
    change(&options)
    return SweepCourse(trials: count, options, capacity: capacity)
  }

  @Test(arguments: cases) func aJobThatIsOverIsWhatItsTrialsFolderSays(of test: Case) throws {
    var course = course(1) { $0.retries = test.retries }
    _ = course.began(0, JobID("12_0"), at: 1)
    if test.isInterrupted {
      #expect(course.see(signal: SIGTERM, after: 2) == [.cancel([JobID("12_0")])])
    }
    let over = course.ended([JobID("12_0"): test.seen])
    try #require(over.map(\.trial) == [0])
    let remains = SweepCourse.Remains(
      state: test.state, disk: test.disk.map { ("no room", $0) }, lastWord: nil,
      lastLine: test.lastLine)
    let actions = course.ended(over[0].job, over[0].ending, remains, at: 3)
    #expect(course.states == [test.becomes])
    let words = actions.map { action in
      switch action {
      case .write(.ended(_, _, let seconds)): seconds == 2 ? "ended" : "\(seconds)"
      case .write(.held): "held"
      case .write(.interrupted): "interrupted"
      case .write(.retried): "retried"
      case .write(.started): "started"
      case .pause: "pause"
      case .cancel: "cancel"
      case .withdraw: "withdraw"
      }
    }
    #expect(words == [test.isWritten])
    #expect(course.isIdle)
  }

  /// What others play in their own time may not have begun: that is taken back, once.
  @Test(arguments: [(true, [SweepCourse.Action.withdraw]), (false, [])])
  func whenTheTimeOfTheSweepIsOverNothingMoreBegins(
    leavesJobs: Bool, actions: [SweepCourse.Action]
  ) {
    var course = course(2) {
      $0.budgetSeconds = 5
      $0.leavesJobs = leavesJobs
    }
    _ = course.began(0, JobID("12_0"), at: 0)
    #expect(course.see(signal: 0, after: 4) == [])
    #expect(course.see(signal: 0, after: 5) == actions)
    #expect(course.see(signal: 0, after: 6) == [])
    #expect(course.candidates.isEmpty && course.next == .wait)
  }

  @Test func jobsThatLiveOrAreNotSpokenOfGoOn() {
    var course = course(2)
    _ = course.began(0, JobID(1), at: 0)
    _ = course.began(1, JobID(2), at: 0)
    #expect(course.ended([JobID(1): .alive]).isEmpty)
    #expect(course.next == .wait)
  }

  @Test func noMoreBeginThanThereIsRoomFor() {
    var course = course(5, capacity: 3)
    #expect(course.candidates == [0, 1, 2, 3, 4])
    _ = course.began(0, JobID(1), at: 0)
    #expect(course.hasRoom(besides: 1) && !course.hasRoom(besides: 2))
    _ = course.couldNotBegin(1, "no room")
    #expect(course.candidates == [] && course.isPaused)
    course.goOn()
    #expect(course.candidates == [1, 2, 3, 4])
  }

  /// When a sweep ends, and how.
  struct End: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var states: [Int: TrialState] = [:]
    var signal: Int32 = 0
    var seconds = 0.0
    let step: SweepCourse.Step
  }

  static let ends = [
    End(testDescription: "something is left", states: [0: .finished], step: .wait),
    End(
      testDescription: "one is held by others", states: [0: .finished, 1: .held], step: .wait),
    End(
      testDescription: "all are over", states: [0: .finished, 1: .failed(reason: "x")],
      step: .finish),
    End(testDescription: "a signal", signal: SIGINT, step: .end(.interrupted(signal: SIGINT))),
    End(testDescription: "its time is over", seconds: 10, step: .end(.outOfTime)),
    End(
      testDescription: "its time is over, and nothing is left",
      states: [0: .finished, 1: .finished], seconds: 10, step: .finish),
  ]

  @Test(arguments: ends) func aSweepWithoutJobsEndsWhenNothingIsLeftOrSomebodySays(of test: End) {
    var course = course(2) { $0.budgetSeconds = 10 }
    course.see(test.states, failures: [:])
    #expect(course.see(signal: test.signal, after: test.seconds) == [])
    #expect(course.next == test.step)
  }

  @Test func whoeverAskedJobsToStopWaitsForThem() {
    var course = course(2)
    _ = course.began(0, JobID(1), at: 0)
    #expect(course.see(signal: SIGTERM, after: 1) == [.cancel([JobID(1)])])
    #expect(course.next == .wait)
    let remains = SweepCourse.Remains(state: .pending)
    _ = course.ended(JobID(1), .exited(143), remains, at: 2)
    #expect(course.next == .end(.interrupted(signal: SIGTERM)))
  }

  @Test func whoOnlyWaitsLeavesTheJobsToThemselves() {
    var course = course(1) { $0.leavesJobs = true }
    _ = course.began(0, JobID("12_0"), at: 0)
    #expect(course.see(signal: SIGINT, after: 1) == [])
    #expect(course.next == .end(.interrupted(signal: SIGINT)))
  }
}
