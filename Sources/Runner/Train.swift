import ModelBuilder
import TensorCore

/// Everything a run needs; nothing has been written yet.
package struct RunSetup {
  package let program: TrainingProgram
  package let data: TrainingData
  package let backend: any Backend
  /// The folder in which `NAME/TIME-DIGEST` is made.
  package let results: String
  package let context: RunContext
  package var files = FileLayer()
  /// The signal that asks for an end; 0 while none does.
  package var interrupt: () -> Int32 = { Interrupts.pending }
  package var clock: () -> Double = monotonicSeconds

  package init(
    program: TrainingProgram, data: TrainingData, backend: any Backend, results: String,
    context: RunContext
  ) {
    self.program = program
    self.data = data
    self.backend = backend
    self.results = results
    self.context = context
  }
}

/// Trains, and leaves a result directory.
///
/// - Throws: what goes wrong before there is a directory; then nothing has been created. Whatever
///   ends the run later is in the outcome and in the directory's status.json.
package func train(
  _ setup: RunSetup, watch: @escaping (RunEvent) -> Void = { _ in }
) throws(RunError) -> RunOutcome {
  try TrainingRun(setup, watch: watch).play()
}
