import Foundation
import RunFormat
import Spec
import Testing

@testable import Runner

/// The script of an array, as a node runs it.
@Suite struct JobScriptTests {
  /// Runs the script of trials 1000 to 1002 as the node of task 2 does.
  private func run(
    sweep: String, program: String, srun: Bool = false, in place: Place
  ) throws -> Finished {
    var settings = SlurmSettings()
    settings.usesSrun = srun
    let script = JobScript(settings: settings, sweep: sweep, program: program, arguments: [])
    try place.write("job.sh", script.array([0, 1, 2], offset: 1000))
    place.environment["SLURM_ARRAY_TASK_ID"] = "2"
    return try place.launch(["/bin/bash", "job.sh"]).finish()
  }

  private var host: String { Machine.host }

  @Test func aTaskIsATrialOfTheSweep() throws {
    let place = try Place()
    try place.makeFolder("it's")
    try place.write("it's/plan.jsonl", "")
    let run = try run(sweep: "\(place.path)/it's", program: "/bin/echo", in: place)
    #expect(run.end == .exit(0), "\(run.errors)")
    #expect(
      run.output
        == "worker --sweep \(place.path)/it's --engine slurm --requeues 50 --index 1002\n")
  }

  /// docs/failures.md: a folder that the nodes do not see
  @Test func aNodeThatDoesNotSeeTheFolderSaysSo() throws {
    let place = try Place()
    let run = try run(sweep: "\(place.path)/$HOME", program: "/bin/echo", in: place)
    #expect(run.end == .exit(4))
    #expect(
      run.output
        == "error: \(host) does not see \(place.path)/$HOME: results must lie on a file system that the "
        + "nodes share (--results)\n")
  }

  /// docs/failures.md: a binary that the nodes do not have
  @Test func aNodeThatDoesNotHaveTheProgramSaysSo() throws {
    let place = try Place()
    try place.write("plan.jsonl", "")
    let run = try run(sweep: place.path, program: "\(place.path)/gan exp", in: place)
    #expect(run.end == .exit(4))
    #expect(
      run.output
        == "error: \(host) does not have \(place.path)/gan exp: put gan-exp on a file system that the "
        + "nodes share, and run that one\n")
  }

  /// Three minutes before the end, of a short time a third; in seconds.
  @Test(arguments: [(nil, 180), (7200, 180), (540, 180), (240, 80), (60, 20)])
  func aWorkerIsToldBeforeItsTimeIsOver(time: Double?, warning: Int) {
    var settings = SlurmSettings()
    settings.seconds = time
    let script = JobScript(settings: settings, sweep: "/s", program: "/p", arguments: [])
    #expect(script.array([0], offset: 0).contains("#SBATCH --signal=USR2@\(warning)\n"))
  }

  /// https://slurm.schedmd.com/srun.html: since 22.05 what sbatch was asked for is not srun's any more.
  @Test(arguments: ["4", nil]) func srunBindsTheCoresThatSbatchWasAskedFor(count: String?) throws {
    let place = try Place()
    try place.write("plan.jsonl", "")
    try place.makeFolder("bin")
    try place.write("bin/srun", "#!/bin/sh\necho \"$@\"\n")
    _ = try place.launch(["/bin/chmod", "+x", "bin/srun"]).finish()
    place.environment["PATH"] = "\(place.path)/bin:/usr/bin:/bin"
    place.environment["SLURM_CPUS_PER_TASK"] = count
    let run = try run(sweep: place.path, program: "/bin/echo", srun: true, in: place)
    let cores = count.map { "--cpus-per-task=\($0) " } ?? ""
    #expect(run.output.hasPrefix(cores + "--kill-on-bad-exit=1 /bin/echo worker "), "\(run)")
  }

  @Test func withoutSrunTheShellSaysSo() throws {
    let place = try Place()
    try place.write("plan.jsonl", "")
    place.environment["PATH"] = "/nowhere"
    let run = try run(sweep: place.path, program: "/bin/echo", srun: true, in: place)
    #expect(run.end == .exit(127))
    #expect(run.errors.contains("srun: not found"), "\(run.errors)")
  }

  /// What a task left, and what is said of it.
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var state: String?
    var log: String?
    /// `LOG` and `SWEEP` stand for these.
    let words: String
  }

  static let cases = [
    Case(
      testDescription: "a line", state: "FAILED", log: "first\nno such program\n",
      words: "job 1_0 FAILED on n1: no such program; its log is LOG"),
    Case(
      testDescription: "an echo of srun behind the line", state: "FAILED",
      log: "no such program\nsrun: error: n1: task 0: Exited with exit code 127\n",
      words: "job 1_0 FAILED on n1: no such program; its log is LOG"),
    Case(
      testDescription: "an error with advice behind it", state: "FAILED",
      log:
        "warning: odd\nerror: no such data. Looked at:\n  here\n    there\n  = fetch them\nsrun: error: n1: task 0: Exited with exit code 4\n",
      words: "job 1_0 FAILED on n1: error: no such data. Looked at: here there; its log is LOG"),
    Case(
      testDescription: "nothing but srun's echo", state: "FAILED",
      log: "srun: error: n1: task 0: Exited with exit code 127\n",
      words:
        "job 1_0 FAILED on n1: srun: error: n1: task 0: Exited with exit code 127; its log is LOG"),
    Case(
      testDescription: "a library that the node lacks", state: "FAILED",
      log: "/opt/gan-exp: error while loading shared libraries: libyaml-0.so.2: cannot open\n",
      words: "job 1_0 FAILED on n1: /opt/gan-exp: error while loading shared libraries: "
        + "libyaml-0.so.2: cannot open; gan-exp needs on the nodes the libraries that it has here: "
        + "install them there, or load them by `engine.slurm.modules`; its log is LOG"),
    Case(
      testDescription: "an empty log", state: "TIMEOUT", log: "",
      words: "job 1_0 TIMEOUT on n1 and said nothing; its log is LOG"),
    Case(
      testDescription: "no log", state: "FAILED",
      words:
        "job 1_0 FAILED on n1 and left no log: perhaps n1 does not see SWEEP; results must lie on "
        + "a file system that the nodes share (--results)"),
    Case(
      testDescription: "cancelled in the queue", state: "CANCELLED",
      words: "job 1_0 CANCELLED on n1 before it began"),
    Case(
      testDescription: "a log of a task that nobody knows any more", log: "the end\n",
      words: "job 1_0 is over: the end; its log is LOG"),
    Case(
      testDescription: "nothing of a task that nobody knows any more",
      words:
        "job 1_0 is over and left no log: perhaps its node does not see SWEEP; results must lie "
        + "on a file system that the nodes share (--results), or somebody cancelled it before it began"
    ),
  ]

  @Test(arguments: cases) func whatATaskLeftIsSaid(_ test: Case) throws {
    let sweep = try FakeSweep(trials: 1)
    if let log = test.log { try sweep.log("1_0", log) }
    let task = test.state.map {
      QueuedTrial(
        job: 1, id: "1_0", state: $0, reason: "", node: "n1", isLive: false, ending: nil)
    }
    let wanted = test.words.replacing("LOG", with: "\(sweep.path)/slurm/1_0.log")
      .replacing("SWEEP", with: sweep.path)
    #expect(TaskTrace("1_0", task, sweep: sweep.path).words == wanted)
  }

  @Test(arguments: [
    ("/tmp/x", "/tmp"), ("/tmp", "/tmp"), ("/var/tmp/a/b", "/var/tmp"), ("/dev/shm/x", "/dev/shm"),
    ("/run/x", "/run"), ("/tmpx", nil), ("/home/tmp/x", nil), ("/data/dev/shm", nil),
  ])
  func whatLiesWhereEachMachineHasItsOwnIsWarnedOf(path: String, folder: String?) {
    let warning = NodeLocalPlace.warning(path, "the results lie", advice: "put them elsewhere")
    #expect(
      warning
        == folder.map {
          "warning: the results lie in \($0) (\(path)), which each machine has for itself as a rule: the "
            + "nodes may not see it; put them elsewhere"
        })
  }

  @Test func aLinkToSuchAFolderIsNoBetter() throws {
    let place = try Place()
    let link = "\(Program.package)/.build/link-\(UInt64.random(in: 0 ... .max))"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: place.path)
    defer { try? FileManager.default.removeItem(atPath: link) }
    #expect(NodeLocalPlace.warning(link, "the results lie", advice: "")?.contains(link) == true)
  }
}
