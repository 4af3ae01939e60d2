import Foundation
import Testing

@Suite
struct ProfileTests {
  private struct Report: Decodable {
    struct Graph: Decodable {
      struct Memory: Decodable {
        var used: Int
        var least: Int
        var unshared: Int
      }
      struct Step: Decodable {
        var label: String
        var kind: String
        var operations: Int
        var bytes: Int
        var leastSeconds: Double
        var medianSeconds: Double
      }
      var moves: [String]
      var plays: Int
      var memory: Memory
      var steps: [Step]
    }
    var threads: Int
    var rounds: Int
    var seconds: Double
    var limits: [String: Double]
    var graphs: [Graph]
  }
  private struct Events: Decodable {
    struct Event: Decodable {
      var name: String
      var ph: String
      var ts: Double?
      var dur: Double?
    }
    var traceEvents: [Event]
  }

  @Test func everyStepOfARoundIsTimedAndItsWorkCounted() throws {
    let place = try Place()
    try place.write("tiny.yaml", TinySpec().yaml)
    let result = try place.run(
      "profile", "tiny.yaml", "--rounds", "2", "--threads", "1", "--json", "--chrome",
      "a/round.json")
    try #require(result.end == .exit(0), "\(result.errors)")
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let report = try decoder.decode(Report.self, from: Data(result.output.utf8))
    #expect(report.threads == 1 && report.rounds == 2)
    #expect(report.limits.values.allSatisfy { $0 > 1e8 && $0 < 1e14 })
    #expect(report.graphs.map(\.moves) == [["discriminator0", "generator0"]])
    #expect(report.graphs.map(\.plays) == [1])
    let steps = report.graphs.flatMap(\.steps)
    // 16 samples, 4 latents, 16 hidden units; 784 pixels of 16 hidden units: by hand.
    let products = steps.filter { $0.kind == "matmul" }
    #expect(products.contains { $0.operations == 2 * 16 * 4 * 16 })
    #expect(products.contains { $0.operations == 2 * 16 * 16 * 784 })
    #expect(
      products.contains { $0.operations == 2 * 16 * 4 * 16 && $0.bytes == 4 * (64 + 64 + 256) })
    #expect(steps.allSatisfy { $0.leastSeconds > 0 && $0.leastSeconds <= $0.medianSeconds })
    let sum = steps.reduce(0) { $0 + $1.leastSeconds }
    #expect(abs(report.seconds - sum) <= 1e-9 + 1e-6 * sum)
    for graph in report.graphs {
      #expect(graph.memory.least <= graph.memory.used && graph.memory.used < graph.memory.unshared)
    }
    let events = try JSONDecoder().decode(
      Events.self, from: Data(try place.bytes("a/round.json"))
    ).traceEvents
    #expect(events.filter { $0.ph == "X" }.map(\.name) == steps.map(\.label))
    #expect(events.filter { $0.ph == "M" }.count == report.graphs.count)
    // One after the other.
    let spans = events.filter { $0.ph == "X" }
    for (span, next) in zip(spans, spans.dropFirst()) {
      let (start, length) = (try #require(span.ts), try #require(span.dur))
      #expect(abs(start + length - (next.ts ?? -1)) < 1e-3)
    }
  }

  /// The critic's four moves draw anew: one graph, played four times.
  @Test func aGraphThatARoundPlaysSeveralTimesCountsAsOften() throws {
    let place = try Place()
    var spec = TinySpec()
    spec.length = "3 epochs, discriminator_steps: 4, latents: fresh"
    try place.write("tiny.yaml", spec.yaml)
    let result = try place.run(
      "profile", "tiny.yaml", "--rounds", "2", "--threads", "1", "--json", "--chrome", "round.json")
    try #require(result.end == .exit(0), "\(result.errors)")
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let report = try decoder.decode(Report.self, from: Data(result.output.utf8))
    let critics = (0..<4).map { "discriminator\($0)" }
    #expect(report.graphs.flatMap(\.moves).sorted() == critics + ["generator0"])
    let sum = report.graphs.reduce(0) { sum, graph in
      sum + Double(graph.plays) * graph.steps.reduce(0) { $0 + $1.leastSeconds }
    }
    #expect(abs(report.seconds - sum) <= 1e-9 + 1e-6 * sum)
    #expect(report.graphs.contains { $0.plays > 1 && $0.moves.count == $0.plays })
    let events = try JSONDecoder().decode(Events.self, from: Data(try place.bytes("round.json")))
    #expect(
      events.traceEvents.count { $0.ph == "X" }
        == report.graphs.reduce(0) { $0 + $1.plays * $1.steps.count })
  }

  @Test func theTableHasARowAStepAndOneAKind() throws {
    let place = try Place()
    try place.write("tiny.yaml", TinySpec().yaml)
    let result = try place.run("profile", "tiny.yaml", "--rounds", "1", "--threads", "1")
    try #require(result.end == .exit(0), "\(result.errors)")
    let lines = result.lines
    #expect(lines[0].hasPrefix("tiny: ") && lines[0].hasSuffix("1 thread"))
    #expect(lines[1].hasPrefix("limit: ") && lines[1].hasSuffix(" GFLOP/s"))
    let kinds = try #require(lines.firstIndex(of: "by kind"))
    #expect(lines[kinds + 1].split(separator: " ").first == "kind")
    #expect(lines[(kinds + 2)...].contains { $0.hasPrefix("matmul ") })
    #expect(lines[..<kinds].filter { $0.hasPrefix("matmul ") }.count > 8)
  }

  @Test func fewerVectorsAreUsedWhereThatIsAskedFor() throws {
    let place = try Place()
    try place.write("tiny.yaml", TinySpec().yaml)
    let result = try place.run(
      "profile", "tiny.yaml", "--rounds", "1", "--threads", "1", "--vectors", "baseline")
    try #require(result.end == .exit(0), "\(result.errors)")
    #expect(result.lines[0].hasSuffix("; baseline, 1 thread"))
    #expect(!result.output.contains("avx"))
  }

  @Test func whatCannotBeProfiledIsSaidBeforeAnythingIsPlayed() throws {
    let place = try Place()
    try place.write("tiny.yaml", TinySpec().yaml)
    for (words, said) in [
      (("--rounds", "0"), "--rounds takes a number from 1"),
      (("--device", "reference"), "profile times the steps of --device cpu"),
      (("--chrome", "round.png"), "name it round.json"),
      (("--vectors", "avx1024"), "'avx1024' is invalid for '--vectors <vectors>'"),
    ] {
      let result = try place.run("profile", "tiny.yaml", words.0, words.1)
      #expect(result.end == .exit(2), "\(words)")
      #expect(result.errors.contains(said), "\(result.errors)")
      #expect(result.output == "")
    }
  }
}
