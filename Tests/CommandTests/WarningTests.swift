import Foundation
import Testing

/// What is odd about a spec is said wherever it is used.
struct WarningTests {
  private static let said = "cannot make some of the data's values"
  /// In the place of `tanh`.
  private static let odd = ["--set", "architecture.generator[4]=sigmoid"]

  @Test func aRunSaysItOnceAndItsLogKeepsIt() throws {
    let place = try Place()
    try place.write("tiny.yaml", TinySpec().yaml)
    let result = try place.start(["run", "tiny.yaml"] + Self.odd).finish()
    #expect(result.end == .exit(0))
    #expect(result.errors.components(separatedBy: Self.said).count == 2)
    let directory = try place.resultDirectory()
    let log = try place.text("\(directory)/log.txt")
    #expect(log.components(separatedBy: Self.said).count == 2)
    #expect(log.contains("warning: --set: the generator"))
    let resumed = try place.run("resume", directory, "--extend", "length=4 epochs")
    #expect(resumed.end == .exit(0))
    #expect(try place.text("\(directory)/log.txt").components(separatedBy: Self.said).count == 2)
  }

  @Test func aSweepSaysItOnceForAllItsTrials() throws {
    let place = try Place()
    try place.write("tiny.yaml", TinySpec().yaml)
    let words = ["run", "tiny.yaml", "--plan", "--sweep", "latent.size=[2, 3, 4]"]
    let result = try place.start(words + Self.odd).finish()
    #expect(result.end == .exit(0))
    #expect(result.errors.components(separatedBy: Self.said).count == 2)
    #expect(result.errors.contains("in the trial latent.size=2"))
  }

  @Test func validateHasItInItsJSON() throws {
    let place = try Place()
    try place.write("tiny.yaml", TinySpec().yaml)
    let result = try place.start(["validate", "--json", "tiny.yaml"] + Self.odd).finish()
    #expect(result.end == .exit(0))
    #expect(result.output.contains(Self.said))
    #expect(result.output.contains("\"severity\": \"warning\""))
  }

  /// How many classes the data have is known of some sets before they are read.
  @Test(arguments: [("12", 0, "warning"), ("10", 0, ""), ("9", 3, "error")])
  func validateKnowsHowManyClassesThereAre(classes: String, code: Int32, said: String) throws {
    let place = try Place()
    try place.write("tiny.yaml", TinySpec().yaml)
    let result = try place.start([
      "validate", "tiny.yaml", "--set", "labels.classes=\(classes)", "--set",
      "data.source={synthetic: {of: digits, count: 40}}", "--set",
      "architecture.discriminator=[flatten, {concat_label: 2}, {linear: 1}]",
    ]).finish()
    #expect(result.end == .exit(code))
    if said.isEmpty {
      #expect(!result.errors.contains("labels"))
    } else {
      #expect(
        result.errors.contains(
          "\(said): labels.classes is \(classes), and synthetic digits has 10 classes"))
    }
  }

  /// What a game has no use for is found with its shapes: by `validate`, in a sweep, when resumed.
  @Test func whatTheGameHasNoUseForIsRefusedWhereSomebodyAsksForAChange() throws {
    let place = try Place()
    try place.write("tiny.yaml", TinySpec().yaml)
    let said = "neither network has a convolution that begins by it"
    let checked = try place.start(
      ["validate", "tiny.yaml", "--set", "architecture.init.conv=he"]
    ).finish()
    #expect(checked.end == .exit(0) && checked.errors.contains(said))
    let swept = try place.start(
      ["run", "tiny.yaml", "--plan", "--sweep", "architecture.init.conv=[he, xavier]"]
    ).finish()
    #expect(swept.end == .exit(3))
    #expect(swept.errors.contains("the axis `architecture.init.conv` decides nothing"))
    #expect(swept.errors.contains(said))

    #expect(try place.run("run", "tiny.yaml", "-q").end == .exit(0))
    let directory = try place.resultDirectory()
    let resumed = try place.run(
      "resume", directory, "--extend", "length=4 epochs", "--set", "record.samples.points=7")
    #expect(resumed.end == .exit(3))
    #expect(resumed.errors.contains("error: `record.samples.points` decides nothing"))
    #expect(resumed.errors.components(separatedBy: "points` decides nothing").count == 2)
  }
}
