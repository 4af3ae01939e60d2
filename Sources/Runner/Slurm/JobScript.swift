import Digests
import RunFormat
import Spec

/// The script of an array of trials, and of the job that collects what they came to.
struct JobScript: Sendable {
  let settings: SlurmSettings
  /// Absolute.
  let sweep: String
  /// gan-exp itself, absolute.
  let program: String
  /// Of every worker, besides which trial.
  let arguments: [String]

  /// Seconds before the end of its time at which a worker is told: of a short time a third. Limits are looked at
  /// about every 30 s.
  private var warning: Int { min(180, settings.seconds.map { Int($0 / 3) } ?? 180) }

  /// The name of a sweep's jobs: its folder's, and what tells it from another of that name.
  static func name(of sweep: String) -> String {
    // squeue takes names with commas between them.
    let plain = sweep.lastPathComponent.map { sign in
      sign.isASCII && (sign.isLetter || sign.isNumber || "._-".contains(sign)) ? sign : "_"
    }
    return "gx-\(String(plain))-\(sha256(Array(sweep.utf8)).prefix(8))"
  }

  static func collectorName(of sweep: String) -> String { "\(name(of: sweep))-collect" }

  /// - Parameter tasks: `offset + task` is the trial.
  func array(_ tasks: [Int], offset: Int) -> String {
    var options = [
      "--job-name=\(Self.name(of: sweep))",
      "--array=\(ArrayIndices.text(tasks))" + (settings.atOnce.map { "%\($0)" } ?? ""),
      "--output=\(Self.pattern(sweep))/slurm/%A_%a.log", "--open-mode=append", "--requeue",
      "--ntasks=1", "--signal=\(settings.usesSrun ? "" : "B:")USR2@\(warning)",
    ]
    if let cpus = settings.cpus { options.append("--cpus-per-task=\(cpus)") }
    if let memory = settings.memory { options.append("--mem=\((memory + (1 << 20) - 1) >> 20)M") }
    if let seconds = settings.seconds { options.append("--time=\(Self.time(seconds))") }
    if let gpus = settings.gpus, gpus > 0 { options.append("--gres=gpu:\(gpus)") }
    if let partition = settings.partition { options.append("--partition=\(partition)") }
    options += settings.extra
    let worker =
      [program, "worker", "--sweep", sweep, "--engine", "slurm"]
      + ["--requeues", String(settings.requeues)] + arguments
    // Since 22.05 srun does not take over the cores that sbatch was asked for: one would be all it binds.
    let cores = "${SLURM_CPUS_PER_TASK:+--cpus-per-task=$SLURM_CPUS_PER_TASK}"
    let start = settings.usesSrun ? "exec srun \(cores) --kill-on-bad-exit=1" : "exec"
    return head(options) + """
      if [ ! -e \(sweep.shellWord)/plan.jsonl ]; then
        echo "error: $(hostname) does not see \(Self.inQuotes(sweep)): results must lie on a file system that the nodes share (--results)"
        exit 4
      fi
      if [ ! -x \(program.shellWord) ]; then
        echo "error: $(hostname) does not have \(Self.inQuotes(program)): put gan-exp on a file system that the nodes share, and run that one"
        exit 4
      fi
      \(start) \(worker.map(\.shellWord).joined(separator: " ")) --index $((\(offset) + SLURM_ARRAY_TASK_ID))

      """
  }

  /// A job that writes summary and report once the arrays are over.
  /// - Parameter tells: whether it tells whom the experiment's `notify` names.
  func collector(tells: Bool) -> String {
    var options = [
      "--job-name=\(Self.collectorName(of: sweep))",
      "--output=\(Self.pattern(sweep))/slurm/collect.log", "--open-mode=append", "--ntasks=1",
      "--kill-on-invalid-dep=yes",
    ]
    if let partition = settings.partition { options.append("--partition=\(partition)") }
    // What a site asks of every job: an account, a quality of service.
    options += settings.extra.filter { word in
      ["--account", "-A", "--qos", "-q"].contains { word.hasPrefix($0) }
    }
    return head(options)
      + "exec \(program.shellWord) collect \(sweep.shellWord)\(tells ? " --notify" : "")\n"
  }

  private func head(_ options: [String]) -> String {
    let modules = settings.modules.map { module in
      "module load \(module.shellWord) || { echo \("error: module load \(module) failed".shellWord); exit 4; }\n"
    }.joined()
    // A login shell knows `module`.
    return "#!/bin/bash\(settings.modules.isEmpty ? "" : " -l")\n"
      + options.map { "#SBATCH \(Self.quoted($0))\n" }.joined() + modules
  }

  /// A path in a pattern of file names.
  private static func pattern(_ path: String) -> String { path.replacing("%", with: "%%") }

  private static func quoted(_ option: String) -> String {
    guard option.contains(where: { " \t\"'#\\".contains($0) }) else { return option }
    guard let equals = option.firstIndex(of: "=") else { return option }
    let value = option[option.index(after: equals)...]
    return
      "\(option[...equals])\"\(value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
  }

  private static func inQuotes(_ text: String) -> String {
    text.reduce(into: "") { word, sign in
      if "\\\"$`".contains(sign) { word.append("\\") }
      word.append(sign)
    }
  }

  /// `1-02:30:00`, whole minutes at least.
  private static func time(_ seconds: Double) -> String {
    let minutes = max(1, Int((seconds / 60).rounded(.up)))
    return
      "\(minutes / 1440)-\(padded(minutes / 60 % 24, 2)):\(padded(minutes % 60, 2)):00"
  }
}
