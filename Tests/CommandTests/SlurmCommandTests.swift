import CLibrary
import Foundation
import RunFormat
import Testing

@testable import Runner

/// What is said to whoever gives a sweep to a cluster.
@Suite struct SlurmCommandTests {
  static let engine = "engine: {slurm: {partition: gpu, cpus: 2, time: 2h, at_once: 3}}"

  /// A sweep of three trials, and a cluster that plays none.
  func place(_ engine: String = engine, limit: Int = 1001) throws -> (Place, FakeSlurm) {
    let (place, slurm) = (try Place(), try FakeSlurm(limit: limit))
    place.environment["PATH"] = slurm.path
    try place.write("tiny.yaml", spec(engine))
    return (place, slurm)
  }

  private func spec(_ engine: String) -> String {
    TinySpec(
      width: "4", length: "1 epochs", record: "{log: 2 steps, samples: none, checkpoint: none}",
      more: "sweep: {axes: {latent.size: [2, 3, 4]}}\n\(engine)"
    ).yaml
  }

  /// The trials of the only sweep, as they are called.
  func trials(_ place: Place) throws -> [String] {
    try place.text("\(place.resultDirectory())/plan.jsonl").split(separator: "\n").map {
      try object(String($0))["name"] as? String ?? ""
    }
  }

