import CLibrary
import Foundation
import Testing

@Suite
struct SignalTests {
  private func longRun() throws -> Place {
    let place = try Place()
    var spec = TinySpec()
    spec.length = "1M steps"
    spec.record = "{log: 10 steps, samples: none, checkpoint: {every: 10 epochs}}"
    try place.write("tiny.yaml", spec.yaml)
    return place
  }

  @Test(arguments: [(SIGINT, 130), (SIGTERM, 143), (SIGHUP, 129)] as [(Int32, Int32)])
  func ctrlCSIGTERMAndSIGHUPTheRoundIsFinishedAndSavedAndWhatToDoNextIsSaid(
    signal: Int32, code: Int32
  ) throws {
    let place = try longRun()
    let run = try place.start(["run", "tiny.yaml", "--threads", "1"])
    try run.wait(for: "the first rows") { rows(place) > 3 }
    run.send(signal)
    let result = try run.finish(limit: 20)
    #expect(result.end == .exit(code))

    let directory = try place.resultDirectory()
    let status = try place.json("\(directory)/status.json")
    #expect(status["state"] as? String == "interrupted")
    let step = try #require(status["step"] as? Int)
    let name = "step-" + String(repeating: "0", count: 8 - "\(step)".count) + "\(step)"
    #expect(try place.text("\(directory)/checkpoints/latest") == "\(name)\n")
    #expect(
      result.errors.hasSuffix(
        """
        interrupted after step \(step); saved: \(directory)/checkpoints/\(name); to go on: \
        gan-exp resume \(directory)

        """))
    #expect(result.output == "\(directory)\n")
    #expect(try place.run("sample", "@last", "--to", "now.png").end == .exit(0))

    let resumed = try place.start(["resume", "@last", "-q", "--threads", "1"])
    try resumed.wait(for: "more rows") { rows(place) > step / 10 + 3 }
    resumed.send(signal)
    #expect(try resumed.finish(limit: 20).end == .exit(code))
    let steps = try place.text("\(directory)/losses.csv").split(separator: "\n").dropFirst()
      .compactMap { $0.split(separator: ",").first.flatMap { Int($0) } }
    #expect(steps == (1...steps.count).map { $0 * 10 }, "no gaps, no duplicates")
  }

  /// The naive interpreter takes longer for one of these rounds than anybody waits.
  @Test
  func secondCtrlCExitAtOnce() throws {
    let place = try Place()
    var spec = TinySpec()
    spec.batch = "64"
    spec.width = "4000"
    try place.write("tiny.yaml", spec.yaml)
    let run = try place.start(["run", "tiny.yaml", "--device", "reference"])
    try run.wait(for: "the start") {
      (try? place.text("\(place.resultDirectory())/log.txt"))?.contains("started") == true
    }
    run.send(SIGINT)
    usleep(300_000)
    #expect(run.isAlive, "the first one waits for the end of the round")
    run.send(SIGINT)
    let result = try run.finish(limit: 5)
    #expect(result.end == .exit(130))
    let directory = try place.resultDirectory()
    #expect(try place.json("\(directory)/status.json")["state"] as? String == "running")
    #expect(!place.exists("\(directory)/checkpoints/latest"))
  }

  @Test
  func aReaderOfStderrThatGoesAwayDoesNotTakeTheRunWithIt() throws {
    let place = try Place()
    try place.write("tiny.yaml", TinySpec().yaml)
    let result = try place.start(
      ["run", "tiny.yaml", "-v", "--threads", "1"],
      by: ["/bin/bash", "-c", #"exec "$@" 2> >(exec true)"#, "bash"]
    ).finish()
    #expect(result.end == .exit(0))
    let directory = try place.resultDirectory()
    #expect(try place.json("\(directory)/status.json")["state"] as? String == "finished")
  }

  @Test(arguments: ["2>&1 > /dev/null | head -1", "2>&1 | head -1", "2>&1 | true"])
  func aReaderThatGoesAwayDoesNotTakeTheSweepWithIt(_ reader: String) throws {
    let place = try Place()
    let sweep = "sweep: {axes: {latent.size: [2, 3, 4]}}"
    try place.write("tiny.yaml", TinySpec(length: "1 epochs", more: sweep).yaml)
    func play(_ words: String...) throws -> Finished {
      let line = #""$@" \#(reader) > /dev/null; exit ${PIPESTATUS[0]}"#
      return try place.start(
        words + ["--jobs", "1", "--threads", "1"], by: ["/bin/bash", "-c", line, "bash"]
      ).finish(limit: 120)
    }
    func finished() throws -> Int {
      try place.text("\(try place.resultDirectory())/summary.csv").split(separator: "\n")
        .count { $0.contains(",finished,") }
    }
    #expect(try play("run", "tiny.yaml", "--only", "0,1").end == .exit(0))
    #expect(try finished() == 2)
    #expect(try play("resume", try place.resultDirectory()).end == .exit(0))
    #expect(try finished() == 3)
  }

  private func rows(_ place: Place) -> Int {
    let losses = try? place.text("\(place.resultDirectory())/losses.csv")
    return losses?.split(separator: "\n").count ?? 0
  }
}
