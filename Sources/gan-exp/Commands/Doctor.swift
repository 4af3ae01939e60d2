import ArgumentParser
import Foundation
import TensorCore
import XLABackend

struct Doctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Says what this machine can compute on and what is missing, and tries each device.",
    discussion: """
      Each device multiplies two matrices and is held to the right answer. Exit code 4: one that is there
      does not work.
      """)

  func run() throws {
    var isSound = true
    for device in Device.named {
      let finding = Finding(device)
      try Output.line(finding.lines.joined(separator: "\n"))
      if finding.isBroken { isSound = false }
    }
    if let driver = Self.driver { try Output.line("NVIDIA's driver: \(driver)") }
    if !isSound { throw ExitCode(ExitStatus.files.rawValue) }
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
private struct Finding {
  let lines: [String]
  let isBroken: Bool

  init(_ device: Device) {
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
      lines = ["\(name): \(verdict)"] + (try device.engine()).map { "  \($0.name): \($0.version)" }
      isBroken = !isRight
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