  /// docs/failures.md: no Slurm here: exit 4 before anything is made, and where to say it
  @Test func withoutSlurmNothingIsMade() throws {
    let (place, _) = try place()
    place.environment["PATH"] = "/nowhere"
    let run = try place.run("run", "tiny.yaml")
    #expect(run.end == .exit(4))
    #expect(
      run.errors == """
        error: there is no sbatch here: on a cluster this is said on a login node, where Slurm's \
        commands are on PATH (perhaps after `module load slurm`); --engine local runs the trials on \
        this machine

        """)
    #expect(try place.names() == ["tiny.yaml"])
  }

  /// docs/failures.md: results or gan-exp where each machine has its own: a warning at once
  @Test func aSubmissionSaysItsJobsAndWhatTheNodesMayNotSee() throws {
    let (place, slurm) = try place()
    let run = try place.run("run", "tiny.yaml")
    let folder = try "\(place.path)/\(place.resultDirectory())"
    #expect(run.end == .exit(0) && run.output == "\(folder)\n")
    #expect(
      run.errors == """
        warning: the results lie in /tmp (\(folder)), which each machine has for itself as a rule: the \
        nodes may not see it; --results takes a folder on a file system that the nodes share
        \(folder): 0 done, 3 submitted
        jobs: 1
        summary and report: job 2, when these are over
        how it goes: gan-exp status \(folder)

        """)
    // The same once more submits nothing.
    let again = try place.run("run", "tiny.yaml")
    #expect(again.end == .exit(0))
    #expect(again.errors.contains("\(folder): 0 done, 3 waiting or running already, 0 submitted\n"))
    #expect(try slurm.calls("sbatch") == 2)
  }

  @Test func aRefusalKeepsThePlan() throws {
    let (place, slurm) = try place()
    try slurm.first("sbatch", "echo 'sbatch: error: invalid partition specified: gpu' >&2; exit 1")
    let run = try place.run("run", "tiny.yaml")
    #expect(run.end == .exit(4) && run.output == "")
    let folder = try "\(place.path)/\(place.resultDirectory())"
    #expect(
      run.errors.hasSuffix(
        "\nerror: Slurm refuses \(folder)/slurm/job-1.sh: invalid partition specified: gpu; change "
          + "`engine.slurm` in the experiment file or engines.yaml and say the same again\n"),
      "\(run.errors)")
    #expect(try trials(place).count == 3)
    #expect(try slurm.arrays() == [])
    // What is changed then changes no trial.
    try slurm.asUsual("sbatch")
    try place.write("tiny.yaml", spec("engine: {slurm: {partition: cpu}}"))
    #expect(try place.run("run", "tiny.yaml").end == .exit(0))
    #expect(try slurm.arrays().count == 1)
    #expect(try place.text("\(place.resultDirectory())/slurm/job-2.sh").contains("partition=cpu"))
  }

  @Test func aRefusalOfAPartSaysOfWhich() throws {
    let (place, slurm) = try place(limit: 2)
    try slurm.first(
      "sbatch",
      "[ $(grep -c ^sbatch \"$here/calls\") -lt 2 ] || { echo 'job submit limit' >&2; exit 1; }")
    let run = try place.run("run", "tiny.yaml")
    #expect(run.end == .exit(4))
    #expect(run.errors.contains(": 0 done, 2 submitted, 1 not taken\njobs: 1\n"), "\(run.errors)")
    #expect(
      run.errors.contains(
        "error: 2 of 3 trials were submitted, then Slurm took no more: Slurm refuses "))
    try slurm.asUsual("sbatch")
    let rest = try place.run("run", "tiny.yaml")
    #expect(rest.end == .exit(0))
    #expect(rest.errors.contains(": 0 done, 2 waiting or running already, 1 submitted\njobs: 2\n"))
  }

  /// docs/failures.md: the job behind the trials is refused: what was submitted stays, and how to do its work
  @Test func withoutAJobForTheSummaryTheTrialsAreSubmittedAllTheSame() throws {
    let (place, slurm) = try place()
    try slurm.first(
      "sbatch", "case $* in *collect.sh) echo 'job submit limit' >&2; exit 1 ;; esac")
    let run = try place.run("run", "tiny.yaml")
    #expect(run.end == .exit(0))
    let folder = try "\(place.path)/\(place.resultDirectory())"
    #expect(run.errors.contains("\nwarning: no job writes summary and report (Slurm refuses "))
    #expect(
      run.errors.contains("): when the trials are over say gan-exp collect \(folder)\n"),
      "\(run.errors)")
    #expect(try slurm.arrays().count == 1)
  }

  @Test func theJobBehindTheTrialsTellsWhomTheFileNames() throws {
    let (place, slurm) = try place(
      Self.engine
        + "\nnotify: {on: [interrupted], exec: [/bin/sh, -c, 'echo $GAN_EXP_KIND $GAN_EXP_EVENT >> told']}"
    )
    let run = try place.run("run", "tiny.yaml")
    #expect(run.end == .exit(0))
    #expect(run.errors.contains("notify: job 2 tells of the end, on its node\n"), "\(run.errors)")
    let folder = try "\(place.path)/\(place.resultDirectory())"
    #expect(
      try place.text("\(place.resultDirectory())/slurm/collect.sh")
        .hasSuffix(" collect \(folder.shellWord) --notify\n"))
    let early = try place.run("collect", folder, "--notify")
    #expect(early.errors.contains("notify: 3 trials still wait or run; the job"), "\(early.errors)")
    #expect(!place.exists("told"))
    try slurm.show([])
    #expect(try place.run("collect", folder).end == .exit(0))
    #expect(!place.exists("told"))
    #expect(try place.run("collect", folder, "--notify").end == .exit(0))
    #expect(try place.text("told") == "sweep interrupted\n")
    let again = try place.run("collect", folder, "--notify")
    #expect(again.errors.contains("notify: another job has told of this end\n"))
    #expect(try place.text("told") == "sweep interrupted\n")
    let silent = try place.run("run", "tiny.yaml", "--no-notify", "--fresh")
    #expect(silent.errors.contains("is not run (--no-notify)"), "\(silent.errors)")
    let scripts = try place.names(in: "results").filter { $0.hasSuffix("/slurm/collect.sh") }
    #expect(scripts.count == 2)
    #expect(try scripts.count { try place.text("results/\($0)").contains("--notify") } == 1)
  }

  @Test func statusAsksTheSchedulerOnceAndSaysWhenItGivesNoAnswer() throws {
    let (place, slurm) = try place()
    _ = try place.run("run", "tiny.yaml")
    let folder = try "\(place.path)/\(place.resultDirectory())"
    let before = try slurm.calls("squeue")
    for _ in 0..<2 {
      let status = try place.run("status", folder)
      #expect(
        status.output == "\(folder): 3 pending; 3 wait in the queue (Priority)\n",
        "\(status.errors)")
    }
    #expect(try slurm.calls("squeue") == before + 1)
    try slurm.first("squeue", "echo 'Unable to contact slurm controller' >&2; exit 1")
    place.environment["GAN_EXP_SLURM_POLL"] = "0"
    let status = try place.run("status", folder)
    #expect(status.end == .exit(0) && status.output == "\(folder): 3 pending\n")
    #expect(
      status.errors
        == "squeue gives no answer that can be used (Unable to contact slurm controller); what follows "
        + "is what the folder says\n")
  }

  /// docs/failures.md: a task that ended before gan-exp began: `status`, and the next `run`, say what it
  /// left, or that it left nothing and why that may be
  @Test func whatTasksThatNeverBeganLeftIsSaid() throws {
    let (place, slurm) = try place()
    _ = try place.run("run", "tiny.yaml")
    let folder = try "\(place.path)/\(place.resultDirectory())"
    let names = try trials(place)
    try place.write(
      "\(place.resultDirectory())/slurm/1_0.log",
      "job.sh: line 14: exec: srun: not found\n")
    try slurm.show([(0, "FAILED", "n1"), (1, "FAILED", "n2"), (2, "RUNNING", "n3")])
    place.environment["GAN_EXP_SLURM_POLL"] = "0"
    let status = try place.run("status", folder)
    #expect(
      status.output == """
        \(names[0])  pending: job 1_0 FAILED on n1: job.sh: line 14: exec: srun: not found; its log is \
        \(folder)/slurm/1_0.log
        \(names[1])  pending: job 1_1 FAILED on n2 and left no log: perhaps n2 does not see \(folder); \
        results must lie on a file system that the nodes share (--results)
        \(names[2])  pending, job 1_2 RUNNING on n3
        \(folder): 3 pending

        """)
    let again = try place.run("run", "tiny.yaml")
    #expect(
      again.errors.contains(
        "warning: 2 of these were submitted before, and no trial began: job 1_0 FAILED on n1: job.sh: "
          + "line 14: exec: srun: not found; its log is \(folder)/slurm/1_0.log\n"),
      "\(again.errors)")
    // When the scheduler has forgotten them, the folder is all there is.
    try slurm.first("squeue", "exit 0")
    let forgotten = try place.run("status", folder)
    #expect(
      forgotten.lines.last == "\(folder): 3 pending" && forgotten.lines.count == 4,
      "\(forgotten.output)")
    #expect(forgotten.output.contains("\(names[1])  pending: job 3_1 is over and left no log"))
  }

  @Test func statusSaysWhenAWorkerWasLastHeardOf() throws {
    let (place, slurm) = try place()
    _ = try place.run("run", "tiny.yaml")
    let folder = try "\(place.path)/\(place.resultDirectory())"
    let names = try trials(place)
    let run = "\(folder)/trials/\(names[1])"
    try FileLayer().makeDirectories(run)
    let claim = try RunClaim.take(
      run, as: .current(), steps: 9, lostAfter: 120, files: FileLayer())
    let beat = timeval(tv_sec: time(nil) - 40, tv_usec: 0)
    #expect(utimes("\(claim.path)/heartbeat", [beat, beat]) == 0)
    #expect(try RunClaim.silence(of: run, at: Double(beat.tv_sec) + 7) == 7)
    try slurm.show([(0, "PENDING", ""), (1, "RUNNING", "n3"), (2, "PENDING", "")])
    let status = try place.run("status", folder)
    let words = try #require(status.lines.first)
    // By the clock of the file system, which is this machine's here.
    #expect(
      words.replacing(#/beat 4\d s/#, with: "beat 40 s")
        == "\(names[1])  running, beat 40 s ago, job 1_1 RUNNING on n3")
    #expect(status.lines.last == "\(folder): 1 running, 2 pending; 2 wait in the queue (Reason)")
    #expect(
      try place.names(in: "\(place.resultDirectory())/slurm").allSatisfy { !$0.hasPrefix(".") })
  }

  /// Whoever started gan-exp may have it ignore that children end.
  @Test func aCommandThatFailsIsSeenToFailWhoeverIgnoresChildren() throws {
    let (place, slurm) = try place()
    try slurm.first("squeue", "exit 1")
    let run = try place.launch([
      "/usr/bin/env", "--ignore-signal=CHLD", Program.path, "run", "tiny.yaml",
    ]).finish()
    #expect(run.end == .exit(4))
    #expect(run.errors.contains("squeue gives no answer that can be used"), "\(run.errors)")
    #expect(try slurm.calls("sbatch") == 0)
  }

  @Test func aPlanSaysWhatWouldBeSubmittedAndMakesNothing() throws {
    let (place, slurm) = try place(limit: 2)
    let plan = try place.run("run", "tiny.yaml", "--plan")
    #expect(plan.end == .exit(0) && plan.errors == "")
    #expect(
      plan.lines.dropFirst(3).prefix(3) == [
        "3 trials, 0 done",
        "would be submitted: 3 tasks in 2 arrays of at most 2 tasks, at most 3 at once of each array",
        "each asks for: partition gpu, at most 2 h 00 min, 2 cores",
      ], "\(plan.output)")
    #expect(try place.names() == ["tiny.yaml"])
    #expect(try slurm.calls("sbatch") == 0 && slurm.calls("squeue") == 0)
    // Nor is Slurm needed to ask.
    place.environment["PATH"] = "/nowhere"
    let elsewhere = try place.run("run", "tiny.yaml", "--plan", "--only", "0,2")
    #expect(
      elsewhere.lines.contains(
        "would be submitted: 2 tasks in 1 array (Slurm cannot be asked here for its limit), at most 3 at "
          + "once of each array"), "\(elsewhere.output)")
  }

  @Test func ofASweepThatIsDoneAPlanSubmitsNothing() throws {
    let (place, slurm) = try place()
    let words = ["run", "tiny.yaml", "-q", "--engine", "local", "--only", "0,1", "--threads", "1"]
    #expect(try place.start(words).finish().end == .exit(0))
    let before = try place.names()
    let folder = try place.resultDirectory()
    let plan = try place.run("run", "tiny.yaml", "--plan")
    #expect(plan.lines.contains("3 trials, 2 done"))
    #expect(plan.output.contains("would be submitted: 1 task in 1 array of at most 1001 tasks"))
    #expect(plan.lines.contains("into \(folder); what waits or runs there is not submitted again"))
    let done = try place.run("run", "tiny.yaml", "--plan", "--only", "0")
    #expect(done.lines.contains("nothing would be submitted"))
    #expect(try place.names() == before && slurm.calls("sbatch") == 0)
  }

  @Test func whatTheExperimentSaysWinsOverTheSite() throws {
    let (place, slurm) = try place("engine: {slurm: {srun: true, cpus: 2, partition: none}}")
    place.environment["XDG_CONFIG_HOME"] = "\(place.path)/config"
    try place.makeFolder("config/gan-exp")
    try place.write(
      "config/gan-exp/engines.yaml", "slurm: {srun: false, requeues: 3, gpus: 1, partition: low}\n")
    let plan = try place.run("run", "tiny.yaml", "--plan")
    #expect(
      plan.lines.contains(
        "each asks for: the site's partition, the partition's time, 1 GPU, 2 cores"),
      "\(plan.output)")
    let run = try place.run("run", "tiny.yaml")
    #expect(run.end == .exit(0), "\(run.errors)")
    let script = try place.text("\(place.resultDirectory())/slurm/job-1.sh")
    #expect(script.contains("exec srun ") && script.contains("--requeues 3 "))
    #expect(!script.contains("--partition"))
    #expect(try slurm.arrays().count == 1)
  }

  @Test func theEngineChangesNothingAboutATrial() throws {
    let (with, _) = try place()
    let (without, _) = try place("")
    for place in [with, without] {
      let words = ["run", "tiny.yaml", "-q", "--engine", "local", "--threads", "1", "--only", "0"]
      #expect(try place.start(words).finish().end == .exit(0))
    }
    #expect(try trials(with) == trials(without))
    let plans = try [with, without].map { try $0.text("\($0.resultDirectory())/plan.jsonl") }
    #expect(plans[0] == plans[1])
    for name in ["spec.yaml", "losses.csv"] {
      let texts = try [with, without].map { place in
        try place.text("\(place.resultDirectory())/trials/\(trials(place)[0])/\(name)")
      }
      #expect(texts[0] == texts[1] && !texts[0].contains("slurm"), "\(name)")
    }
  }

  /// A worker plays the length that it found when it began.
  @Test func noLengthIsAddedUnderTrialsThatWaitOrRun() throws {
    let (place, slurm) = try place()
    #expect(try place.run("run", "tiny.yaml").end == .exit(0))
    let folder = try place.resultDirectory()
    let longer = {
      try place.run("resume", folder, "--engine", "slurm", "--extend", "length=2 epochs")
    }
    let before = try place.text("\(folder)/resolved.yaml")
    try slurm.show([(0, "COMPLETED", "n1"), (1, "RUNNING", "n1"), (2, "PENDING", "")])
    let refused = try longer()
    #expect(refused.end == .exit(7))
    #expect(
      refused.errors.contains(
        "error: 2 trials wait or run on the cluster, which would end at the old length"),
      "\(refused.errors)")
    #expect(try place.text("\(folder)/resolved.yaml") == before)
    try slurm.show((0..<3).map { ($0, "CANCELLED", "n1") })
    let done = try longer()
    #expect(done.end == .exit(0), "\(done.errors)")
    #expect(try place.text("\(folder)/resolved.yaml") != before)
  }

  @Test(arguments: [["--engine", "slurm"], ["--wait"], ["--only", "0"], ["--failed", "--join"]])
  func aSingleRunIsNotResumedAsASweep(_ words: [String]) throws {
    let place = try Place()
    try place.write(
      "one.yaml",
      TinySpec(
        width: "4", length: "1 epochs", record: "{log: 2 steps, samples: none, checkpoint: none}"
      ).yaml)
    #expect(try place.run("run", "one.yaml").end == .exit(0))
    let run = try place.start(["resume", try place.resultDirectory()] + words).finish()
    #expect(run.end == .exit(2))
    #expect(run.errors.contains("is a single run"), "\(run.errors)")
  }

  /// docs/failures.md: `--only`, `--wait` and the like of a single run: exit 2, nothing made
  @Test func whatIsSaidOfTrialsIsNotForASingleRun() throws {
    let place = try Place()
    try place.write("one.yaml", TinySpec(width: "4", length: "1 epochs").yaml)
    let run = try place.run("run", "one.yaml", "--wait", "--only", "3", "--jobs", "2")
    #expect(run.end == .exit(2))
    #expect(
      run.errors.contains(
        "--jobs, --only, --wait: for the trials of a sweep, and the spec has none: "
          + "`sweep: {replicates: 2}` is one"), "\(run.errors)")
    #expect(try place.names() == ["one.yaml"])
  }

  @Test func whatASubmissionDoesNotPassOnIsSaid() throws {
    let (place, slurm) = try place()
    place.environment["SBATCH_ACCOUNT"] = "lab"
    place.environment["SBATCH_QOS"] = "long"
    try place.write(
      "tiny.yaml",
      spec("engine: {slurm: {at_once: 2}}").replacing(
        "sweep: {", with: "sweep: {budget: {time: 1h}, on_failure: {stop_after: 2}, "))
    let run = try place.run("run", "tiny.yaml")
    #expect(run.end == .exit(0))
    #expect(
      run.errors.contains(
        "warning: SBATCH_ACCOUNT, SBATCH_QOS of this shell are not passed on to sbatch: say it in "
          + "`engine.slurm`, in the experiment file or engines.yaml\n"), "\(run.errors)")
    #expect(
      run.errors.contains(
        "warning: sweep.budget.time, sweep.on_failure.stop_after ask for somebody who looks: without --wait "
          + "nobody does\n"), "\(run.errors)")
    #expect(!run.errors.contains("at_once"))
    try slurm.show([(0, "FAILED", "n1"), (1, "RUNNING", "n1"), (2, "COMPLETING", "n1")])
    let again = try place.run("run", "tiny.yaml")
    #expect(
      again.errors.contains(
        ": 0 done, 1 waiting or running already, 1 just ending (say the same again when they have), "
          + "1 submitted\n"), "\(again.errors)")
    #expect(again.errors.contains("at_once: 2 is of each array, and 2 arrays wait or run\n"))
  }

  /// docs/failures.md: engines.yaml is wrong: exit 3 before anything is made
  @Test func aSiteFileThatIsWrongIsSaidBeforeAnythingIsMade() throws {
    let (place, _) = try place()
    place.environment["XDG_CONFIG_HOME"] = "\(place.path)/config"
    try place.makeFolder("config/gan-exp")
    try place.write("config/gan-exp/engines.yaml", "slurm: {partitoin: low}\n")
    for words in [["run", "tiny.yaml"], ["run", "tiny.yaml", "--plan"]] {
      let run = try place.start(words).finish()
      #expect(run.end == .exit(3) && run.errors.contains("partitoin"), "\(run.errors)")
    }
    #expect(try !place.names().contains("results/"))
  }

  @Test func aPlanKnowsWhatFailedAndWhatIsNew() throws {
    let (place, _) = try place()
    let words = ["run", "tiny.yaml", "-q", "--engine", "local", "--only", "0", "--threads", "1"]
    #expect(try place.start(words).finish().end == .exit(0))
    let directory = try SweepDirectory(reading: "\(place.path)/\(place.resultDirectory())")
    try directory.journal.add(
      "ended", [("trial", .integer(1)), ("state", .text("failed")), ("reason", .text("odd"))])
    let plan = try place.run("run", "tiny.yaml", "--plan")
    #expect(
      plan.lines.contains("3 trials, 1 done, 1 failed before (--failed submits them again)"),
      "\(plan.output)")
    #expect(plan.output.contains("would be submitted: 1 task in"))
    let failed = try place.run("run", "tiny.yaml", "--plan", "--failed")
    #expect(failed.lines.contains("3 trials, 1 done") && failed.output.contains(": 2 tasks in"))
    // A value before the others: the trial that is done keeps its number.
    try place.write("tiny.yaml", spec(Self.engine).replacing("[2, 3, 4]", with: "[1, 2, 3, 4]"))
    let grown = try place.run("run", "tiny.yaml", "--plan", "--only", "0")
    #expect(grown.lines.contains("1 trials, 1 done"), "\(grown.output)")
    let new = try place.run("run", "tiny.yaml", "--plan", "--only", "3")
    #expect(new.lines.contains("1 trials, 0 done"), "\(new.output)")
  }

  /// What its trials ask of a cluster may be said anew; nothing else of a sweep may.
  @Test func aSweepIsResumedWithOtherWishes() throws {
    let (place, slurm) = try place()
    try slurm.first("sbatch", "echo 'Requested time limit is invalid' >&2; exit 1")
    #expect(try place.run("run", "tiny.yaml").end == .exit(4))
    let folder = try place.resultDirectory()
    let merged = try place.text("\(folder)/resolved.yaml")
    try slurm.asUsual("sbatch")
    let resumed = try place.run("resume", folder, "--set", "engine.slurm.time=30m")
    #expect(resumed.end == .exit(0), "\(resumed.errors)")
    #expect(try place.text("\(folder)/slurm/job-2.sh").contains("--time=0-00:30:00"))
    #expect(try place.text("\(folder)/resolved.yaml") == merged)
    let refused = try place.run("resume", folder, "--set", "latent.size=4")
    #expect(refused.end == .exit(2) && refused.errors.contains("keys of `engine` only"))
  }

  /// docs/failures.md: whoever waits leaves: the jobs go on, one of them writes the report, and how to go on
  @Test func whoeverLeavesHasTheReportWrittenByAJob() throws {
    let (place, slurm) = try place("")
    place.environment["GAN_EXP_SLURM_POLL"] = "0.1"
    let run = try place.start(["run", "tiny.yaml", "--engine", "slurm", "--wait"])
    try run.wait(for: "questions to squeue") { (try? slurm.calls("squeue")) ?? 0 > 3 }
    run.send(SIGINT)
    let end = try run.finish()
    #expect(end.end == .exit(130), "\(end.errors)")
    let folder = try "\(place.path)/\(place.resultDirectory())"
    #expect(end.errors.contains("; to go on: gan-exp resume \(folder) --engine slurm\n"))
    #expect(end.errors.contains("summary and report: job 2, when these are over\n"))
    #expect(try slurm.arrays().allSatisfy { $0.contains("|PENDING|") })
  }
}
