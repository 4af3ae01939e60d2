import CLibrary
import RunFormat

/// Slurm's commands, as child processes: sbatch, squeue, scancel, scontrol.
package struct SlurmClient: Sendable {
  private let environment: [String: String]
  /// For one answer, in seconds.
  let patience: Double

  /// - Parameter environment: what this process was given.
  package init(environment: [String: String], patience: Double = 60) {
    (self.environment, self.patience) = (environment, patience)
  }

  /// What the commands are given: what one job was told must not be the wish of the next. The language
  /// is plain, and lists of tasks are whole.
  static func scrubbed(_ environment: [String: String]) -> [String: String] {
    var kept = environment.filter { name, _ in
      // Which cluster's commands these are, and what one is known by.
      ["SLURM_CONF", "SLURM_JWT"].contains(name)
        || !["SLURM_", "SLURMD_", "SBATCH_", "SQUEUE_", "SCANCEL_", "SCONTROL_", "PMIX_", "PMI_"]
          .contains { name.hasPrefix($0) }
    }
    kept["SLURM_BITSTR_LEN"] = "0"
    return kept
  }

  /// - Throws: where Slurm's commands are not there, with advice.
  package func requireCommands() throws(RunError) {
    for name in ["sbatch", "squeue", "scancel", "scontrol"] { _ = try place(of: name) }
  }

  private func place(of name: String) throws(RunError) -> String {
    guard let path = ChildProcess.find(name, in: environment["PATH"] ?? "/usr/bin:/bin") else {
      throw .scheduler(
        "there is no \(name) here: on a cluster this is said on a login node, where Slurm's commands "
          + "are on PATH (perhaps after `module load slurm`); --engine local runs the trials on this "
          + "machine")
    }
    return path
  }

  /// - Throws: where there is no such command, with advice.
  func run(_ name: String, _ arguments: [String]) throws(RunError) -> ChildProcess.Outcome {
    let path = try place(of: name)
    let words = Self.scrubbed(environment).map { "\($0.key)=\($0.value)" }.sorted()
    guard
      let outcome = ChildProcess(path: path, environment: words).run(arguments, seconds: patience)
    else { throw .scheduler("\(path) cannot be started") }
    return outcome
  }

  /// What came of a script.
  enum Submission: Sendable, Hashable {
    case accepted(Int)
    /// It was not delivered; why.
    case undelivered(String)
    /// The job may be there all the same; why nobody knows.
    case unanswered(String)
  }

  /// What sbatch says where the controller did not answer it, whatever became of the request.
  private static let silences = [
    "timed out", "Zero Bytes", "Unable to contact", "onnection failure",
  ]
  /// What it says where there was nobody to ask.
  private static let refusedConnections = ["connect failure", "onnection refused"]

  /// - Throws: when Slurm refuses, in its words.
  func submit(_ script: String, _ options: [String] = []) throws(RunError) -> Submission {
    let outcome = try run("sbatch", ["--parsable"] + options + [script])
    guard let code = outcome.exitCode else { return .unanswered(silence) }
    let errors = Self.words(outcome.errors)
    if code != 0, Self.refusedConnections.contains(where: { errors.contains($0) }) {
      return .undelivered(errors)
    }
    if code != 0, Self.silences.contains(where: { errors.contains($0) }) {
      return .unanswered(errors)
    }
    guard code == 0 else {
      let words =
        "Slurm refuses \(script): \(errors); change `engine.slurm` in the experiment file or "
        + "engines.yaml and say the same again"
      throw Self.isOfCount(errors) ? .schedulerFull(words) : .scheduler(words)
    }
    // `123` or `123;cluster`
    let last = outcome.output.split(whereSeparator: \.isNewline).last ?? ""
    guard let number = Int(last.prefix { $0 != ";" }), number > 0 else {
      return .unanswered("no number of a job, but: \(Self.words(outcome.output))")
    }
    return .accepted(number)
  }

  /// Refusals of so many jobs at once, in words of accounting; those of a job itself are none of them.
  static func isOfCount(_ words: String) -> Bool {
    words.contains("MaxSubmit") || words.contains("submit limit") && !words.contains("Max")
  }

  private var silence: String { "nothing within \(fixed(patience, decimals: 0)) s" }

  /// Jobs of these names that the scheduler knows, those that ended a moment ago too.
  ///
  /// - Parameter users: whose; a scheduler of thousands of jobs is not asked for all of them.
  func queue(named names: [String], of users: [String]) throws(RunError) -> [QueueEntry] {
    let outcome = try run(
      "squeue",
      [
        "--noheader", "--states=all", "--user=\(users.joined(separator: ","))",
        "--name=\(names.joined(separator: ","))",
        "-o", QueueEntry.format,
      ])
    guard outcome.exitCode == 0, let entries = QueueEntry.parse(outcome.output) else {
      let said = Self.words(outcome.errors.isEmpty ? outcome.output : outcome.errors)
      throw .scheduler(
        "squeue gives no answer that can be used (\(outcome.exitCode == nil ? silence : said))")
    }
    return entries
  }

  func cancel(_ jobs: [String]) throws(RunError) {
    guard !jobs.isEmpty else { return }
    let outcome = try run("scancel", jobs)
    guard outcome.exitCode == 0 else {
      throw .scheduler(
        "scancel \(jobs.joined(separator: " ")) did not succeed (\(said(by: outcome))): they may still wait or "
          + "run; say the same again")
    }
  }

  /// Ends what waits under a name, and leaves alone what runs.
  func cancelPending(named name: String) throws(RunError) {
    let outcome = try run("scancel", ["--state=PENDING", "--name=\(name)"])
    guard outcome.exitCode == 0 else {
      throw .scheduler(
        "scancel --state=PENDING --name=\(name) did not succeed (\(said(by: outcome)))")
    }
  }

  /// What a site has chosen, and what Slurm has where it says nothing.
  struct Limits: Sendable, Hashable {
    /// MaxArraySize: no task has this number or a larger one.
    var arraySize = 1001
    /// MinJobAge: for so many seconds at least a job is known after its end.
    var memory = 300

    init() {}

    init(_ text: String) {
      for line in text.split(separator: "\n") {
        let cells = line.split(separator: "=", maxSplits: 1).map { half in
          half.split(separator: " ").first ?? ""
        }
        guard cells.count == 2, let number = Int(cells[1]) else { continue }
        if cells[0] == "MaxArraySize", number > 1 { arraySize = number }
        if cells[0] == "MinJobAge", number > 0 { memory = number }
      }
    }
  }

  func limits() throws(RunError) -> Limits {
    Limits(try run("scontrol", ["show", "config"]).output)
  }

  /// What a command said that gave no answer.
  func said(by outcome: ChildProcess.Outcome) -> String {
    outcome.exitCode == nil ? silence : Self.words(outcome.errors)
  }

  static func words(_ text: String) -> String {
    let lines = text.split(whereSeparator: \.isNewline).map { line in
      line.replacing("sbatch: error: ", with: "").replacing(
        "Batch job submission failed: ", with: "")
    }
    let words = lines.suffix(3).joined(separator: "; ")
    return lines.isEmpty ? "it says nothing" : words.count > 400 ? "\(words.prefix(400))…" : words
  }

  static var user: String {
    getpwuid(geteuid()).map { String(cString: $0.pointee.pw_name) } ?? "\(geteuid())"
  }
}
