import ModelBuilder
import RunFormat
import TensorCore

/// Everything a run needs; nothing has been written yet.
package struct RunSetup {
  package let program: TrainingProgram
  package let data: TrainingSources
  package let backend: any Backend
  /// What networks begin as in a new run.
  package let start: StartingWeights
  /// The folder in which `NAME/TIME-DIGEST` is made.
  package let results: String
  package let context: RunContext
  /// Begin in this very directory, or go on in it, instead of making one in `results`.
  package var directory: String?
  /// Leave a run as it is that has come to its end; otherwise it goes on to a greater length.
  package var leavesEnded = false
  /// What spec.yaml says; nil: the file as it was given.
  package var specText: String?
  package var files = FileLayer()
  package var process = ProcessIdentity.current()
  /// Seconds without a heartbeat after which another process counts as lost.
  package var lostAfter = RunClaim.lostAfter
  /// The signal that asks for an end; 0 while none does.
  package var interrupt: () -> Int32 = { Interrupts.pending }
  /// Asked after each measurement: why the run should end now; nil lets it go on.
  package var stopEarly: () throws(RunError) -> String? = { () throws(RunError) in nil }
  package var clock: () -> Double = monotonicSeconds

  package init(
    program: TrainingProgram, data: TrainingSources, backend: any Backend, results: String,
    context: RunContext, start: StartingWeights = StartingWeights()
  ) {
    self.program = program
    self.data = data
    self.backend = backend
    self.start = start
    self.results = results
    self.context = context
  }
}

extension RunSetup {
  /// Of the data, and of the weights that networks start from.
  package var inputDigest: String {
    StartingWeights.joined(data: data.digest, weights: start.digest)
  }
}

/// Trains, and leaves a result directory. With `setup.directory`, goes on from its newest good
/// checkpoint, and the numbers are those of a run that never stopped.
///
/// - Throws: what goes wrong before there is a directory; then nothing has been created. Whatever
///   ends the run later is in the outcome and in the directory's status.json. A directory that
///   cannot be gone on with (`.locked`, `.changed`, `.damaged`, `.data`) stays as it is.
package func train(
  _ setup: RunSetup, watch: @escaping (RunEvent) -> Void = { _ in }
) throws(RunError) -> RunOutcome {
  try TrainingRun(setup, watch: watch).play()
}
