import ModelBuilder
import RunFormat
import Runner
import Spec

extension MemoryNeed {
  /// `about 1.2 GB: weights 0.3 GB, …`
  var words: String {
    let listed = parts.map { "\($0.name) \(ByteCount($0.bytes))" }.joined(separator: ", ")
    return "about \(ByteCount(total)): \(listed), the program itself \(ByteCount(Self.program))"
  }

  /// Whether a run of this can be had on this machine, asked before anything is made.
  ///
  /// - Throws: exit 4, with what takes the memory.
  func require(in experiment: Experiment, limit: MemoryLimit = .current) throws {
    guard total > limit.bytes else { return }
    throw Failure(
      status: .files,
      message: "error: \(experiment.name) needs \(words)\n"
        + "  = \(limit.words) \(ByteCount(limit.bytes)) of memory\n"
        + "  = the largest tensor is \(largest.name), \(ByteCount(largest.bytes))\n"
        + "  = make the layers smaller"
        + (parts.first?.name == "activations and gradients"
          ? ", or data.batch, or play a batch in parts: schedule.accumulate" : ""))
  }
}

extension RunSetup {
  func requireMemory() throws {
    try program.memoryNeed(sampleCount: data.sampleCount, held: data.counts)
      .require(in: program.experiment)
  }
}
