import CLibrary
import Foundation
import Testing

@Suite("Signals")
struct SignalTests {
  private func longRun() throws -> Place {
    let place = try Place()
    var spec = TinySpec()
    spec.length = "1M steps"
    spec.record = "{log: 10 steps, samples: none, checkpoint: {every: 10 epochs}}"
    try place.write("tiny.yaml", spec.yaml)
    return place
  }

  @Test(
    "Ctrl-C, SIGTERM and SIGHUP: the round is finished and saved, and what to do next is said",
    arguments: [(SIGINT, 130), (SIGTERM, 143), (SIGHUP, 129)] as [(Int32, Int32)])
  func interrupted(signal: Int32, code: Int32) throws {
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
  @Test("second Ctrl-C: exit at once")
  func secondSignal() throws {
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

  @Test("a reader of stderr that goes away does not take the run with it")
  func brokenPipe() throws {
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

  private func rows(_ place: Place) -> Int {
    let losses = try? place.text("\(place.resultDirectory())/losses.csv")
    return losses?.split(separator: "\n").count ?? 0
  }
}
