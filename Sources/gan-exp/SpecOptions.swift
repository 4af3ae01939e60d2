import ArgumentParser
import Foundation
import Images
import Metrics
import ModelBuilder
import RunFormat
import Runner
import Spec

/// What every command that reads a spec takes.
struct SpecOptions: ParsableArguments {
  @Argument(help: "The experiment file.", completion: .file(extensions: ["yaml", "yml"]))
  var spec: String

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("Changes one value: schedule.length='2 epochs'.", valueName: "key=value"),
    completion: Completions.settings)
  var overrides: [String] = []

  /// The experiment, or exit 3 with everything that is wrong with it.
  func load() throws -> Experiment { try loadSpec(spec, overrides: overrides).get() }
}

struct DataOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Where data sets lie. Else $GAN_EXP_DATA, else the folder that `data get` fills.",
      valueName: "dir"), completion: .directory)
  var dataDir: String?

  @Option(
    help: ArgumentHelp(
      "Where decoded pictures are kept, or `none`. Else $GAN_EXP_CACHE, else a folder in ~/.cache.",
      valueName: "dir"), completion: .directory)
  var cacheDir: String?

  /// What data sources are asked, for pictures of this size.
  func request(size: Int?) -> LoadRequest {
    var request = LoadRequest(folders: folders, size: size, cacheFolder: cacheFolder) {
      Terminal.error($0)
    }
    request.cacheLimits = cacheLimits
    return request
  }

  /// What the folder of decoded pictures may come to. What cannot be read is said, and is as if it were
  /// not there.
  var cacheLimits: CacheLimits {
    let environment = ProcessInfo.processInfo.environment
    func value<Value>(_ name: String, _ example: String, _ read: (String) -> Value?) -> Value? {
      guard let text = environment[name], !text.isEmpty else { return nil }
      let value = read(text)
      if value == nil {
        Terminal.error(
          "warning: $\(name) is `\(text)`, which is no amount such as \(example): not used")
      }
      return value
    }
    let usual = CacheLimits()
    return CacheLimits(
      bytes: value("GAN_EXP_CACHE_SIZE", "20GB", Amounts.bytes) ?? usual.bytes,
      seconds: value("GAN_EXP_CACHE_AGE", "30 days", Amounts.seconds) ?? usual.seconds)
  }

  /// Where decoded pictures are kept; nil: nowhere.
  var cacheFolder: String? {
    let environment = ProcessInfo.processInfo.environment
    let named = cacheDir ?? environment["GAN_EXP_CACHE"].flatMap { $0.isEmpty ? nil : $0 }
    if named == "none" { return nil }
    if let named { return named }
    if let base = environment["XDG_CACHE_HOME"], base.hasPrefix("/") { return base + "/gan-exp" }
    return (environment["HOME"] ?? ".") + "/.cache/gan-exp"
  }

  /// Where what goes on was begun: absolute folders that are looked into after all others.
  private(set) var begunIn: [String] = []

  private enum CodingKeys: CodingKey { case dataDir, cacheDir }

  /// The same for a run or a sweep that goes on, whose paths were relative to where it was begun.
  func goingOn(in run: String, says: Bool) -> DataOptions {
    var options = self
    let usual = (folders + ["."]).compactMap(PlainFiles.absolute)
    options.begunIn = dataPlaces(of: run).filter { !usual.contains($0) }
    if says, !options.begunIn.isEmpty {
      Terminal.error(
        "data are also looked for where this was begun: "
          + options.begunIn.joined(separator: ", "))
    }
    return options
  }

  /// The folders to look into, in order.
  var folders: [String] { ownFolders + begunIn }

  private var ownFolders: [String] {
    if let dataDir { return [dataDir] }
    if let named = ProcessInfo.processInfo.environment["GAN_EXP_DATA"], !named.isEmpty {
      return [named]
    }
    return [Self.ownFolder]
  }

  /// Where `data get` puts what it fetches, by the XDG rules.
  static var ownFolder: String {
    let environment = ProcessInfo.processInfo.environment
    if let base = environment["XDG_DATA_HOME"], base.hasPrefix("/") { return base + "/gan-exp" }
    return (environment["HOME"] ?? ".") + "/.local/share/gan-exp"
  }
}

let vocabulary = Catalog.vocabulary(
  sources: DatasetCatalog.declarations, metrics: MetricCatalog.declarations)

/// The experiment in a file, or all that is wrong with it.
func readSpec(
  _ path: String, overrides: [String], sweeps: [String] = []
) -> Result<Experiment, Diagnostics> {
  if let absence = SpecFolder.absence(of: path) { return .failure(Diagnostics([absence])) }
  return loadExperiment(
    path: path, overrides: overrides, sweeps: sweeps, vocabulary: vocabulary)
}

/// The same for commands that end there, with exit 3.
func loadSpec(
  _ path: String, overrides: [String], sweeps: [String] = []
) -> Result<Experiment, Failure> {
  switch readSpec(path, overrides: overrides, sweeps: sweeps) {
  case .success(let experiment):
    Terminal.warn(experiment.warnings)
    return .success(experiment)
  case .failure(let diagnostics):
    return .failure(.spec(diagnostics))
  }
}

extension Failure {
  static func spec(_ diagnostics: Diagnostics) -> Failure {
    Failure(status: .spec, message: diagnostics.rendered(colour: Terminal.showsColour))
  }
}

extension Experiment {
  /// Who goes on with a run wants something changed: a `--set` that changes nothing is exit 3.
  ///
  /// - Parameter oddities: of the game; its spec's own are known.
  func refuseOverridesWithoutEffect(_ oddities: [Diagnostic] = []) throws(Failure) {
    let vain = (warnings + oddities).filter { $0.isWithoutEffect && $0.origin.source.kind == .set }
    if vain.isEmpty { return }
    throw .spec(
      Diagnostics(
        vain.map { Diagnostic($0.message, at: $0.origin, label: $0.label, notes: $0.notes) }))
  }

  /// The networks as graphs, checked against the shape of the data.
  ///
  /// - Parameter formats: of the sources, by their names.
  func program(_ formats: [String: SampleFormat]) throws -> TrainingProgram {
    do throws(Diagnostics) {
      let program = try TrainingProgram(self, formats: formats)
      _ = try MetricPlan(self, program)
      return program
    } catch {
      throw Failure.spec(error)
    }
  }
}
