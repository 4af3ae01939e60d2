import Foundation
import RunFormat
import Spec
import Testing

@testable import Runner

/// Which worker of a sweep computes where.
@Suite struct WorkerPlacesTests {
  @Test func workersSpreadOverThePlacesAndTakeThoseThatAreLeft() {
    var places = WorkerPlaces([["CARD": "a"], ["CARD": "b"]])
    for job in 0..<4 { places.take(places.next, by: job) }
    #expect(places.next == 0)
    places.leave(by: 1)
    #expect(places.next == 1)
    #expect(
      places.environment(["CARD": "x", "HOME": "/home"], at: 1) == ["CARD=b", "HOME=/home"])
  }

  /// A worker that tells what it is given, instead of gan-exp.
  @Test func aWorkerHasTheEnvironmentOfItsPlaceAndOfThisProcess() throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "places-\(UUID().uuidString)"
    ).path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try FileManager.default.createDirectory(
      atPath: folder + "/logs", withIntermediateDirectories: true)
    let program = folder + "/worker"
    try "#!/bin/sh\necho \"$CUDA_VISIBLE_DEVICES of $PATH\"\n".write(
      toFile: program, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
    var engine = LocalEngine(
      program: program, arguments: [], sweep: folder, jobs: 2,
      places: WorkerPlaces([
        ["CUDA_VISIBLE_DEVICES": "3"], ["CUDA_VISIBLE_DEVICES": "GPU-5"],
      ]))
    let experiment = try TinyRun().experiment()
    let trials = (0..<3).map { index in
      PlannedTrial(
        index: index, point: SweepPoint(settings: [], replicate: index), experiment: experiment,
        dataDigest: "d", numericsVersion: 1)
    }
    var seen: [String] = []
    func isOver(_ states: [JobID: JobState]) -> Bool { !states.values.contains(.alive) }
    _ = try engine.submit(Array(trials.prefix(2)))
    while !isOver(engine.poll()) { usleep(1000) }
    // Both places are free again.
    _ = try engine.submit([trials[2]])
    while !isOver(engine.poll()) { usleep(1000) }
    for trial in trials {
      seen.append(try String(contentsOfFile: "\(folder)/logs/\(trial.name).txt", encoding: .utf8))
    }
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    #expect(seen == ["3 of \(path)\n", "GPU-5 of \(path)\n", "3 of \(path)\n"])
  }
}
