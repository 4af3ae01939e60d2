import CLibrary
import RunFormat
import Spec
import Testing

@testable import Runner

/// Programs that are told of an end, well or badly behaved.
@Suite struct NotifierTests {
  private let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    // As the program does.
    signal(SIGPIPE, SIG_IGN)
  }

  private func notifier(_ script: String, _ more: String = "") throws -> Notifier {
    let words = "[/bin/sh, -c, \"\(script)\", sh, \(scratch.path)]"
    let run = TinyRun(guards: "{non_finite: stop}\nnotify: {exec: \(words)\(more)}")
    return Notifier(
      try #require(try run.experiment().notify), environment: ["PATH=/usr/bin:/bin", "OWN=1"])
  }

  private let notice = Notice(
    sweep: "/results/a", name: "a", words: ["finished", "failed", "finished"], exitCode: 5)

  @Test func itGetsTheEventInItsEnvironmentAndAllOfItAsJSON() throws {
    let script =
      "cat > $1/told.json; echo $GAN_EXP_EVENT $GAN_EXP_NAME $GAN_EXP_EXIT_CODE $OWN > $1/words"
    #expect(try notifier(script).tell(notice) == nil)
    #expect(try text("\(scratch.path)/words") == "failed a 5 1\n")
    let told = try json("\(scratch.path)/told.json")
    #expect(told["event"]?.string == "failed" && told["kind"]?.string == "sweep")
    #expect(told["reason"]?.string == "1 trials failed" && told["exit_code"]?.int == 5)
    #expect(told["trials"]?["finished"]?.int == 2 && told["trials"]?["failed"]?.int == 1)
  }

  @Test func itIsNotRunForWhatNobodyAskedToBeTold() throws {
    #expect(try notifier("touch $1/ran", ", on: [finished]").tell(notice) == nil)
    #expect(!FileLayer().exists("\(scratch.path)/ran"))
  }

  @Test(arguments: [
    ("echo no network >&2; exit 3", "notify: /bin/sh ended with 3: no network"),
    ("kill -9 $$", "notify: /bin/sh was ended by signal 9"),
    ("echo begun; exec sleep 600", "notify: /bin/sh was not over in 1 s, and was ended: begun"),
    ("sleep 600 & wait", "notify: /bin/sh was not over in 1 s, and was ended"),
    ("exec 0<&-; exit 0", nil), ("yes | head -c 200000; exit 0", nil),
  ])
  func howeverItEndsThatIsAllThatComesOfIt(_ script: String, _ words: String?) throws {
    #expect(try notifier(script, ", timeout: 1s").tell(notice) == words)
  }

  @Test func aProgramThatIsNotThereIsNamed() throws {
    let run = TinyRun(guards: "{non_finite: stop}\nnotify: {exec: [no-such-program]}")
    let notifier = Notifier(try #require(try run.experiment().notify), environment: ["PATH=/bin"])
    #expect(notifier.tell(notice) == "notify: there is no program no-such-program")
  }

  private static let sweeps: [([String], Int32, NotifySection.Event)] = [
    (["finished"], 0, .finished), (["diverged", "finished"], 5, .diverged),
    (["diverged", "failed"], 5, .failed), (["interrupted"], 75, .interrupted),
    (["pending"], 130, .interrupted), (["pending"], 9, .failed), ([], 4, .failed),
  ]

  @Test(arguments: sweeps)
  func whatASweepEndsWithSaysWhatIsTold(
    _ words: [String], _ code: Int32, _ event: NotifySection.Event
  ) {
    #expect(Notice(sweep: "s", name: "s", words: words, exitCode: code).event == event)
  }

  @Test func aRunTellsHowItEndedAndOneThatAnotherTookOverNothing() throws {
    func event(_ ending: RunOutcome.Ending) -> NotifySection.Event? {
      Notice(
        of: RunOutcome(ending: ending, directory: "d", step: 3, checkpoint: nil, picture: nil),
        name: "n")?.event
    }
    #expect(event(.finished) == .finished && event(.stopped("x")) == .finished)
    #expect(event(.interrupted(signal: 2)) == .interrupted)
    #expect(event(.outOfTime(seconds: 1)) == .interrupted)
    #expect(event(.diverged(.diverged(step: 1, tensor: "t", value: .nan))) == .diverged)
    #expect(event(.failed(.request("x"))) == .failed)
    #expect(event(.superseded(.superseded(path: "d", attempt: 1))) == nil)
  }

  @Test func notesAreChangedInAFolderAndNothingForeignIsOverwritten() throws {
    let run = "\(scratch.path)/run"
    try FileLayer().makeDirectories(run)
    try changeNotes(of: run) { $0.add("paper") }
    try changeNotes(of: run) { $0.text = "words" }
    #expect(try RunNotes(of: run).tags == ["paper"])
    #expect(try RunNotes(of: run).text == "words")
    #expect(try FileLayer().list(run) == ["notes.json"])
    try changeNotes(of: run) {
      $0.remove("paper")
      $0.text = nil
    }
    #expect(try FileLayer().list(run) == [])
    try writeFile(Array("mine".utf8), to: "\(run)/notes.json")
    #expect(throws: RunError.self) { try changeNotes(of: run) { $0.add("x") } }
    #expect(try text("\(run)/notes.json") == "mine")
  }
}
