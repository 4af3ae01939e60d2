import Foundation
import Testing

/// The commands as on a terminal, which `script` of util-linux pretends to be.
@Suite(
  .enabled(
    if: FileManager.default.isExecutableFile(atPath: "/usr/bin/script"), "there is no `script`"))
struct TerminalTests {
  /// What appears on the screen, stdout and stderr together.
  private func shown(
    _ place: Place, _ line: String, variables: [String: String] = [:]
  ) throws -> (end: End, text: String) {
    place.environment = variables
    let result = try place.launch(
      ["script", "-qec", "'\(Program.path)' \(line)", "/dev/null"]
    ).finish()
    return (result.end, result.output)
  }

  @Test(
    arguments: [
      (["TERM": "xterm"], true), (["TERM": "xterm", "NO_COLOR": ""], true),
      (["TERM": "xterm", "NO_COLOR": "1"], false), (["TERM": "dumb"], false), ([:], false),
    ] as [([String: String], Bool)])
  func errorsHaveColoursOnATerminalUnlessNOCOLOROrTERMDumbAsksForNone(
    variables: [String: String], coloured: Bool
  ) throws {
    let place = try Place()
    try place.write("tiny.yaml", "version: 2\n")
    let (end, text) = try shown(place, "validate tiny.yaml", variables: variables)
    #expect(end == .exit(3))
    #expect(text.contains("\u{1B}[1;31merror: ") == coloured)
    #expect(text.contains("\u{1B}") == coloured)
    #expect(text.contains("`version` in the spec must be exactly 1"))
  }

  @Test
  func aRunDrawsOneLineInPlaceAndLeavesItWholeBeforeItsResult() throws {
    let place = try Place()
    try place.write("tiny.yaml", TinySpec().yaml)
    let (code, text) = try shown(
      place, "run tiny.yaml --threads 1", variables: ["TERM": "xterm"])
    #expect(code == .exit(0))
    #expect(text.contains("\r\u{1B}[Kepoch 1/3"))
    let lines = text.components(separatedBy: "\r\n")
    let directory = try place.resultDirectory()
    let end = try #require(lines.firstIndex { $0.hasPrefix("samples: ") })
    #expect(lines[end...].prefix(2) == ["samples: \(directory)/samples/final.png", directory])
    #expect(lines[end + 2].hasPrefix("next: gan-exp show "))
    let progress = lines[end - 1]
    let last = try #require(progress.components(separatedBy: "\r\u{1B}[K").last)
    #expect(last.hasPrefix("epoch 3/3  round 12/12  d "))
    #expect(last.count <= 79)
  }

  @Test(arguments: [60, 80, 160])
  func aSweepDrawsALineForEachTrialAndOneForItselfWithinTheWidth(_ columns: Int) throws {
    let place = try Place()
    try place.write(
      "tiny.yaml",
      TinySpec(
        length: "6400 epochs", record: "{log: 40 steps, samples: none, checkpoint: none}",
        more: "sweep: {axes: {latent.size: [2, 3]}}"
      ).yaml)
    let (end, text) = try shown(
      place, "run tiny.yaml --threads 1 --jobs 2",
      variables: ["TERM": "xterm", "COLUMNS": "\(columns)"])
    #expect(end == .exit(0))
    let blocks = text.components(separatedBy: "\r\u{1B}[2A\u{1B}[J").dropFirst().compactMap {
      $0.components(separatedBy: "\u{1B}").first
    }.filter { $0.contains("trials done, 2 running") }
    #expect(!blocks.isEmpty, "\(text)")
    for block in blocks {
      let lines = block.components(separatedBy: "\r\n")
      #expect(lines.allSatisfy { $0.count < columns }, "\(block)")
      #expect(lines[0].contains(/^000[01]  round [0-9]+\/25600/), "\(block)")
    }
    #expect(
      blocks.contains { $0.contains(#/round [1-9][0-9]*/25600 +d [-.0-9]+ g /#) }, "\(blocks)")
  }
}
