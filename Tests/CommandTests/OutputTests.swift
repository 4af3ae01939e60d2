import Foundation
import Testing

/// What commands write where they are told to, and to stdout.
struct OutputTests {
  private func placeWithRun() throws -> (place: Place, run: String) {
    let place = try Place()
    try place.write("tiny.yaml", TinySpec().yaml)
    #expect(try place.run("run", "tiny.yaml").end == .exit(0))
    return (place, try place.resultDirectory())
  }

  @Test func nothingGoesToStdoutPastTheOnePlaceThatChecksIt() throws {
    let folder = "\(Program.package)/Sources/gan-exp"
    for name in try FileManager.default.subpathsOfDirectory(atPath: folder)
    where name.hasSuffix(".swift") && name != "Output.swift" {
      let text = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
      #expect(!text.contains(#/[^.\w]print\(/#), "\(name)")
      // Of a child whose words nobody wants.
      let own = text.replacing("process.standardOutput = FileHandle.nullDevice", with: "")
      #expect(!own.contains("standardOutput"), "\(name)")
    }
  }

  #if os(Linux)
    @Test(arguments: [
      ["ls"], ["ls", "--json"], ["show"], ["compare", "--csv"], ["schema"], ["reference"],
      ["layers"],
      ["--help"], ["help", "run"], ["--version"], ["validate", "tiny.yaml"],
      ["describe", "tiny.yaml"], ["data", "check", "{synthetic: digits}", "--preview", "none"],
    ])
    func whatCannotBeWrittenToStdoutIsNoSuccess(_ words: [String]) throws {
      let (place, _) = try placeWithRun()
      let line = ([Program.path] + words).map { "'\($0)'" }.joined(separator: " ")
      let result = try place.launch(["/bin/sh", "-c", "\(line) > /dev/full"]).finish()
      #expect(result.end == .exit(4))
      #expect(result.errors == "error: stdout: cannot write: No space left on device\n")
    }
  #endif

  @Test func aReaderThatGoesAwayEndsNoTraining() throws {
    let place = try Place()
    try place.write("tiny.yaml", TinySpec().yaml)
    let sweep = "'\(Program.path)' run tiny.yaml --sweep 'latent.size=[2, 3]' 2>&1 | head -1"
    #expect(try place.launch(["/bin/sh", "-c", sweep]).finish().end == .exit(0))
    let directory = try place.resultDirectory()
    var tries = 0
    while try !place.exists("\(directory)/summary.csv")
      || place.text("\(directory)/summary.csv").components(separatedBy: "finished").count < 3,
      tries < 300
    {
      usleep(100_000)
      tries += 1
    }
    let summary = try place.text("\(directory)/summary.csv")
    #expect(summary.components(separatedBy: "finished").count == 3, "\(summary)")
  }

  @Test func whatIsOnTheDiskIsThereWhoeverStillListens() throws {
    let (place, run) = try placeWithRun()
    let (program, other) = (Program.path, try secondRun(place))
    for words in ["sample \(run)", "animate \(run)", "report", "trace tiny.yaml -o t.safetensors"] {
      let piped = "('\(program)' \(words); echo $? > code) | true"
      #expect(try place.launch(["/bin/sh", "-c", piped]).finish().end == .exit(0))
      #expect(try place.text("code") == "0\n", "\(words)")
    }
    // Both are gone, although nobody reads of the first.
    let removing = "('\(program)' rm --yes \(run) \(other); echo $? > code) | true"
    #expect(try place.launch(["/bin/sh", "-c", removing]).finish().end == .exit(0))
    #expect(!place.exists(run) && !place.exists(other))
  }

  private func secondRun(_ place: Place) throws -> String {
    let result = try place.run("run", "tiny.yaml", "--set", "seed=6", "--results", "others")
    return try #require(result.lines.first)
  }

  @Test func devicesAndLinksStayWhatTheyAre() throws {
    let (place, run) = try placeWithRun()
    try place.use("mkdir", "kept")
    try place.write("kept/grid.png", "old")
    try place.use("ln", "-s", "kept/grid.png", "link.png")
    try place.use("ln", "-s", "kept/new.svg", "dangling.svg")
    #expect(try place.run("sample", run, "--to", "/dev/null").end == .exit(0))
    #expect(try place.run("compare", run, "--curves", "/dev/null").end == .exit(0))
    try place.use("test", "-c", "/dev/null")
    #expect(try place.run("compare", run, "--grids", "link.png").end == .exit(0))
    #expect(try place.run("compare", run, "--curves", "dangling.svg").end == .exit(0))
    try place.use("test", "-L", "link.png")
    try place.use("test", "-L", "dangling.svg")
    #expect(try place.bytes("kept/grid.png").starts(with: [0x89, 0x50]))
    #expect(try place.text("kept/new.svg").contains("<svg"))
    let piped =
      "mkfifo pipe && (cat pipe | wc -c > size) & sleep 0.2; "
      + "'\(Program.path)' sample \(run) --to pipe && wait"
    #expect(try place.launch(["/bin/sh", "-c", piped]).finish().end == .exit(0))
    try place.use("test", "-p", "pipe")
    #expect(Int(try place.text("size").trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0 > 100)
  }

  @Test(arguments: [
    (["sample", "@last", "--to", "grid.gif"], "a PNG is written\n  = name it grid.png\n"),
    (["animate", "@last", "--to", "film.webm"], "a PNG is written\n  = name it film.png\n"),
    (["report", "--to", "page.pdf"], "an HTML page is written\n  = name it page.html\n"),
    (["compare", "--curves", "c.gif"], "an SVG is written\n  = name it c.svg\n"),
    (["compare", "--grids", "g.svg"], "a PNG is written\n  = name it g.png\n"),
    (
      ["trace", "tiny.yaml", "-o", "t.npz"],
      "a safetensors file is written\n  = name it t.safetensors\n"
    ),
    (
      ["sample", "@last", "--to", "results"],
      "results is a folder\n  = name the file: results/name.png\n"
    ),
  ])
  func aNameThatPromisesAnotherFormatIsRefused(_ words: [String], _ said: String) throws {
    let (place, _) = try placeWithRun()
    let before = try place.names()
    let result = try place.start(words).finish()
    #expect(result.end == .exit(2))
    #expect(result.errors.hasSuffix(said), "\(result.errors)")
    #expect(try place.names() == before)
  }

  @Test func namesMoveNoCursor() throws {
    let place = try Place()
    let name = "a\u{1B}[31mred\u{202E}\u{7}"
    try place.use("mkdir", "pics")
    try place.write("pics/\(name).png", "junk")
    let checked = try place.run("data", "check", "pics")
    #expect(checked.end == .exit(4))
    let said = checked.output + checked.errors
    #expect(!said.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" || $0 == "\u{202E}" })
    #expect(said.contains("a\\x1b[31mred\\u{202e}\\x07.png"), "\(said)")
  }

  @Test func whatIsPipedIsPlainASCII() throws {
    let (place, run) = try placeWithRun()
    #expect(try place.run("run", "tiny.yaml", "--set", "seed=6").end == .exit(0))
    for words in [["ls"], ["compare"], ["show", run], ["compare", "--baseline", run]] {
      let result = try place.start(words).finish()
      #expect(result.end == .exit(0))
      #expect(result.output.utf8.allSatisfy { $0 < 0x80 }, "\(words): \(result.output)")
    }
    #expect(try place.run("compare").output.contains(" +- "))
    #expect(try place.run("compare", "--md").output.contains(" ± "))
  }
}
