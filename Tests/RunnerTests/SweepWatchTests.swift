import Foundation
import ModelBuilder
import RunFormat
import Spec
import Testing

@testable import Runner

/// What somebody sees of a sweep while it plays.
struct SweepWatchTests {
  private static func trials(_ count: Int) throws -> [PlannedTrial] {
    let experiment = try TinyRun().experiment()
    return (0..<count).map { index in
      PlannedTrial(
        index: index,
        point: SweepPoint(
          settings: [
            .init(path: "latent.size", text: "\(index + 1)"),
            .init(path: "optimizer.learning_rate", text: "1e-3"),
          ], replicate: 0),
        experiment: experiment, dataDigest: "d\(index)", numericsVersion: 1)
    }
  }

  private static func sweep(_ scratch: Scratch, _ trials: [PlannedTrial]) throws -> SweepDirectory {
    let run = TinyRun()
    return try SweepDirectory.open(
      trials, of: try run.experiment(), merged: run.yaml, context: try run.setup("x").context,
      dataDigest: "d", results: scratch.path, fresh: false
    ).sweep
  }

  /// What a worker has said of itself.
  private func write(
    _ step: Int, losses: [RunStatus.Loss] = [], of trial: PlannedTrial, in sweep: SweepDirectory
  ) throws {
    let files = FileLayer()
    try files.makeDirectories(sweep.folder(trial))
    let status = RunStatus(.running, step: step, steps: 100, epoch: 1, losses: losses)
      .said(by: .current(), started: .now, at: .now)
    try files.replace("\(sweep.folder(trial))/status.json", with: status.json.fileBytes)
  }

  private func course(_ count: Int, running: Int, capacity: Int) -> SweepCourse {
    var course = SweepCourse(trials: count, SweepOptions(), capacity: capacity)
    for index in 0..<running { _ = course.began(index, JobID(index), at: 0) }
    return course
  }

  @Test func theFirstWordOfAWorkerTellsRoundsAndLossesAndTheSecondTheTimeLeft() throws {
    let scratch = try Scratch()
    let trials = try Self.trials(4)
    let sweep = try Self.sweep(scratch, trials)
    var eye = SweepWatch(nil)
    let course = course(4, running: 2, capacity: 2)
    #expect(eye.progress(of: sweep, course, at: 0).trials.isEmpty)

    let losses: [RunStatus.Loss] = [.init(name: "d_loss", value: 0.5)]
    try write(10, losses: losses, of: trials[0], in: sweep)
    try write(0, of: trials[1], in: sweep)
    let first = eye.progress(of: sweep, course, at: 10)
    #expect(first.trials.map(\.step) == [10, 0])
    #expect(first.trials[0].losses == losses)
    #expect(first.trials[0].steps == 100)
    #expect(first.secondsLeft == nil)

    // 20 rounds in 10 s, and a row that is newer than the word.
    try write(30, losses: losses, of: trials[0], in: sweep)
    try FileLayer().replace(
      "\(sweep.folder(trials[1]))/losses.csv",
      with: Array("step,epoch,images,d_loss,g_loss,d_real\n20,1,80,0.25,0.75,1\n".utf8))
    let second = eye.progress(of: sweep, course, at: 20)
    #expect(second.trials.map(\.step) == [30, 20])
    #expect(second.trials.map(\.secondsLeft) == [35, 40])
    #expect(second.trials[1].losses.map(\.name) == ["d_loss", "g_loss"])
    // 35 s and 40 s, and two trials of 50 s, by two at a time.
    #expect(second.secondsLeft.map { abs($0 - (35 + 40 + 100) / 2) < 1e-9 } == true)

    // Files are looked at once a second.
    try write(90, of: trials[0], in: sweep)
    #expect(eye.progress(of: sweep, course, at: 20.5).trials[0].step == 30)
    #expect(eye.progress(of: sweep, course, at: 21).trials[0].step == 90)
  }

  @Test(arguments: [true, false])
  func theBestOfThoseThatPlayAndThoseThatEndedIsKnown(_ minimizes: Bool) throws {
    let scratch = try Scratch()
    let trials = try Self.trials(3)
    let sweep = try Self.sweep(scratch, trials)
    var eye = SweepWatch(.init(metric: "fd", minimizes: minimizes))
    let course = course(3, running: 3, capacity: 3)
    for (index, values) in [[5.0, 3], [4, 8], [.nan]].enumerated() {
      try write(10, of: trials[index], in: sweep)
      let rows = values.enumerated().map { step, value in
        MetricsRow(
          step: step + 1, epoch: 1, images: 4, metric: "fd", value: value, samples: 8, seed: 0,
          weights: "raw", settings: "")
      }
      try FileLayer().replace(
        "\(sweep.folder(trials[index]))/metrics.csv",
        with: Array((MetricsRow.header + rows.map(\.csv).joined()).utf8))
    }
    let best = eye.progress(of: sweep, course, at: 0).best
    #expect(best?.trial.index == (minimizes ? 0 : 1))
    #expect(best?.value == (minimizes ? 3 : 8))
    #expect(best?.metric == "fd")
  }

  // MARK: How it is shown

  private func progress() throws -> SweepProgress {
    let trials = try Self.trials(3)
    return SweepProgress(
      done: 1, running: 2, count: 3, secondsLeft: 50,
      trials: [
        .init(
          trial: trials[1], step: 20, steps: 100,
          losses: [.init(name: "d_loss", value: 0.5), .init(name: "g_loss", value: 1.25)],
          secondsLeft: 40),
        .init(trial: trials[2], step: 0, steps: nil, losses: [], secondsLeft: nil),
      ], best: .init(trial: trials[0], metric: "sliced_wasserstein", value: 83.61234))
  }

