import Foundation
import Testing

/// Experiments that README.md and docs show whole: each is one that can be run.
@Suite struct DocumentExampleTests {
  static let documents: [String] = {
    let names =
      (try? FileManager.default.contentsOfDirectory(atPath: "\(Program.package)/docs")) ?? []
    return ["README.md"] + names.filter { $0.hasSuffix(".md") }.sorted().map { "docs/\($0)" }
  }()

  /// Blocks of YAML that begin with a version, below a comment with the file's name where they have one.
  private func experiments(in document: String) throws -> [(name: String, text: String)] {
    let text = try String(contentsOfFile: "\(Program.package)/\(document)", encoding: .utf8)
    return text.matches(of: #/(?ms)^```yaml\n(.*?)^```$/#).compactMap { match in
      let text = String(match.1)
      guard let found = text.firstMatch(of: #/^(?:# (\S+\.yaml)\n)?version: 1\n/#) else {
        return nil
      }
      return (found.1.map(String.init) ?? "example.yaml", text)
    }
  }

  @Test(arguments: documents) func anExperimentThatIsShownIsValid(document: String) throws {
    let place = try Place()
    for (name, text) in try experiments(in: document) {
      try place.write(name, text)
      let result = try place.run("validate", name)
      #expect(result.end == .exit(0), "\(document): \(result.errors)")
    }
  }

  @Test func thereAreExperimentsInThem() throws {
    #expect(try experiments(in: "README.md").count >= 2)
    #expect(try experiments(in: "docs/from-a-paper.md").count == 1)
  }
}
