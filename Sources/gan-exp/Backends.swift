import ArgumentParser
import CPUBackend
import TensorCore

/// The one list of backends.
enum Device: String, CaseIterable, ExpressibleByArgument {
  case cpu
  case reference

  func backend(threads: Int?) -> any Backend {
    switch self {
    case .cpu: CPUBackend(threads: threads)
    case .reference: ReferenceBackend()
    }
  }
}
