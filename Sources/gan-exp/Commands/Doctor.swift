import ArgumentParser
import Conformance
import Foundation
import RunFormat
import TensorCore
import XLABackend

struct Doctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Looks at devices, libraries, folders and terminal, and says what to do.",
    discussion: """
      Each device multiplies two matrices and is held to the right answer; with --thorough it plays every operation, random graphs
      and states that are written while they are read against the reference. Exit code 4: a device that is there does not work, or \
      a folder is not there or can't be written to.
      """)

  @Option(
    help: ArgumentHelp(
      "This device alone.", valueName: "cpu|reference|xla-cpu|gpu|tpu|plugin.so"))
  var device: Device?

  @Flag(help: "Every operation against the reference: a minute or so for each device.")
  var thorough = false

  @Option(help: ArgumentHelp("Where runs would be made.", valueName: "dir"), completion: .directory)
  var results = "results"

  @OptionGroup var data: DataOptions

  func run() throws {
    var isSound = true
    if let device {
      let finding = DeviceFinding(device, thorough: thorough)
      try Output.line(finding.lines.joined(separator: "\n"))
      isSound = !finding.isBroken
    } else {
      for device in Device.named where try !works(device) { isSound = false }
      if let driver = Self.driver { try Output.line("NVIDIA's driver: \(driver)") }
      for finding in MachineReport(results: results, data: data).findings {
        try Output.line(finding.lines.joined(separator: "\n"))
        if finding.isFault { isSound = false }
      }
    }
    if !isSound { throw ExitCode(ExitStatus.files.rawValue) }
  }

  /// Looks at a device; at one that a plugin drives in a process of its own, which a plugin may end.
  private func works(_ device: Device) throws -> Bool {
    guard device.isPlugin else {
      let finding = DeviceFinding(device, thorough: thorough)
      try Output.line(finding.lines.joined(separator: "\n"))
      return !finding.isBroken
    }
    let child = Process()
    child.executableURL = Bundle.main.executableURL
    child.arguments =
      ["doctor", "--device", device.rawValue] + (thorough ? ["--thorough"] : [])
    do {
      try child.run()
    } catch {
      throw Failure(
        status: .files, message: "error: this program can't be started again: \(error)")
    }
    child.waitUntilExit()
    if child.terminationReason == .uncaughtSignal {
      let signal = String(cString: strsignal(child.terminationStatus))
      try Output.line("\(device.rawValue): fails: its plugin ended the process (\(signal))")
    } else if ![0, ExitStatus.files.rawValue].contains(child.terminationStatus) {
      try Output.line(
        "\(device.rawValue): fails: its plugin ended the process (exit \(child.terminationStatus))")
    }
    return child.terminationReason == .exit && child.terminationStatus == 0
  }

  /// The version of NVIDIA's driver, where there is one.
  private static var driver: String? {
    guard
      let text = try? String(contentsOfFile: "/proc/driver/nvidia/version", encoding: .utf8),
      let version = text.firstMatch(of: /Module.*?\s(\d+\.[\d.]+)/)
    else { return nil }
    return String(version.1)
  }
}

/// What is to be said of one device.
private struct DeviceFinding {
  let lines: [String]
  let isBroken: Bool

  init(_ device: Device, thorough: Bool) {
    let name = device.rawValue
    if case .plugin(let kind) = device, !device.isInstalled {
      lines = ["\(name): no plugin is installed: \(kind.advice)"]
      isBroken = false
      return
    }
    do throws(Failure) {
      let backend = try device.backend(threads: 2)
      let error = Result { () throws(BackendError) in try Self.errorOfAProduct(on: backend) }
      let (verdict, isRight) =
        switch error {
        case .success(0): ("works", true)
        case .success(let error): ("WRONG: a product is off by \(error)", false)
        case .failure(let failure): ("fails: \(failure)", false)
        }
      let engine = (try device.engine()).map { "  \($0.name): \($0.version)" }
      guard isRight, thorough else {
        lines = ["\(name): \(verdict)"] + engine
        isBroken = !isRight
        return
      }
      let conformance = ConformanceReport(of: backend)
      lines =
        ["\(name): \(conformance.faults.isEmpty ? verdict : "WRONG")"] + engine
        + conformance.parts.map { "  \($0.words)" } + conformance.faults.map { "    \($0)" }
      isBroken = !conformance.faults.isEmpty
    } catch {
      lines = ["\(name): fails: \(error.message)"]
      isBroken = true
    }
  }

  /// How far a product of two matrices of small whole numbers, which float32 holds exactly, is from what it is.
  private static func errorOfAProduct(on backend: any Backend) throws(BackendError) -> Double {
    let size = 16
    let numbers = (0..<size * size).map { $0 % 7 }
    let builder = GraphBuilder()
    let x = builder.feed("x", [size, size])
    let executable = try backend.makeSession(states: []).compile(
      builder.finish(outputs: [("y", x.matmul(x))], updates: []))
    try executable.feed("x", array: numbers.map(Float.init))
    try executable.run()
    let seen = try executable.output("y").floats
    var worst = 0.0
    for row in 0..<size {
      for column in 0..<size {
        let sum = (0..<size).reduce(0) {
          $0 + numbers[row * size + $1] * numbers[$1 * size + column]
        }
        worst = max(worst, abs(Double(seen[row * size + column]) - Double(sum)))
      }
    }
    return worst
  }
}

extension ConformanceReport.Part {
  /// `112 operations: none is off by more than 2e-06`
  fileprivate var words: String {
    let wrong = agreement.faults.count
    let worst = String(format: "%.0e", agreement.worst)
    return wrong == 0
      ? "\(count) \(name): at most \(worst) off the reference"
      : "\(count) \(name): \(wrong) \(wrong == 1 ? "result is" : "results are") further off than they may be"
  }
}
