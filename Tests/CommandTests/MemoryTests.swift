import Foundation
import Testing

/// What cannot fit into memory is refused before anything is made.
struct MemoryTests {
  private func large() -> String {
    TinySpec(width: "32").yaml
      .replacing("- linear: 16\n", with: "- linear: 1000000\n    - linear: 2000\n")
  }

  private func limited(
    _ place: Place, _ words: String, kilobytes: Int = 20_000_000
  ) throws -> Finished {
    let line = "ulimit -v \(kilobytes); exec '\(Program.path)' \(words)"
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

  @Test func whatIsGoneOnWithOrTracedMustFitToo() throws {
    let place = try Place()
    try place.write("tiny.yaml", TinySpec(width: "32").yaml)
    #expect(try place.run("run", "tiny.yaml").end == .exit(0))
    let run = try place.resultDirectory()
    let text = try place.text("\(run)/resolved.yaml")
    let large = text.replacing("units: 16", with: "units: 1000000")
    try #require(large != text)
    try place.write("large.yaml", large)
    let traced = try limited(place, "trace large.yaml -o t.safetensors", kilobytes: 8_000_000)
    #expect(traced.end == .exit(4), "\(traced.errors)")
    try FileManager.default.removeItem(atPath: "\(place.path)/\(run)/result.json")
    try place.write("\(run)/resolved.yaml", large)
    let before = try place.names(in: run)
    let resumed = try limited(place, "resume \(run)", kilobytes: 8_000_000)
    #expect(resumed.end == .exit(4), "\(resumed.errors)")
    #expect(try place.names(in: run) == before)
  }

  @Test func describeAndAPlanSayHowMuchARunTakes() throws {
    let place = try Place()
    try place.write("tiny.yaml", TinySpec().yaml)
    #expect(try place.run("describe", "tiny.yaml").output.contains("# memory: about 6"))
    let plan = try place.run("run", "tiny.yaml", "--plan", "--sweep", "latent.size=[2, 3]")
    #expect(plan.output.contains("\nmemory of a trial: about 6"))
  }
}
