import CKernels
import TensorCore

/// Executes graphs on the processor: products and convolutions by oneDNN, everything else by kernels
/// of our own that share its team of threads.
///
/// Which kernel runs is a function of shapes, instruction set and number of threads, so an execution
/// gives the same bits every time on the same machine.
package struct CPUBackend: Backend {
  package let threads: Int
  private let rules: ConvolutionRules
  private let profiler: Profiler?

  /// `threads`: nil for all processors that this process may use. `profiler`: is told how long each step takes.
  package init(threads: Int? = nil, profiler: Profiler? = nil) {
    self.init(threads: threads, rules: .measured, profiler: profiler)
  }

  init(threads: Int?, rules: ConvolutionRules, profiler: Profiler? = nil) {
    self.threads = max(1, threads ?? Int(gan_available_threads()))
    self.rules = rules
    self.profiler = profiler
  }

  package var name: String { "cpu" }

  package func makeSession(
    states: [(name: String, type: TensorType)], products: ProductPrecision
  ) throws(BackendError) -> any Session {
    try CPUSession(threads: threads, states: uniqueStates(states), rules: rules, profiler: profiler)
  }
}
