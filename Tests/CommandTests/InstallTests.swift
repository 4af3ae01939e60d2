import Foundation
import Testing

/// The script that lies in an archive of the program, `.ci/install`.
@Suite struct InstallTests {
  /// An unpacked archive with a program of one line in it.
  private func archive() throws -> Place {
    let place = try Place()
    let files = [
      "share/man/man1/gan-exp.1", "share/bash-completion/completions/gan-exp",
      "share/zsh/site-functions/_gan-exp", "share/fish/vendor_completions.d/gan-exp.fish",
      "lib/gan-exp/libdnnl.so.3", "share/gan-exp/experiments/classic/gan.yaml",
      "share/doc/gan-exp/LICENSE",
    ]
    for file in files + ["bin/gan-exp"] {
      try place.makeFolder("new/" + file.split(separator: "/").dropLast().joined(separator: "/"))
      try place.write("new/" + file, file)
    }
    try place.write("new/bin/gan-exp", "#!/bin/sh\necho gan-exp 9.9.9\n")
    try place.use("chmod", "755", "new/bin/gan-exp")
    try place.use("cp", "\(Program.package)/.ci/install", "new/install")
    return place
  }

  private func files(_ place: Place, _ folder: String) -> Set<String> {
    let all =
      (try? FileManager.default.subpathsOfDirectory(atPath: "\(place.path)/\(folder)")) ?? []
    return Set(
      all.filter { name in
        var isFolder: ObjCBool = false
        let path = "\(place.path)/\(folder)/\(name)"
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
          && !isFolder.boolValue
      })
  }

  @Test func allGoesBelowThePrefixAndGoesAgainLeavingWhatIsNotOurs() throws {
    let place = try archive()
    try place.makeFolder("to/bin")
    try place.write("to/bin/other", "theirs")
    let prefix = "\(place.path)/to"
    for _ in 0..<2 {
      let result = try place.launch(["sh", "new/install", "--prefix", prefix]).finish()
      #expect(result.end == .exit(0), "\(result.errors)")
      #expect(
        result.output.hasPrefix("\(prefix)/bin/gan-exp: gan-exp 9.9.9\n  PATH does not have it"))
      #expect(
        files(place, "to") == files(place, "new").subtracting(["install"]).union(["bin/other"]))
    }
    #expect(try place.launch(["\(prefix)/bin/gan-exp"]).finish().output == "gan-exp 9.9.9\n")
    let gone = try place.launch(["sh", "new/install", "--uninstall", "--prefix=\(prefix)"]).finish()
    #expect(gone.end == .exit(0))
    #expect(files(place, "to") == ["bin/other"])
    let again = try place.launch(["sh", "new/install", "--uninstall", "--prefix", prefix]).finish()
    #expect(again.end == .exit(4) && again.errors == "install: there is no gan-exp in \(prefix)\n")
  }

  @Test func nothingIsInstalledThatDoesNotRunOrIsNotWhole() throws {
    let place = try archive()
    let prefix = "\(place.path)/to"
    try place.write("new/bin/gan-exp", "#!/bin/sh\necho no such library >&2\nexit 127\n")
    try place.use("chmod", "755", "new/bin/gan-exp")
    let broken = try place.launch(["sh", "new/install", "--prefix", prefix]).finish()
    #expect(broken.end == .exit(4))
    #expect(broken.errors == "install: it does not run here: no such library\n")
    try FileManager.default.removeItem(atPath: "\(place.path)/new/share/man")
    let part = try place.launch(["sh", "new/install", "--prefix", prefix]).finish()
    #expect(part.end == .exit(4) && part.errors.contains("gan-exp.1 is missing"))
    let relative = try place.launch(["sh", "new/install", "--prefix", "to"]).finish()
    #expect(relative.end == .exit(2) && relative.errors.contains("wants an absolute folder"))
    #expect(!place.exists("to"))
  }
}
