import CLibrary
import Foundation
import Testing

@Suite
struct ResultFailureTests {
  /// A root that may not do more than others, so that permissions count for it too.
  private static let withoutPrivileges =
    getuid() == 0 ? ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] : []

  static var canDropPrivileges: Bool {
    getuid() != 0 || FileManager.default.isExecutableFile(atPath: "/usr/bin/setpriv")
  }

  /// docs/failures.md: results path read-only: exit 4 with the system's words, before training
  @Test(.enabled(if: canDropPrivileges, "root needs setpriv to be refused anything"))
  func resultsPathReadOnlyExit4WithTheSystemsWordsBeforeTraining() throws {
    let place = try Place()
    try place.write("tiny.yaml", TinySpec().yaml)
    try place.makeFolder("results")
    chmod("\(place.path)/results", 0o555)
    let before = try place.names()
    let result = try place.start(["run", "tiny.yaml"], by: Self.withoutPrivileges).finish()
    #expect(result.end == .exit(4))
    #expect(
      result.errors == "error: results/tiny: cannot create the folder: Permission denied\n")
    #expect(result.output == "")
    #expect(try place.names() == before)
  }

  /// docs/failures.md: results path a file: exit 4 with the system's words, before training
  @Test
  func resultsPathAFileExit4WithTheSystemsWordsBeforeTraining() throws {
    let place = try Place()
    try place.write("tiny.yaml", TinySpec().yaml)
    try place.write("results", "mine")
    let result = try place.run("run", "tiny.yaml")
    #expect(result.end == .exit(4))
    #expect(
      result.errors
        == "error: results: cannot create the folder: a file of that name is there\n")
    #expect(try place.names() == ["results", "tiny.yaml"])
    #expect(try place.text("results") == "mine")
  }

  /// docs/failures.md: results path a name too long: exit 4 with the system's words, before
  /// training
  @Test
  func resultsPathANameTooLongExit4WithTheSystemsWordsBeforeTraining() throws {
    let place = try Place()
    var spec = TinySpec()
    spec.name = String(repeating: "n", count: 300)
    try place.write("tiny.yaml", spec.yaml)
    let result = try place.run("run", "tiny.yaml")
    #expect(result.end == .exit(4))
    #expect(
      result.errors
        == "error: results/\(spec.name): cannot create the folder: File name too long\n")
    #expect(try place.names() == ["tiny.yaml"])
  }

  /// A limit on the size of files, set while the run is under way, stands in for a disk that fills
  /// up: every write beyond it fails.
  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/prlimit")))
  func diskFullInMidRunOldCheckpointIntactTemporaryGoneTrialFailedDiskNeverReportedAs() throws {
    let place = try Place()
    var spec = TinySpec()
    spec.length = "100k steps"
    spec.record = "{log: 1k steps, samples: none, checkpoint: {every: 20 steps, keep: {last: 2}}}"
    try place.write("tiny.yaml", spec.yaml)
    let run = try place.start(["run", "tiny.yaml", "--threads", "1"])
    try run.wait(for: "a checkpoint") { (try? latest(place)) != nil }
    try place.use("prlimit", "--pid", "\(run.pid)", "--fsize=8192")
    let result = try run.finish()
    #expect(result.end == .exit(4))

    let directory = try place.resultDirectory()
    let checkpoint = try latest(place)
    let saved = "\(directory)/checkpoints/\(checkpoint)"
    #expect(result.errors.contains("cannot write: File too large; saved: \(saved)\n"))
    #expect(result.output == "\(directory)\n")
    let status = try place.json("\(directory)/status.json")
    #expect(status["state"] as? String == "failed")
    #expect(status["cause"] as? String == "disk")
    #expect((status["reason"] as? String)?.contains("File too large") == true)
    #expect(try !place.names(in: directory).contains { $0.contains(".tmp") })
    #expect(try place.run("sample", directory, "--to", "old.png").end == .exit(0))
  }

  private func latest(_ place: Place) throws -> String {
    let name = try place.text("\(place.resultDirectory())/checkpoints/latest")
    return name.trimmingCharacters(in: .newlines)
  }

  /// docs/failures.md: NaN or Inf in a loss, gradient or weight: trial diverged at step n,
  /// tensor named, last finite checkpoint and a grid kept; single run exit 6
  @Test
  func naNOrInfInALossGradientOrWeightTrialDivergedAtStepNTensorNamedLastFiniteCheckpoint() throws {
    let place = try Place()
    var spec = TinySpec()
    spec.record = """
      {log: 1 steps, samples: {every: 100 epochs, grid: 2x3}, checkpoint: {every: 1 steps}}
      """
    try place.write("tiny.yaml", spec.yaml)
    let result = try place.run(
      "run", "tiny.yaml", "--threads", "1", "--set", "loss={kind: least_squares}",
      "--set", "optimizer={kind: sgd, learning_rate: 1}")
    #expect(result.end == .exit(6))
    let directory = try place.resultDirectory()
    let status = try place.json("\(directory)/status.json")
    #expect(status["state"] as? String == "diverged")
    let step = try #require(status["step"] as? Int)
    let reason = try #require(status["reason"] as? String)
    #expect(reason.hasPrefix("diverged at step \(step): "))
    #expect(result.errors.contains(reason))
    #expect(
      reason.contains(
        /: (norm of the )?(generator|discriminator).* is -?(inf|nan); last finite weights:/))

    #expect(result.lines == [directory])
    #expect(result.errors.contains("samples: \(directory)/samples/last-finite.png\n"))
    #expect(try isPicture(place.bytes("\(directory)/samples/last-finite.png")))
    #expect(!place.exists("\(directory)/samples/final.png"))
    // The newest checkpoint is the one of the step before, and of numbers.
    let checkpoint = try latest(place)
    #expect(step > 1 && checkpoint == "step-0000000\(step - 1)")
    #expect(reason.hasSuffix("last finite weights: \(directory)/checkpoints/\(checkpoint)"))
    let generator = try Tensors(
      place.bytes("\(directory)/checkpoints/\(checkpoint)/generator.safetensors"))
    for name in generator.names where generator[name]?.isFloat == true {
      #expect(generator[name]?.floats.allSatisfy(\.isFinite) == true, "\(name)")
    }
    #expect(try place.run("sample", directory, "--to", "last.png").end == .exit(0))
    #expect(try place.bytes("last.png") == place.bytes("\(directory)/samples/last-finite.png"))
  }
}
