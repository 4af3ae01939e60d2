import Foundation
import Testing

@Suite
struct ProvenanceTests {
  @Test
  func programAndNumericsVersionGitCommitAndDigestOfWhatIsChangedMachineCoresMemory() throws {
    let place = try Place()
    try place.write("tiny.yaml", TinySpec().yaml)
    let git = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org"]
    func run(_ results: String) throws -> [String: Any] {
      let words = ["run", "tiny.yaml", "--threads", "1", "--results", results]
      #expect(try place.start(words).finish().end == .exit(0))
      let folder = "\(place.path)/\(results)/tiny"
      let names = try FileManager.default.contentsOfDirectory(atPath: folder)
      let directory = "\(results)/tiny/\(names[0])"
      let result = try place.json("\(directory)/result.json")
      #expect((result["seconds"] as? Double ?? 0) > 0 && result["ended"] is String)
      return try place.json("\(directory)/environment.json")
    }
    let outside = try run("outside")
    #expect(outside["git_commit"] == nil && outside["git_changed"] == nil)
    for words in [["init", "-q"], ["add", "tiny.yaml"], ["commit", "-q", "-m", "one"]] {
      #expect(try place.launch(git + words).finish().end == .exit(0))
    }
    let commit = try place.launch(["git", "rev-parse", "HEAD"]).finish().lines[0]
    let clean = try run("clean")
    #expect(clean["git_commit"] as? String == commit)
    #expect(clean["git_changed"] as? Bool == false && clean["git_diff_sha256"] == nil)
    try place.write("tiny.yaml", TinySpec(length: "2 epochs").yaml)
    let changed = try run("changed")
    #expect(changed["git_commit"] as? String == commit)
    #expect(changed["git_changed"] as? Bool == true)
    let digest = try place.launch(
      ["/bin/sh", "-c", "git diff HEAD --binary | sha256sum | cut -d ' ' -f 1"]
    ).finish().lines[0]
    #expect(changed["git_diff_sha256"] as? String == digest)

    let program = try #require(clean["program"] as? [String: Any])
    #expect(program["version"] is String && program["numerics"] is Int)
    let machine = try #require(clean["machine"] as? [String: Any])
    #expect((machine["cores"] as? Int ?? 0) > 0 && (machine["memory_bytes"] as? Int ?? 0) > 1 << 20)
    #expect(machine["host"] is String && machine["system"] is String && machine["kernel"] is String)
    let libraries = try #require(clean["libraries"] as? [String: String])
    #expect(Set(libraries.keys).isSuperset(of: ["oneDNN", "libpng", "zlib", "libyaml"]))
    #expect((clean["data_digest"] as? String)?.count == 64)
    #expect(
      (clean["command"] as? [String])?.dropFirst()
        == ["run", "tiny.yaml", "--threads", "1", "--results", "clean"])
    #expect(clean["started"] is String && clean["threads"] as? Int == 1)
  }

  @Test
  func aTrialsSpecYamlAloneReproducesIt() throws {
    let place = try Place()
    let sweep = """
      sweep:
        axes: {latent.size: [2, 3], optimizer.learning_rate: [1e-3, 1e-2]}
        replicates: 2
      """
    try place.write("tiny.yaml", TinySpec(length: "2 epochs", more: sweep).yaml)
    #expect(try place.run("run", "tiny.yaml", "-q", "--jobs", "1").end == .exit(0))
    let trials = try "\(place.resultDirectory())/trials"
    let names = try FileManager.default.contentsOfDirectory(atPath: "\(place.path)/\(trials)")
    #expect(names.count == 8)
    for name in names.sorted().suffix(2) {
      try place.write("alone.yaml", place.bytes("\(trials)/\(name)/spec.yaml"))
      let environment = try place.json("\(trials)/\(name)/environment.json")
      let threads = try #require(environment["threads"] as? Int)
      let result = try place.run(
        "run", "alone.yaml", "-q", "--threads", "\(threads)", "--results", name)
      #expect(result.end == .exit(0))
      let directory = try #require(result.lines.first)
      for file in ["losses.csv", "samples/final.png"] {
        #expect(
          try place.bytes("\(directory)/\(file)") == place.bytes("\(trials)/\(name)/\(file)"),
          "\(name) \(file)")
      }
    }
  }
}
