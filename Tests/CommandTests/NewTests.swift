import Foundation
import Testing

/// `gan-exp new`: a file for somebody's pictures.
@Suite struct NewTests {
  /// Grids of digits as pictures.
  private func place(_ folders: [String], columns: Int = 4) throws -> Place {
    let place = try Place()
    for folder in folders {
      try place.makeFolder(folder)
      for number in 0..<3 {
        let made = try place.run(
          "data", "show", "{synthetic: {of: digits, count: 100}}", "--columns", "\(columns)",
          "--to", "\(folder)/\(number).png")
        #expect(made.end == .exit(0), "\(made.errors)")
      }
    }
    return place
  }

  @Test(arguments: ["dcgan", "lsgan", "wgan-gp", "sngan"], ["32", "64", "128"])
  func everyTemplateIsAFileThatFitsThePicturesAtEverySize(_ template: String, _ size: String) throws
  {
    let place = try place(["own/a", "own/b"])
    for words in [[], ["--without-classes"]] {
      let made = try place.start(
        ["new", "mine", "--from", template, "--data", "own", "--size", size] + words
      ).finish()
      #expect(made.end == .exit(0) && made.output == "mine.yaml\n", "\(made.errors)")
      let text = try place.text("mine.yaml")
      #expect(text.contains("labels: {classes: 2}") == words.isEmpty)
      #expect(
        text.hasPrefix("# yaml-language-server: $schema=./schema.json\n#\n# 6 grey pictures, "))
      let checked = try place.run("validate", "mine.yaml")
      #expect(checked.end == .exit(0) && checked.errors == "", "\(checked.errors)\n\(text)")
      // The networks meet the pictures: a trace of a round begins.
      let described = try place.run("describe", "mine.yaml")
      #expect(described.end == .exit(0) && described.output.contains("1×\(size)×\(size)"))
      try place.use("rm", "mine.yaml")
    }
  }

  @Test(arguments: ["dcgan", "lsgan", "wgan-gp", "sngan"])
  func whatItWritesTrains(template: String) throws {
    let place = try place(["own/a", "own/b"])
    let made = try place.run("new", "mine", "--from", template, "--data", "own", "--size", "32")
    #expect(made.errors.contains("next:\n  gan-exp describe mine.yaml"), "\(made.errors)")
    let run = try place.run(
      "run", "mine.yaml", "--set", "schedule.length=1 steps", "--set", "data.batch=2", "--set",
      "record.log=1 steps")
    #expect(run.end == .exit(0), "\(run.errors)")
    let folder = try #require(run.lines.first)
    #expect(try place.text("\(folder)/resolved.yaml").contains("size: 32"))
    // The critic knows nothing yet, and is not sure of it.
    let rows = try place.text("\(folder)/losses.csv").split(separator: "\n")
    let names = rows[0].split(separator: ",")
    let score = try #require(
      names.firstIndex(of: "d_real").map { rows[1].split(separator: ",")[$0] })
    #expect(abs(Double(score) ?? .infinity) < 3, "\(rows)")
  }

  @Test func knownSetsNeedNotBeHere() throws {
    let place = try Place()
    let cifar = try place.run("new", "c", "--from", "hinge", "--data", "cifar10")
    #expect(cifar.end == .exit(0), "\(cifar.errors)")
    let text = try place.text("c.yaml")
    #expect(text.contains("# cifar10: 3×32×32, 10 classes.\n# From the template sngan"))
    #expect(text.contains("  source: cifar10\n  range:") && text.contains("labels: {classes: 10}"))
    #expect(try place.run("validate", "c.yaml").errors == "")
    #expect(try place.run("new", "m", "--data", "mnist").end == .exit(0))
    #expect(try place.text("m.yaml").contains("  source: mnist\n  size: 32 #"))
    #expect(try place.run("validate", "m.yaml").errors == "")
  }

  @Test func nothingIsOverwrittenAndNothingIsWrittenInVain() throws {
    let place = try place(["own"])
    try place.write("mine.yaml", "mine")
    let there = try place.run("new", "mine", "--data", "own")
    #expect(there.end == .exit(4))
    #expect(there.errors.hasPrefix("error: mine.yaml is there already and is not overwritten\n"))
    #expect(try place.text("mine.yaml") == "mine")
    try place.makeFolder("empty")
    for (words, code, says) in [
      (["other", "--data", "empty"], 4, "error: empty: there is no picture in it"),
      (["other", "--data", "nowhere/"], 4, "error: nowhere/: there is no such folder or file\n"),
      (
        ["other", "--data", "onw/"], 4,
        "error: onw/: there is no such folder or file\n  = did you mean `own`?\n"
      ),
      (["other", "--data", "mnits"], 2, "source:1:1: error: unknown data source `mnits`"),
      (["other", "--data", "mine.yaml"], 2, "error: mine.yaml is an experiment file, and no data"),
      (
        ["other", "--from", "stylegan", "--data", "own"], 2,
        "error: there is no template `stylegan`"
      ),
      (["other"], 2, "error: --data says which pictures"),
      ([], 2, "error: Missing expected argument '<name>'"),
      (
        ["other", "--data", "own", "--size", "48"], 2, "error: --size takes 32, 64 or 128, not `48`"
      ),
      (["no/other", "--data", "own"], 4, "error: no/other.yaml: there is no folder no\n"),
      (
        ["other", "--data", "photos"], 4,
        "error: photos: there is no such folder or file\n"
      ),
      (
        ["other", "--data", "ow"], 4,
        "error: ow: there is no such folder or file\n  = did you mean `own`?\n  = looked at: ow, "
      ),
      (["other", "--data", "{synthetic: ring8}"], 2, "error: {synthetic: ring8} are vectors"),
    ] as [([String], Int32, String)] {
      let result = try place.start(["new"] + words).finish()
      #expect(result.end == .exit(code) && result.errors.hasPrefix(says), "\(result.errors)")
    }
    #expect(!place.exists("other.yaml") && !place.exists("no"))
    let list = try place.run("new", "--list")
    #expect(
      list.end == .exit(0) && list.lines.count == 5 && list.lines[0].hasPrefix("dcgan    conv"))
  }

  @Test(
    arguments: [
      (1, nil), (2, false), (3, true), (9, true), (129, true), (130, false),
    ] as [(Int, Bool?)])
  func whateverTheirNumberNoBatchIsOnePicture(_ count: Int, _ drops: Bool?) throws {
    let place = try place(["one"])
    try place.makeFolder("own")
    for number in 0..<count { try place.write("own/\(number).png", place.bytes("one/0.png")) }
    let made = try place.run("new", "mine", "--data", "own", "--size", "32")
    guard let drops else {
      #expect(
        made.end == .exit(4) && made.errors.hasPrefix("error: own: there is one picture in it"))
      return
    }
    #expect(made.end == .exit(0), "\(made.errors)")
    #expect(try place.text("mine.yaml").contains("\n  drop_last: true") == drops)
    let run = try place.run("run", "mine.yaml", "--set", "schedule.length=1 steps")
    #expect(run.end == .exit(0), "\(run.errors)")
  }

  @Test func aSourceAsInASpecIsWrittenAsItStands() throws {
    let place = try place(["own/a", "own/b"])
    let made = try place.run("new", "mine", "--data", "{folder: {path: own, labels: none}}")
    #expect(made.end == .exit(0), "\(made.errors)")
    #expect(
      try place.text("mine.yaml").contains("\n  source: {folder: {path: own, labels: none}}\n"))
    #expect(try place.run("validate", "mine.yaml").end == .exit(0))
    let lost = try place.run("new", "lost", "--data", "{folder: nowhere}")
    #expect(lost.end == .exit(4) && lost.errors.contains("Looked at:\n    ./nowhere"))
  }

  @Test func picturesAreLookedForWhereRunLooksForThem() throws {
    let place = try place(["dd/plain", "dd2/dd/plain"])
    try place.write("dd2/dd/plain/more.png", place.bytes("dd/plain/0.png"))
    let inside = try place.run("new", "a", "--data", "plain", "--data-dir", "dd", "--size", "32")
    #expect(inside.end == .exit(0), "\(inside.errors)")
    #expect(try place.text("a.yaml").contains("  source: {folder: plain}\n"))
    #expect(
      inside.errors.contains("  gan-exp describe a.yaml --data-dir dd ")
        && inside.errors.contains("  gan-exp run a.yaml --data-dir dd "))
    let described = try place.run("describe", "a.yaml", "--data-dir", "dd")
    #expect(described.end == .exit(0), "\(described.errors)")
    // What lies beside the file comes first.
    let beside = try place.run("new", "b", "--data", "dd/plain", "--data-dir", "dd2")
    #expect(beside.end == .exit(0), "\(beside.errors)")
    #expect(try place.text("b.yaml").contains("# 3 grey pictures"))
    #expect(!beside.errors.contains("--data-dir"))
    // In another folder the same words could mean another.
    try place.makeFolder("specs/plain")
    let other = try place.run("new", "specs/c", "--data", "plain", "--data-dir", "dd")
    #expect(other.end == .exit(0), "\(other.errors)")
    #expect(try place.text("specs/c.yaml").contains(#/{folder: /.*\/work\/dd\/plain}/#))
  }

  @Test(arguments: [("nl\nx", "\"nl\\nx\""), ("it's", "'it''s'"), ("null", "'null'")])
  func aFolderOfAnyNameIsReadAgain(_ folder: String, _ written: String) throws {
    let place = try place([folder])
    let made = try place.run("new", "x.yml", "--data", folder)
    #expect(made.end == .exit(0) && made.output == "x.yml\n", "\(made.errors)")
    let text = try place.text("x.yml")
    #expect(text.contains("\n  source: {folder: \(written)}\n") && text.contains("\nname: x\n"))
    let checked = try place.run("data", "check", "x.yml", "--preview", "none")
    #expect(checked.end == .exit(0), "\(checked.errors)")
  }

  @Test func inAnotherFolderThePathOfThePicturesIsWhole() throws {
    let place = try place(["own pictures"])
    try place.makeFolder("specs")
    let made = try place.run("new", "specs/mine", "--data", "own pictures")
    #expect(made.end == .exit(0) && made.output == "specs/mine.yaml\n")
    #expect(try place.text("specs/mine.yaml").contains(#/folder: '/.*\/work\/own pictures'}/#))
    let checked = try place.run("data", "check", "specs/mine.yaml", "--preview", "none")
    #expect(checked.end == .exit(0), "\(checked.errors)")
  }
}
