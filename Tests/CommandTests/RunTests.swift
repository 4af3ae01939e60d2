import Foundation
import Testing

@Suite
struct RunTests {
  private static let picturesAndRest = [
    "attempts/", "attempts/1/", "attempts/1/environment.json", "attempts/1/heartbeat",
    "attempts/1/owner.json", "attempts/1/resolved.yaml", "attempts/1/result.json",
    "checkpoints/", "checkpoints/latest", "checkpoints/step-00000008/",
    "checkpoints/step-00000008/discriminator.safetensors",
    "checkpoints/step-00000008/generator.safetensors",
    "checkpoints/step-00000008/optimizer.safetensors", "checkpoints/step-00000008/state.json",
    "checkpoints/step-00000012/", "checkpoints/step-00000012/discriminator.safetensors",
    "checkpoints/step-00000012/generator.safetensors",
    "checkpoints/step-00000012/optimizer.safetensors", "checkpoints/step-00000012/state.json",
    "environment.json", "log.txt", "losses.csv", "losses.svg", "resolved.yaml", "result.json",
    "samples/",
    "samples/epoch-0001.png", "samples/epoch-0002.png", "samples/epoch-0003.png",
    "samples/final.png", "samples/real.png", "spec.yaml", "status.json", "timing.csv",
  ]

