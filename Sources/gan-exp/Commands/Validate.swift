import ArgumentParser
import Foundation
import RunFormat
import Images
import Metrics
import ModelBuilder
import Runner
import Spec

struct Validate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Checks experiment files, shapes of all layers included. Reads no data, writes nothing.")

  @Argument(help: "The experiment files.", completion: .file(extensions: ["yaml", "yml"]))
  var specs: [String]

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("Changes one value: schedule.length='2 epochs'.", valueName: "key=value"),
    completion: Completions.settings)
  var overrides: [String] = []

  @Flag(help: "Print one JSON array of problems on stdout.")
  var json = false

  func run() throws {
    var problems: [Diagnostic] = []
    for spec in specs {
      let found = check(spec)
      if !json {
        if !found.entries.isEmpty {
          Terminal.error(found.rendered(colour: Terminal.showsColour))
        }
        if !found.hasErrors { try Output.line("\(spec): ok") }
      }
      problems += found.entries
    }
    let all = Diagnostics(problems)
    if json { try Output.line(all.json) }
    if all.hasErrors { throw ExitCode(ExitStatus.spec.rawValue) }
  }

  private func check(_ path: String) -> Diagnostics {
    switch readSpec(path, overrides: overrides) {
    case .failure(let diagnostics):
      return diagnostics
    case .success(let experiment):
      let known = experiment.warnings + experiment.dataFindings
      guard let formats = experiment.declaredFormats else { return Diagnostics(known) }
      do throws(Diagnostics) {
        let program = try TrainingProgram(experiment, formats: formats)
        _ = try MetricPlan(experiment, program)
        return Diagnostics(known + program.warnings)
      } catch {
        return Diagnostics(known + error.entries)
      }
    }
  }
}
