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
}