  private func shown(
    _ style: ProgressDisplay.Style, _ events: [(Double, SweepEvent)]
  ) -> [String] {
    var (now, output) = (0.0, [String]())
    let display = SweepDisplay(style: style, clock: { now }, put: { output.append($0) })
    for (time, event) in events {
      now = time
      display.show(event)
    }
    return output
  }

  @Test func aTerminalHasALineForEachTrialThatPlaysAndOneForTheSweepInPlaceOfThoseBefore() throws {
    let progress = try progress()
    let trial = try Self.trials(3)[0]
    let output = shown(
      .terminal(columns: 100, colour: false),
      [
        (0, .waiting(progress)), (0.1, .waiting(progress)), (0.3, .waiting(progress)),
        (0.4, .ended(trial, .finished, seconds: 3)), (0.8, .waiting(progress)),
      ])
    let block = [
      "0001  round 20/100  d 0.500 g 1.250  40 s left  latent.size=2 learning_rate=1e-3",
      "0002  round 0/?                                 latent.size=3 learning_rate=1e-3",
      "1/3 trials done, 2 running  best 0000 sliced_wasserstein 83.61  50 s left",
    ].joined(separator: "\n")
    #expect(output.count == 5)
    #expect(output.first == "\r\u{1B}[K" + block)
    #expect(output[1] == "\r\u{1B}[2A\u{1B}[J" + block)
    // What stays takes the block's place, and the block comes again below.
    #expect(output[2] == "\r\u{1B}[2A\u{1B}[J")
    #expect(output[3] == "\(trial.name)  finished after 3 s\n")
    #expect(output[4] == "\r\u{1B}[K" + block)
  }

  @Test(arguments: [40, 60, 80, 160])
  func noLineIsWiderThanTheTerminal(_ columns: Int) throws {
    let output = shown(
      .terminal(columns: columns, colour: false), [(0, .waiting(try progress()))])
    let lines = try #require(output.first).replacing("\r\u{1B}[K", with: "").split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines.allSatisfy { $0.count < columns }, "\(lines)")
    #expect(lines[0].hasPrefix("0001  round 20/100"))
    #expect(lines[2].hasPrefix("1/3 trials done, 2 running"))
    #expect(lines[2].contains("best") == (columns > 60))
  }

  @Test func withoutATerminalThereIsALineEveryHalfMinute() throws {
    let progress = try progress()
    let times = stride(from: 0.0, through: 100, by: 0.5)
    let output = shown(
      .lines,
      [(0, .began(directory: "d", trials: 3, done: 1))] + times.map { ($0, .waiting(progress)) })
    #expect(output.count == 4)
    #expect(
      output.last
        == "1/3 trials done, 2 running  best 0000 sliced_wasserstein 83.61  50 s left  "
        + "(0001 round 20/100 d 0.500 g 1.250; 0002 round 0/?)\n")
  }

  // MARK: What a run says of itself, and leaves

  @Test func whileARunGoesItsStatusHasTheLossesOfItsLastRoundAndAtItsEndNone() throws {
    let scratch = try Scratch()
    let tiny = TinyRun()
    var setup = try tiny.setup(scratch.path)
    // Each look at the clock is 20 s later than the one before: every round has a heartbeat.
    let time = Clock()
    setup.clock = { time.next() }
    var seen: [(step: Int, losses: [RunStatus.Loss])] = []
    var rounds: [Int: [Float]] = [:]
    var folder = ""
    let outcome = try train(setup) { event in
      switch event {
      case .started(let directory, _, _): folder = directory
      case .round(let progress):
        rounds[progress.step] = progress.losses.map(\.value)
        guard let bytes = FileManager.default.contents(atPath: "\(folder)/status.json"),
          let json = try? JSON(parsing: [UInt8](bytes))
        else { return }
        let status = RunStatus(json)
        if let step = status.step, step > 0 { seen.append((step, status.losses)) }
      case _: break
      }
    }
    #expect(!seen.isEmpty)
    for (step, losses) in seen {
      #expect(losses.map(\.name) == ["d_loss", "g_loss"])
      #expect(losses.map { Float($0.value) } == rounds[step])
    }
    let end = try #require(FileManager.default.contents(atPath: "\(outcome.directory)/status.json"))
    #expect(RunStatus(try JSON(parsing: [UInt8](end))).losses.isEmpty)
  }

  private final class Clock: @unchecked Sendable {
    private var now = 0.0
    func next() -> Double {
      now += 20
      return now
    }
  }

  @Test(arguments: [
    "{every: 1 epochs, keep: {last: 2}}", "{every: 1 epochs, keep: {last: 5}}", "none",
    "{every: 1 steps, keep: {last: 1, milestones: 2 epochs}}",
  ])
  func whatCheckpointsTakeIsKnownBeforehand(_ checkpoint: String) throws {
    let scratch = try Scratch()
    var tiny = TinyRun(checkpoint: checkpoint)
    tiny.length = "4 epochs"
    let setup = try tiny.setup(scratch.path)
    let need = DiskNeed(
      setup.program, try Timetable(setup.program, imageCount: setup.data.sampleCount))
    let folder = try train(setup).directory + "/checkpoints"
    let saved = try FileManager.default.contentsOfDirectory(atPath: folder).filter {
      $0.hasPrefix("step-")
    }
    #expect(need.count == saved.count, "\(saved)")
    for name in saved {
      let files = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(name)")
      let bytes = try files.filter { $0.hasSuffix(".safetensors") }.reduce(0) { sum, file in
        let facts = try FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)/\(file)")
        return sum + (facts[.size] as? Int ?? 0)
      }
      // Behind a header a file.
      #expect(bytes >= need.checkpoint && bytes < need.checkpoint + 6_000, "\(bytes) \(need)")
    }
  }
}
