import ArgumentParser
import CPUBackend
import Foundation
import Images
import Spec
import TensorCore

/// The one list of backends.
enum Device: String, CaseIterable, ExpressibleByArgument {
  /// oneDNN and our own kernels, on all cores.
  case cpu
  /// The naive interpreter in double precision: slow, for checking the others.
  case reference

  func backend(threads: Int) -> any Backend {
    switch self {
    case .cpu: CPUBackend(threads: threads)
    case .reference: ReferenceBackend()
    }
  }

  /// What the numbers and the files depend on besides this program.
  var libraries: [(name: String, version: String)] {
    let own: [(name: String, version: String)] =
      switch self {
      case .cpu: CPUBackend.libraries
      case .reference: []
      }
    return own + imageLibraries + (yamlLibraryVersion.map { [("libyaml", $0)] } ?? [])
  }
}

/// Where and how wide to compute.
struct MachineOptions: ParsableArguments {
  @Option(help: ArgumentHelp("What computes.", valueName: "cpu|reference"))
  var device = Device.cpu

  @Option(help: ArgumentHelp("Threads; else one a core.", valueName: "n"))
  var threads: Int?

  func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads takes a number from 1 to 1024")
    }
  }

  var threadCount: Int { threads ?? ProcessInfo.processInfo.activeProcessorCount }
  var backend: any Backend { device.backend(threads: threadCount) }
}
