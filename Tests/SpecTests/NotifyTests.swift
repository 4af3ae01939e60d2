import Testing

@testable import Spec

private func load(_ more: String) throws -> Experiment {
  try loadExperiment(text: goodSpec + "\n\(more)\n", vocabulary: vocabulary).get()
}

/// Who is told of the end, and what of it is a part of an experiment.
@Suite struct NotifyTests {
  @Test func aProgramAndItsWordsAreTakenAsTheyStandAndTheRestHasDefaults() throws {
    let notify = try #require(try load("notify: {exec: [say, 'a b', $HOME]}").notify)
    #expect(notify.command == ["say", "a b", "$HOME"])
    #expect(notify.events == [.finished, .diverged, .failed])
    #expect(notify.seconds == 30 && !notify.tellsTrials)
    let all = try load("notify: {exec: [say], on: [interrupted], timeout: 2 min, trials: true}")
    #expect(
      all.notify
        == NotifySection(
          events: [.interrupted], command: ["say"], seconds: 120, tellsTrials: true))
    #expect(try load("").notify == nil)
  }

  @Test(arguments: [
    ("{exec: [say], on: [finishd]}", "`finishd` is nothing that is told"),
    ("{exec: []}", "`exec` in notify names no program"),
    ("{exec: ['']}", "`exec` in notify names no program"),
    ("{on: [failed]}", "notify needs `exec`"),
    ("{exec: [say], timeout: 2h}", "`timeout` in notify is between 1 s and 1 h"),
  ])
  func whatCannotBeRunIsAnErrorOfTheSpec(_ notify: String, _ message: String) throws {
    let error = try #require(throws: Diagnostics.self) { try load("notify: \(notify)") }
    #expect(error.entries.map(\.message) == [message])
  }

  @Test func itDecidesNoNumberAndAResolvedSpecHasItOnlyWhereTheFileDoes() throws {
    let (plain, told) = (try load(""), try load("notify: {exec: [say]}"))
    #expect(plain.identityText == told.identityText)
    #expect(!plain.resolvedYAML(comments: false).contains("notify"))
    let resolved = told.resolvedYAML(comments: false)
    let again = try loadExperiment(text: resolved, vocabulary: vocabulary).get()
    #expect(again.notify == told.notify)
  }

  @Test func ofATrialThatHasFinishedTheNewestStaysUnlessTheFileSaysOtherwise() throws {
    func finished(_ keep: String) throws -> Int? {
      try load("record: {checkpoint: {keep: {\(keep)}}}").record.checkpoint?.keepFinished
    }
    #expect(try finished("") == 1)
    #expect(try finished("finished: 3, last: 5") == 3)
    #expect(try finished("finished: none") == nil)
    #expect(!(try load("").resolvedYAML(comments: false).contains("finished")))
    let all = try load("record: {checkpoint: {keep: {finished: none}}}")
    let again = try loadExperiment(
      text: all.resolvedYAML(comments: false), vocabulary: vocabulary
    ).get()
    #expect(again.record.checkpoint?.keepFinished == nil)
  }
}
