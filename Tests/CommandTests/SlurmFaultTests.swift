import Foundation
import RunFormat
import Spec
import Testing

@testable import Runner

/// What a scheduler does that does not do as it should, and what becomes of a submission.
@Suite struct SlurmFaultTests {
  /// docs/failures.md: sbatch refuses: its words, exit 4, the plan stays, nothing is submitted
  @Test func aRefusalIsInTheWordsOfTheSchedulerAndSubmitsNothing() throws {
    let sweep = try FakeSweep(trials: 3)
    try sweep.slurm.first(
      "sbatch",
      "echo 'sbatch: error: Batch job submission failed: Invalid account' >&2; exit 1")
    let error = #expect(throws: RunError.self) { try sweep.submit() }
    #expect(
      error?.description
        == "Slurm refuses \(sweep.path)/slurm/job-1.sh: Invalid account; change `engine.slurm` in the "
        + "experiment file or engines.yaml and say the same again")
    #expect(error?.exitCode == 4)
    #expect(try sweep.slurm.calls("sbatch") == 1)
    #expect(try sweep.slurm.arrays() == [] && sweep.accepted() == [:])
    try sweep.slurm.asUsual("sbatch")
    #expect(try sweep.submit().jobs.count == 3)
    #expect(try sweep.slurm.arrays().count == 1)
  }

  /// What sbatch does that says nothing of a job, and what it is said to have said.
  struct Silence: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let shell: String
    let words: String
    var patience = 30.0
  }

  static let silences = [
    Silence(
      testDescription: "hangs", shell: "exec sleep 60", words: "nothing within 2 s", patience: 2),
    Silence(
      testDescription: "times out",
      shell: "echo 'sbatch: error: Batch job submission failed: Socket timed out on send/recv "
        + "operation' >&2; exit 1",
      words: "Socket timed out on send/recv operation"),
    Silence(
      testDescription: "loses the answer",
      shell: "echo 'sbatch: error: Zero Bytes were transmitted or received' >&2; exit 1",
      words: "Zero Bytes were transmitted or received"),
    Silence(
      testDescription: "says rubbish", shell: "echo '<html>'; exit 0",
      words: "no number of a job, but: <html>"),
    Silence(
      testDescription: "says nothing", shell: "exit 0",
      words: "no number of a job, but: it says nothing"),
  ]

  /// docs/failures.md: sbatch does not answer, and the job is there: it is found by its script, and not
  /// submitted again
  @Test(arguments: silences)
  func aJobThatCameOfAnUnansweredSubmissionIsTakenOn(_ silence: Silence) throws {
    let sweep = try FakeSweep(trials: 3)
    try sweep.slurm.first("sbatch", "accept >/dev/null; \(silence.shell)")
    let outcome = try sweep.submit(patience: silence.patience)
    #expect(outcome.jobs.map(\.word) == ["1_0", "1_1", "1_2"] && outcome.refusal == nil)
    #expect(try sweep.slurm.calls("sbatch") == 1)
    #expect(try sweep.slurm.arrays().count == 1)
    #expect(try sweep.accepted() == [0: "1_0", 1: "1_1", 2: "1_2"])
  }

  /// docs/failures.md: sbatch does not answer, and no job is there: exit 4; the next submits nothing until nothing can
  /// come of it any more
  @Test(arguments: silences)
  func whatMayStillComeOfAnUnansweredSubmissionIsNotAskedForAgain(_ silence: Silence) throws {
    let sweep = try FakeSweep(trials: 3)
    try sweep.slurm.first("sbatch", silence.shell)
    let error = #expect(throws: RunError.self) { try sweep.submit(patience: silence.patience) }
    #expect(
      error?.description
        == "sbatch gives no answer that can be used (\(silence.words)), and no job has come of "
        + "\(sweep.path)/slurm/job-1.sh yet; what was submitted before stays: say the same again in 120 s, "
        + "when none can come any more")
    #expect(try sweep.slurm.calls("sbatch") == 1)
    #expect(try sweep.accepted() == [:])
    try sweep.slurm.asUsual("sbatch")
    #expect(throws: RunError.self) { try sweep.submit() }
    #expect(try sweep.slurm.calls("sbatch") == 1)
    // It comes after all: the controller was late.
    let script = "\(sweep.path)/slurm/job-1.sh"
    _ = ChildProcess(path: "\(sweep.slurm.path)/sbatch", environment: []).run([script], seconds: 9)
    #expect(try sweep.submit().live == 3)
    #expect(try sweep.slurm.arrays().count == 1)
  }

  /// docs/failures.md: sbatch finds no controller: nothing is submitted, exit 4
  @Test func whatWasNotDeliveredCanBeSaidAgainAtOnce() throws {
    let sweep = try FakeSweep(trials: 2)
    let words = "Unable to contact slurm controller (connect failure)"
    try sweep.slurm.first("sbatch", "echo 'sbatch: error: \(words)' >&2; exit 1")
    let error = #expect(throws: RunError.self) { try sweep.submit() }
    #expect(error?.description.hasPrefix("sbatch finds nobody to ask (\(words)); ") == true)
    #expect(try sweep.slurm.calls("sbatch") == 1)
    try sweep.slurm.asUsual("sbatch")
    #expect(try sweep.submit().jobs.count == 2)
  }

  @Test func whereNeitherCommandAnswersTheNextSubmissionFindsTheJob() throws {
    let sweep = try FakeSweep(trials: 2)
    try sweep.slurm.first(
      "sbatch", "accept >/dev/null; echo 'exit 1' >\"$here/squeue.sh\"; echo timed out >&2; exit 1")
    let error = #expect(throws: RunError.self) { try sweep.submit() }
    #expect(
      error?.description.hasSuffix(
        "nor did sbatch say whether a job came of \(sweep.path)/slurm/job-1.sh: say the same again when "
          + "they work; what is in the queue by then is not submitted again") == true, "\(error!)")
    try sweep.slurm.asUsual("sbatch")
    try sweep.slurm.asUsual("squeue")
    let again = try sweep.submit()
    #expect(again.live == 2 && again.jobs == [])
    #expect(try sweep.slurm.calls("sbatch") == 1 && sweep.slurm.arrays().count == 1)
  }

  /// What squeue does, and what it is said to have said.
  static let badAnswers = [
    Silence(
      testDescription: "fails",
      shell: "echo 'slurm_load_jobs error: Unable to contact slurm controller' >&2; exit 1",
      words: "slurm_load_jobs error: Unable to contact slurm controller"),
    Silence(testDescription: "says rubbish", shell: "echo '<html>'; exit 0", words: "<html>"),
    Silence(testDescription: "fails without a word", shell: "exit 1", words: "it says nothing"),
    Silence(
      testDescription: "hangs", shell: "exec sleep 60", words: "nothing within 2 s", patience: 2),
  ]

  /// docs/failures.md: squeue fails, hangs or says rubbish: nothing is submitted or changed, exit 4
  @Test(arguments: badAnswers)
  func withoutAnAnswerOfTheQueueNothingIsSubmitted(_ answer: Silence) throws {
    let sweep = try FakeSweep(trials: 2)
    try sweep.slurm.first("squeue", answer.shell)
    let error = #expect(throws: RunError.self) { try sweep.submit(patience: answer.patience) }
    #expect(
      error?.description
        == "squeue gives no answer that can be used (\(answer.words)); nothing was submitted or "
        + "changed: say the same again when it works")
    #expect(try sweep.slurm.calls("sbatch") == 0)
    #expect(!FileLayer().exists("\(sweep.path)/slurm/submissions.jsonl"))
  }

  /// docs/failures.md: squeue says nothing of a job that was accepted a moment ago: nothing is submitted,
  /// exit 4
  @Test func aQueueThatHasForgottenWhatWasJustAcceptedIsNotBelieved() throws {
    let sweep = try FakeSweep(trials: 2)
    _ = try sweep.submit()
    try sweep.slurm.first("squeue", "exit 0")
    let error = #expect(throws: RunError.self) { try sweep.submit() }
    #expect(
      error?.description.hasPrefix("squeue does not know job 1, which Slurm accepted ") == true)
    #expect(try sweep.slurm.calls("sbatch") == 1)
  }

  /// How many seconds ago a job was accepted that squeue does not know, and for how many the site remembers one.
  @Test(arguments: [(40, 300, false), (40, 20, true), (7200, 300, true), (-20, 300, false)])
  func aJobThatMayBeOverForLongIsMissedByNobody(age: Int, memory: Int, isSubmitted: Bool) throws {
    let sweep = try FakeSweep(trials: 2)
    _ = try sweep.submit()
    let ledger = "\(sweep.path)/slurm/submissions.jsonl"
    let text = String(decoding: try FileLayer().read(ledger), as: UTF8.self)
    let moment = Moment(seconds: Moment.now.seconds - age).iso
    try FileLayer().replace(
      ledger, with: Array(text.replacing(#/"time":"[^"]*"/#, with: "\"time\":\"\(moment)\"").utf8))
    try sweep.slurm.first("squeue", "exit 0")
    try sweep.slurm.first("scontrol", "echo 'MinJobAge = \(memory) sec'; exit 0")
    if isSubmitted {
      #expect(try sweep.submit().jobs.map(\.word) == ["2_0", "2_1"])
    } else {
      #expect(throws: RunError.self) { try sweep.submit() }
      #expect(try sweep.slurm.calls("sbatch") == 1)
    }
  }

  /// docs/failures.md: Slurm takes some of a sweep's arrays: how many, its words, exit 4; the next
  /// submission is of the rest
  @Test(arguments: [(2, 4), (3, 8)])
  func ofArraysOfWhichOneIsRefusedTheNextSubmissionIsOfTheRest(refused: Int, taken: Int) throws {
    let sweep = try FakeSweep(trials: 10, limit: 4)
    try sweep.slurm.first(
      "sbatch",
      "[ $(grep -c ^sbatch \"$here/calls\") -lt \(refused) ] || { echo 'Invalid account' >&2; exit 1; }"
    )
    let outcome = try sweep.submit()
    #expect(outcome.jobs.count == taken && outcome.left == 10 - taken)
    #expect(outcome.refusal?.description.contains("job-\(refused).sh: Invalid account") == true)
    #expect(try sweep.slurm.calls("sbatch") == refused)
    try sweep.slurm.asUsual("sbatch")
    let rest = try sweep.submit()
    #expect(rest.live == taken && rest.jobs.count == 10 - taken && rest.left == 0)
    #expect(rest.refusal == nil)
    let arrays = try sweep.slurm.arrays().map { $0.prefix { $0 != "|" } }
    #expect(arrays == ["1_[0-3]", "2_[0-3]", "3_[0-1]"])
    #expect(try sweep.accepted()[9] == "3_1")
  }

  /// docs/failures.md: the same command twice: nothing is submitted the second time
  @Test func whatWaitsOrRunsIsNotSubmittedAgain() throws {
    let sweep = try FakeSweep(trials: 3)
    _ = try sweep.submit()
    let again = try sweep.submit()
    #expect(again.live == 3 && again.jobs == [] && again.left == 0)
    #expect(try sweep.slurm.calls("sbatch") == 1)
    // Of these one is over without a result.
    try sweep.slurm.show([(0, "RUNNING", "n1"), (1, "FAILED", "n1"), (2, "PENDING", "")])
    let third = try sweep.submit()
    #expect(third.live == 2 && third.jobs.map(\.word) == ["2_1"])
  }

  @Test func aFederatedAnswerNamesTheJob() throws {
    let sweep = try FakeSweep(trials: 1)
    try sweep.slurm.first("sbatch", "echo '123;cluster'; exit 0")
    #expect(try sweep.submit().jobs.map(\.word) == ["123_0"])
    #expect(try sweep.accepted() == [0: "123_0"])
  }

  @Test(arguments: [
    ("", 1001, 300), ("MaxArraySize            = 4\nMinJobAge  = 20 sec\n", 4, 20),
    ("MaxArraySize = many\nMinJobAge = 0\n", 1001, 300), ("MaxArraySize = 1", 1001, 300),
    ("MaxArraySizeOfOld = 7", 1001, 300),
  ])
  func whatASiteDoesNotSayIsWhatSlurmHas(text: String, size: Int, memory: Int) throws {
    let limits = SlurmClient.Limits(text)
    #expect(limits.arraySize == size && limits.memory == memory)
  }

  @Test func withoutAMaxArraySizeOneArrayTakesAThousand() throws {
    let sweep = try FakeSweep(trials: 1002)
    try sweep.slurm.first("scontrol", "exit 1")
    #expect(try sweep.submit().jobs.count == 1002)
    #expect(
      try sweep.slurm.arrays().map { $0.prefix { $0 != "|" } } == ["1_[0-1000]", "2_[0]"])
  }

  /// docs/failures.md: scancel fails: its words, exit 4
  @Test(arguments: [
    Silence(
      testDescription: "fails",
      shell: "echo 'scancel: error: Kill job error on job id 1: Access denied' >&2; exit 1",
      words: "scancel: error: Kill job error on job id 1: Access denied"),
    Silence(
      testDescription: "hangs", shell: "exec sleep 60", words: "nothing within 2 s", patience: 2),
  ])
  func jobsThatCannotBeCancelledAreNamed(_ answer: Silence) throws {
    let sweep = try FakeSweep(trials: 2)
    _ = try sweep.submit()
    try sweep.slurm.first("scancel", answer.shell)
    let queue = SlurmQueue(sweep.client(patience: answer.patience), sweep: sweep.path)
    let error = #expect(throws: RunError.self) { try queue.cancelAll() }
    #expect(
      error?.description
        == "scancel 1 did not succeed (\(answer.words)): they may still wait or run; say the same again"
    )
    try sweep.slurm.asUsual("scancel")
    #expect(try queue.cancelAll() == 1)
    #expect(try sweep.slurm.arrays().map { $0.contains("|CANCELLED|") } == [true])
    #expect(try queue.cancelAll() == 0)
  }

  /// A task that has saved, what scontrol does, and what comes of it.
  struct Return: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var shell = "[ $1 = requeue ] && exit 0; echo 'JobId=5 JobState=RUNNING Reason=None'; exit 0"
    var restart = 0
    var patience = 0.0
    let becomes: Requeue
    var calls = 2
  }

  static let returns = [
    Return(testDescription: "asked to make room", becomes: .done),
    Return(
      testDescription: "cancelled", shell: "echo 'JobId=5 JobState=COMPLETING Reason=None'; exit 0",
      becomes: .isEnding, calls: 1),
    Return(
      testDescription: "cancelled and gone", shell: "echo 'JobState=CANCELLED'; exit 0",
      becomes: .isEnding, calls: 1),
    Return(testDescription: "once too often", restart: 3, becomes: .tooOften(3), calls: 0),
    Return(
      testDescription: "refused",
      shell: "[ $1 = requeue ] && { echo 'Job is pending execution' >&2; exit 1; }; "
        + "echo JobState=RUNNING; exit 0",
      becomes: .refused("Job is pending execution")),
    Return(
      testDescription: "no answer", shell: "echo 'Unable to contact slurm controller' >&2; exit 1",
      becomes: .unanswered("Unable to contact slurm controller"), calls: 1),
    Return(
      testDescription: "busy at first",
      shell: "[ -e \"$here/asked\" ] || { : >\"$here/asked\"; exit 1; }; "
        + "[ $1 = requeue ] && exit 0; echo JobState=RUNNING; exit 0",
      patience: 30, becomes: .done, calls: 3),
  ]

  @Test(arguments: returns) func aTaskThatSavedGoesIntoTheQueueUnlessItIsEnding(of test: Return)
    throws
  {
    let sweep = try FakeSweep(trials: 1)
    try sweep.slurm.first("scontrol", test.shell)
    let task = ClusterTask(job: "1", task: "0", restart: test.restart)
    #expect(Requeue(task, limit: 3, sweep.client(), patience: test.patience) == test.becomes)
    #expect(try sweep.slurm.calls("scontrol") == test.calls)
  }

  @Test func whoeverLooksOftenAsksTheSchedulerOnce() throws {
    let sweep = try FakeSweep(trials: 2)
    _ = try sweep.submit()
    let queue = SlurmQueue(sweep.client(), sweep: sweep.path)
    let before = try sweep.slurm.calls("squeue")
    for _ in 0..<3 { #expect(try queue.trials(noOlderThan: 30).live.count == 2) }
    #expect(try sweep.slurm.calls("squeue") == before + 1)
    #expect(try queue.trials(noOlderThan: 0).live.count == 2)
    #expect(try sweep.slurm.calls("squeue") == before + 2)
    // What has been cancelled is no longer what was kept.
    _ = try queue.cancelAll()
    #expect(try queue.trials(noOlderThan: 30).live.isEmpty)
  }
}
