import Foundation
import Images
import ModelBuilder
import Runner
import Spec

/// All trials of a sweep, resolved and checked, shapes included; nothing has been written.
struct SweepPlan {
  let experiment: Experiment
  let sweep: SweepSection
  private(set) var trials: [PlannedTrial] = []
  /// Trials that are the same as earlier ones, to the last number.
  private(set) var repeated = 0
  /// Of the data of the first trial.
  private(set) var dataDigest = ""
  private(set) var isLight = true
  private(set) var bytesPerTrial = 0

  /// - Throws: exit 3 with everything that is wrong with any trial, exit 4 for its data.
  init(_ experiment: Experiment, _ sweep: SweepSection, folders: [String]) throws {
    (self.experiment, self.sweep) = (experiment, sweep)
    var found: [Diagnostic] = []
    var sets: [String: ImageSet] = [:]
    var checked: Set<String> = []
    var identities: Set<String> = []
    for point in try points() where found.count < 20 {
      do {
        let trial = try sweep.experiment(at: point, seed: experiment.seed)
        let source = trial.data.source.text
        let set = try sets[source] ?? trial.loadData(folders)
        sets[source] = set
        let format = ImageFormat(
          channels: set.channels, height: trial.data.size ?? set.height,
          width: trial.data.size ?? set.width)
        if checked.insert("\(format) \(trial.shapeText)").inserted {
          weigh(try TrainingProgram(trial, images: format), images: set.count)
        }
        let planned = PlannedTrial(
          index: trials.count, point: point, experiment: trial, dataDigest: set.digest,
          numericsVersion: numericsVersion)
        if trials.isEmpty { dataDigest = set.digest }
        if identities.insert(planned.identity).inserted {
          trials.append(planned)
        } else {
          repeated += 1
        }
      } catch let error as Diagnostics {
        let settings = point.settings.map { "\($0.path)=\($0.text)" }.joined(separator: " ")
        found += error.entries.map {
          Diagnostic(
            $0.message, at: $0.origin, severity: $0.severity, label: $0.label,
            notes: $0.notes + ["in the trial \(settings)"])
        }
      }
    }
    if !found.isEmpty { throw Failure.spec(Diagnostics(found)) }
  }

  private mutating func weigh(_ program: TrainingProgram, images: Int) {
    let layers = Player.allCases.flatMap { program.summary(of: $0).layers }
    if layers.contains(where: { $0.name.hasPrefix("conv") }) { isLight = false }
    let format = program.images
    let pixels = images * format.channels * format.height * format.width
    // Weights, gradients, two moments, and room for the program itself.
    bytesPerTrial = max(
      bytesPerTrial, 4 * pixels + 16 * layers.map(\.parameters).reduce(0, +) + 300_000_000)
  }

  /// Trials side by side, and threads for each: small networks gain more from trials than from
  /// threads; a convolution uses all cores.
  func jobs(_ wanted: Int?, threads: Int?) -> (jobs: Int, threads: Int) {
    let cores = ProcessInfo.processInfo.activeProcessorCount
    let fitting = max(
      1, Int(Double(ProcessInfo.processInfo.physicalMemory) * 0.8) / max(1, bytesPerTrial))
    let jobs = wanted ?? (isLight ? min(cores, fitting, trials.count) : 1)
    return (jobs, threads ?? max(1, cores / max(1, jobs)))
  }

  private func points() throws -> [SweepPoint] {
    do throws(Diagnostics) {
      return try sweep.points(seed: experiment.seed)
    } catch {
      throw Failure.spec(error)
    }
  }
}
