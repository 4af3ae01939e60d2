import Foundation
import Spec
import Testing

@Test func aFileOnDiskExtendsItsNeighbour() throws {
  let folder = FileManager.default.temporaryDirectory.appending(
    path: "spec-\(UUID().uuidString)/base")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder.deletingLastPathComponent()) }
  try goodSpec.write(to: folder.appending(path: "a.yaml"), atomically: true, encoding: .utf8)
  let child = folder.deletingLastPathComponent().appending(path: "b.yaml")
  try "extends: base/a.yaml\nname: child".write(to: child, atomically: true, encoding: .utf8)
  let spec = try loadExperiment(path: child.path(), vocabulary: vocabulary).get()
  #expect(spec.name == "child")
  #expect(spec.data.batch == 512)
  #expect(spec.data.batchOrigin.source.name.hasSuffix("base/a.yaml"))
}

@Test(arguments: [
  ("no/such.yaml", "cannot read no/such.yaml: No such file or directory"),
  ("/", "cannot read /: Is a directory"),
  ("/dev/zero", "the file has more than 1000000 bytes; a spec has at most 1 MB"),
])
func whatCannotBeReadIsNamed(_ path: String, _ words: String) {
  guard case .failure(let diagnostics) = loadExperiment(path: path, vocabulary: vocabulary) else {
    Issue.record("loaded")
    return
  }
  #expect(diagnostics.rendered() == "\(path): error: \(words)")
}
