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
      name == "SLURM_CONF"
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

  /// The number of the job that a script became; nil when sbatch did not answer in time, and the job may
  /// be there all the same.
  func submit(_ script: String, _ options: [String] = []) throws(RunError) -> Int? {
    let outcome = try run("sbatch", ["--parsable"] + options + [script])
    guard let code = outcome.exitCode else { return nil }
    // A controller that does not answer its own command in time.
    if code != 0, outcome.errors.contains("timed out") { return nil }
    guard code == 0 else {
      throw .scheduler(
        "Slurm refuses \(script): \(Self.words(outcome.errors)); change `engine.slurm` in the "
          + "experiment file or engines.yaml and say the same again")
    }
    // `123` or `123;cluster`
    let first = outcome.output.split(whereSeparator: \.isNewline).last ?? ""
    guard let number = Int(first.prefix { $0 != ";" }) else { return nil }
    return number
  }

  /// Jobs of these names that the scheduler knows, those that ended a moment ago too.
  func queue(named names: [String]) throws(RunError) -> [QueueEntry] {
    let outcome = try run(
      "squeue",
      [
        "--noheader", "--states=all", "--user=\(Self.user)",
        "--name=\(names.joined(separator: ","))",
        "-o", QueueEntry.format,
      ])
    guard outcome.exitCode == 0, let entries = QueueEntry.parse(outcome.output) else {
      let said =
        outcome.exitCode == nil
        ? "nothing within \(Int(patience)) s"
        : Self.words(
          outcome.errors.isEmpty ? outcome.output : outcome.errors)
      throw .scheduler(
        "squeue gives no answer that can be used (\(said)); nothing was submitted or changed: say "
          + "the same again when it works")
    }
    return entries
  }

  func cancel(_ jobs: [String]) throws(RunError) {
    guard !jobs.isEmpty else { return }
    let outcome = try run("scancel", jobs)
    guard outcome.exitCode == 0 else {
      throw .scheduler("scancel \(jobs.joined(separator: " ")): \(Self.words(outcome.errors))")
    }
  }

  /// The site's MaxArraySize: no task has this number or a larger one.
  func arrayLimit() throws(RunError) -> Int {
    let outcome = try run("scontrol", ["show", "config"])
    for line in outcome.output.split(separator: "\n") where line.hasPrefix("MaxArraySize") {
      let value = line.split(separator: "=").last.map { $0.filter { $0 != " " } }
      if let limit = value.flatMap({ Int($0) }), limit > 1 { return limit }
    }
    // What Slurm has where nobody says otherwise.
    return 1001
  }

  static func words(_ text: String) -> String {
    let lines = text.split(whereSeparator: \.isNewline).map { line in
      line.replacing("sbatch: error: ", with: "").replacing(
        "Batch job submission failed: ", with: "")
    }
    return lines.isEmpty ? "it says nothing" : lines.suffix(3).joined(separator: "; ")
  }

  static var user: String {
    getpwuid(geteuid()).map { String(cString: $0.pointee.pw_name) } ?? "\(geteuid())"
  }
}
