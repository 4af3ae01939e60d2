import RunFormat
import Spec

/// What would be submitted of a sweep; nothing is made, and of the scheduler only its limits are asked for.
package struct SubmissionForecast: Sendable {
  private let settings: SlurmSettings
  private let count: Int
  private let arrays: Int
  /// MaxArraySize; nil where Slurm cannot be asked.
  private let limit: Int?

  /// - Parameter trials: rising.
  package init(_ trials: [Int], _ settings: SlurmSettings, _ client: SlurmClient) {
    self.settings = settings
    limit = (try? client.limits())?.arraySize
    count = trials.count
    arrays =
      ArrayIndices.split(trials, limit: limit ?? SlurmClient.Limits().arraySize).count
  }

  /// Lines without a newline at the end.
  package var words: String {
    guard count > 0 else { return "nothing would be submitted" }
    let size =
      limit.map { "of at most \($0) tasks" } ?? "(Slurm cannot be asked here for its limit)"
    let pace = settings.atOnce.map { ", at most \($0) at once of each array" } ?? ""
    return """
      would be submitted: \(Self.count(count, "task")) in \(Self.count(arrays, "array")) \(size)\(pace)
      each asks for: \(wishes.joined(separator: ", "))
      """
  }

  private static func count(_ number: Int, _ thing: String) -> String {
    "\(number) \(thing)\(number == 1 ? "" : "s")"
  }

  private var wishes: [String] {
    var words = [settings.partition.map { "partition \($0)" } ?? "the site's partition"]
    words.append(
      settings.seconds.map { "at most \(Duration.words($0))" } ?? "the partition's time")
    if let gpus = settings.gpus, gpus > 0 { words.append(Self.count(gpus, "GPU")) }
    if let cpus = settings.cpus { words.append(Self.count(cpus, "core")) }
    if let memory = settings.memory { words.append("\(ByteCount(memory)) of memory") }
    words += settings.modules.map { "module \($0)" } + settings.extra
    if !settings.usesSrun { words.append("no srun") }
    return words
  }
}
