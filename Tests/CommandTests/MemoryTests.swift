import Foundation
import Testing

/// What cannot fit into memory is refused before anything is made.
struct MemoryTests {
  private func large() -> String {
    TinySpec(width: "32").yaml
      .replacing("- linear: 16\n", with: "- linear: 1000000\n    - linear: 2000\n")
  }

  private func limited(_ place: Place, _ words: String) throws -> Finished {
    let line = "ulimit -v 20000000; exec '\(Program.path)' \(words)"
    return try place.launch(["/bin/sh", "-c", line]).finish()
  }

  @Test(arguments: ["run large.yaml", "run large.yaml --sweep 'latent.size=[2, 3]'"])
  func aNetworkThatCannotFitIsRefusedWithWhatTakesTheMemory(_ words: String) throws {
    let place = try Place()
    try place.write("large.yaml", large())
    let result = try limited(place, words)
    #expect(result.end == .exit(4))
    #expect(result.errors.contains("error: tiny needs about "), "\(result.errors)")
    #expect(result.errors.contains("`ulimit -v` allows 20 GB of memory"))
    #expect(result.errors.contains("the largest tensor is discriminator."))
    #expect(try place.names() == ["large.yaml"])
  }

  @Test func soManyTrialsSideBySideAsDoNotFitAreRefused() throws {
    let place = try Place()
    try place.write(
      "wide.yaml",
      TinySpec(width: "32").yaml.replacing("- linear: 16\n", with: "- linear: 1000000\n"))
    let result = try limited(place, "run wide.yaml --sweep 'latent.size=[2, 3]' --jobs 2")
    #expect(result.end == .exit(4))
    #expect(result.errors.contains("1 at a time fit: --jobs"), "\(result.errors)")
    #expect(try place.names() == ["wide.yaml"])
  }

  @Test func describeAndAPlanSayHowMuchARunTakes() throws {
    let place = try Place()
    try place.write("tiny.yaml", TinySpec().yaml)
    #expect(try place.run("describe", "tiny.yaml").output.contains("# memory: about 6"))
    let plan = try place.run("run", "tiny.yaml", "--plan", "--sweep", "latent.size=[2, 3]")
    #expect(plan.output.contains("\nmemory of a trial: about 6"))
  }
}
