import ArgumentParser
import Foundation
import RunFormat
import Runner
import Spec

/// What plays the trials of a sweep.
enum EngineChoice: String, CaseIterable, ExpressibleByArgument { case local, slurm }

extension SlurmSettings {
  /// What an experiment asks for, and where it says nothing what the site's file says.
  ///
  /// - Throws: exit 3 with everything that is wrong with that file.
  static func of(_ experiment: Experiment) throws -> SlurmSettings {
    try (experiment.engine.slurm ?? SlurmSettings()).filled(from: site() ?? SlurmSettings())
  }

  /// engines.yaml in the user's folder of settings, by the XDG rules; nil where there is none.
  private static func site() throws -> SlurmSettings? {
    let environment = ProcessInfo.processInfo.environment
    let base = environment["XDG_CONFIG_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
    let path = (base ?? (environment["HOME"] ?? ".") + "/.config") + "/gan-exp/engines.yaml"
    guard FileLayer().exists(path) else { return nil }
    let text = try Failure.catching {
      String(decoding: try FileLayer().read(path, limit: 1 << 20), as: UTF8.self)
    }
    do throws(Diagnostics) {
      return try EngineSection.read(text, name: path, vocabulary: vocabulary).slurm
    } catch {
      throw Failure.spec(error)
    }
  }
}

extension SlurmClient {
  /// With what this process was given.
  static var current: SlurmClient { SlurmClient(environment: ProcessInfo.processInfo.environment) }
}