  @Test
  func aRunLeavesExactlyTheFilesOfDocsResultDirectoryMdAndSaysWhere() throws {
    let place = try Place()
    try place.write("tiny.yaml", "# mine\n" + TinySpec().yaml)
    let result = try place.run("run", "tiny.yaml", "--threads", "1", "--set", "data.batch=16")
    #expect(result.end == .exit(0))
    let directory = try place.resultDirectory()
    #expect(
      directory.contains(#/^results/tiny/[0-9]{8}T[0-9]{4}-[0-9a-f]{6}$/#), "\(directory)")
    #expect(try place.names(in: directory) == Self.picturesAndRest)

    // Paths on stdout; how it goes on stderr, in lines without control characters.
    #expect(result.output == "\(directory)\n")
    let name = directory.split(separator: "-").last ?? ""
    #expect(
      result.errors.hasSuffix(
        """

        samples: \(directory)/samples/final.png
        next: gan-exp show \(name)    # facts, samples, losses
              gan-exp sample \(name)  # another grid
              gan-exp compare        # beside all others

        """), "\(result.errors)")
    #expect(result.errors.hasPrefix("\(directory): 12 rounds, 64 images an epoch\n"))
    #expect(result.errors.contains(/epoch 3\/3  round 12\/12  d [-.0-9]+ g [-.0-9]+  [.0-9]+ ms/))
    #expect(!result.errors.contains("\u{1B}") && !result.errors.contains("\r"))

    #expect(try place.text("\(directory)/spec.yaml") == place.text("tiny.yaml"))
    let losses = try place.text("\(directory)/losses.csv").split(separator: "\n")
    #expect(
      losses.first
        == "step,epoch,images,d_loss,g_loss,d_real,d_fake,d_gradient_norm,g_gradient_norm")
    #expect(
      losses.dropFirst().compactMap { $0.split(separator: ",").first } == [
        "2", "4", "6", "8", "10", "12",
      ])
    let timing = try place.text("\(directory)/timing.csv").split(separator: "\n")
    #expect(timing.first == "step,seconds,images_per_second,waited")
    #expect(timing.count == losses.count)
    let status = try place.json("\(directory)/status.json")
    #expect(status["state"] as? String == "finished")
    #expect(status["step"] as? Int == 12)
    let environment = try place.json("\(directory)/environment.json")
    #expect(environment["threads"] as? Int == 1)
    #expect(
      (environment["command"] as? [String])?.dropFirst()
        == ["run", "tiny.yaml", "--threads", "1", "--set", "data.batch=16"])
    // 2 × 3 pictures of 28 pixels, 2 between them and around.
    #expect(try pictureSize(place.bytes("\(directory)/samples/final.png")) == [92, 62])
    #expect(try place.text("\(directory)/losses.svg").hasPrefix("<svg "))
  }

  @Test
  func theSameRunTwiceGivesTheSameBytesAndSoDoesItsResolvedSpec() throws {
    let place = try Place()
    try place.write("tiny.yaml", TinySpec().yaml)
    for (results, spec) in [("a", "tiny.yaml"), ("b", "tiny.yaml"), ("c", "resolved.yaml")] {
      #expect(try place.run("run", spec, "--threads", "1", "--results", results).end == .exit(0))
      if results == "a" {
        try place.write("resolved.yaml", place.bytes("\(run(place, "a"))/resolved.yaml"))
      }
    }
    let same = Self.picturesAndRest.filter {
      $0.hasPrefix("checkpoints/") && !$0.hasSuffix("/") || $0.hasPrefix("samples/e")
        || ["losses.csv", "losses.svg", "resolved.yaml"].contains($0)
    }
    #expect(same.count == 15)
    for name in same {
      let first = try place.bytes("\(run(place, "a"))/\(name)")
      #expect(try place.bytes("\(run(place, "b"))/\(name)") == first, "\(name)")
      #expect(try place.bytes("\(run(place, "c"))/\(name)") == first, "\(name)")
    }
  }

  @Test
  func with1And2ThreadsTheLossesAgreeTo1e4Over20Steps() throws {
    let place = try Place()
    var spec = TinySpec()
    spec.length = "20 steps"
    spec.width = "64"
    spec.record = "{log: 1 steps, samples: none, checkpoint: none}"
    try place.write("tiny.yaml", spec.yaml)
    var losses: [[Double]] = []
    for threads in ["1", "2"] {
      let result = try place.run("run", "tiny.yaml", "--threads", threads, "--results", threads)
      #expect(result.end == .exit(0))
      let rows = try place.text("\(run(place, threads))/losses.csv").split(separator: "\n")
      losses.append(
        rows.dropFirst().flatMap { $0.split(separator: ",")[3...4].compactMap { Double($0) } })
    }
    #expect(losses[0].count == 40)
    #expect(losses[1].count == 40)
    for (one, two) in zip(losses[0], losses[1]) {
      #expect(abs(one - two) <= 1e-4 * max(1, abs(one)))
    }
  }

  @Test
  func qSaysNothingButTheResultVEveryRowPictureAndCheckpoint() throws {
    let place = try Place()
    try place.write("tiny.yaml", TinySpec().yaml)
    let quiet = try place.run("run", "tiny.yaml", "-q", "--results", "q", "--threads", "1")
    #expect(quiet.end == .exit(0))
    #expect(quiet.errors == "")
    #expect(try quiet.lines == [run(place, "q")])
    let verbose = try place.run("run", "tiny.yaml", "-v", "--results", "v", "--threads", "1")
    #expect(verbose.lines.count == 1)
    let said = verbose.errors.split(separator: "\n")
    #expect(said.count { $0.hasPrefix("row ") } == 6)
    #expect(said.count { $0.hasPrefix("picture ") } == 4)
    #expect(said.count { $0.hasPrefix("checkpoint ") } == 3)
  }

  @Test
  func twoRunsThatStartAtTheSameTimeHaveADirectoryEach() throws {
    let place = try Place()
    var spec = TinySpec()
    spec.length = "1 epochs"
    try place.write("tiny.yaml", spec.yaml)
    let runs = try (0..<3).map { _ in try place.start(["run", "tiny.yaml", "-q", "--threads", "1"])
    }
    let directories = try runs.map { try #require(try $0.finish().lines.first) }
    #expect(Set(directories).count == 3)
    for directory in directories {
      #expect(try place.json("\(directory)/status.json")["state"] as? String == "finished")
    }
  }

  @Test
  func withLabelsTheRowsOfTheGridAreClassesAndSampleChoosesThem() throws {
    let place = try Place()
    var spec = TinySpec()
    spec.labels = "{classes: 10}"
    spec.length = "1 epochs"
    try place.write("tiny.yaml", spec.yaml)
    #expect(try place.run("run", "tiny.yaml", "--threads", "1").end == .exit(0))
    let directory = try place.resultDirectory()
    let sample = try place.run("sample", directory, "--labels", "3,1", "--to", "two.png")
    #expect(sample.end == .exit(0))
    #expect(pictureSize(try place.bytes("two.png"))[1] == 62)
    let wrong = try place.run("sample", directory, "--labels", "10", "--to", "no.png")
    #expect(wrong.end == .exit(2))
    #expect(wrong.errors == "error: label 10: the classes of this run are 0 to 9\n")
    #expect(!place.exists("no.png"))
  }

  @Test(.enabled(if: RealData.folder != nil, "MNIST is not at $GAN_EXP_DATA or ../shared/data"))
  func mnistItselfFoundWithDataDirAndGANEXPDATAAndLearnedFrom() throws {
    let folder = try #require(RealData.folder)
    let place = try Place()
    var spec = TinySpec()
    spec.source = "mnist"
    spec.batch = "64"
    spec.length = "5 steps"
    spec.record = "{log: 5 steps, samples: none, checkpoint: none}"
    try place.write("tiny.yaml", spec.yaml)
    let named = try place.run("run", "tiny.yaml", "--data-dir", folder, "--results", "a")
    #expect(named.end == .exit(0))
    #expect(named.errors.contains("5 rounds, 60,000 images an epoch"))
    place.environment["GAN_EXP_DATA"] = folder
    #expect(try place.run("run", "tiny.yaml", "--results", "b").end == .exit(0))
    #expect(
      try place.bytes("\(run(place, "a"))/losses.csv")
        == place.bytes("\(run(place, "b"))/losses.csv"))
  }

  private func run(_ place: Place, _ results: String) throws -> String {
    let runs = try FileManager.default.contentsOfDirectory(
      atPath: "\(place.path)/\(results)/tiny")
    guard runs.count == 1 else { throw TestProblem("one run is expected: \(runs)") }
    return "\(results)/tiny/\(runs[0])"
  }
}

/// Where MNIST lies on this machine, if it does.
enum RealData {
  static let folder: String? = {
    let named = ProcessInfo.processInfo.environment["GAN_EXP_DATA"]
    let places = [named, Program.package + "/../shared/data"].compactMap(\.self)
    return places.first {
      FileManager.default.fileExists(atPath: "\($0)/mnist/train-images-idx3-ubyte.gz")
    }
  }()
}
