import CPUBackend
import Results
import RunFormat
import Spec

/// What `profile` found, and its forms: text, JSON, events for a viewer of traces.
struct ProfileReport {
  struct Graph {
    /// That it makes: `discriminator0`, `generator0`.
    let moves: [String]
    /// How often a round plays it.
    let plays: Int
    let execution: ExecutionProfile

    var title: String { moves.joined(separator: ", ") }
  }

  let name: String
  /// Vector instructions in use.
  let vectors: String
  let threads: Int
  let rounds: Int
  let limits: MachineLimits
  let graphs: [Graph]

  /// What steps come to in a round.
  private struct Sum {
    var seconds = 0.0
    var work = StepWork(operations: 0, bytes: 0)
    /// Seconds that the work takes at least.
    var possible = 0.0

    mutating func add(_ step: StepProfile, plays: Int, _ limits: MachineLimits) {
      seconds += Double(plays) * step.least
      work.operations += plays * step.work.operations
      work.bytes += plays * step.work.bytes
      possible += Double(plays) * limits.least(step.work)
    }
  }

  private func sum(_ steps: [StepProfile], plays: Int) -> Sum {
    var sum = Sum()
    for step in steps { sum.add(step, plays: plays, limits) }
    return sum
  }

  /// Seconds of a round whose steps all take their least time.
  private var total: Double {
    graphs.reduce(0) { $0 + sum($1.execution.steps, plays: $1.plays).seconds }
  }

  func text(width: Int?) -> String {
    var text =
      "\(name): \(milliseconds(total)) ms a round, the least of \(rounds) rounds for each step; "
      + "\(vectors), \(threads) thread\(threads == 1 ? "" : "s")\n"
      + "limit: \(fixed(limits.operations * 1e-9, decimals: 0)) GFLOP/s, "
      + "\(fixed(limits.bytes * 1e-9, decimals: 1)) GB/s of memory; a product of 1024 x 1024 reaches "
      + "\(fixed(limits.product * 1e-9, decimals: 0)) GFLOP/s\n"
    var kinds: [String: Sum] = [:]
    for graph in graphs {
      let (steps, memory) = (graph.execution.steps, graph.execution.memory)
      let time = sum(steps, plays: graph.plays).seconds
      text +=
        "\n\(graph.title): \(milliseconds(time)) ms"
        + (graph.plays > 1 ? " in \(graph.plays) executions, told together" : "")
        + "; arena \(ByteCount(memory.used)), at least \(ByteCount(memory.least)), without sharing "
        + "\(ByteCount(memory.unshared))\n"
      text += table("step", steps.map { ($0.label, sum([$0], plays: graph.plays)) })
        .aligned(width: width)
      for step in steps { kinds[step.kind, default: Sum()].add(step, plays: graph.plays, limits) }
    }
    let rows = kinds.sorted { ($1.value.seconds, $0.key) < ($0.value.seconds, $1.key) }
    return text + "\nby kind\n"
      + table("kind", rows.map { ($0.key, $0.value) }).aligned(width: width)
  }

  private func table(_ title: String, _ rows: [(String, Sum)]) -> Table {
    let numeric = ["ms", "share", "GFLOP", "GFLOP/s", "MB", "GB/s", "of limit"]
    let total = total
    return Table(
      columns: [Table.Column(title)] + numeric.map { Table.Column($0, isNumeric: true) },
      rows: rows.map { label, sum in
        let (time, work) = (sum.seconds, sum.work)
        func rate(_ text: String) -> String { time > 0 ? text : "–" }
        let numbers = [
          milliseconds(time), percent(time / total),
          fixed(Double(work.operations) * 1e-9, decimals: 2, trimmed: false),
          rate(fixed(Double(work.operations) / time * 1e-9, decimals: 0)),
          fixed(Double(work.bytes) * 1e-6, decimals: 1, trimmed: false),
          rate(fixed(Double(work.bytes) / time * 1e-9, decimals: 1, trimmed: false)),
          rate(percent(sum.possible / time)),
        ]
        return [.text(label)] + numbers.map { .text($0) }
      })
  }

  private func milliseconds(_ seconds: Double) -> String {
    fixed(seconds * 1e3, decimals: 3, trimmed: false)
  }
  private func percent(_ share: Double) -> String {
    "\(fixed(share * 100, decimals: 1, trimmed: false)) %"
  }

  var json: JSON {
    .map([
      "name": .text(name), "vectors": .text(vectors), "threads": .integer(threads),
      "rounds": .integer(rounds),
      "seconds": .number(total),
      "limits": .map([
        "operations_per_second": .number(limits.operations),
        "bytes_per_second": .number(limits.bytes),
        "product_operations_per_second": .number(limits.product),
      ]),
      "graphs": .list(
        graphs.map { graph in
          .map([
            "moves": .list(graph.moves.map(JSON.text)), "plays": .integer(graph.plays),
            "memory": .map([
              "used": .integer(graph.execution.memory.used),
              "least": .integer(graph.execution.memory.least),
              "unshared": .integer(graph.execution.memory.unshared),
            ]),
            "steps": .list(
              graph.execution.steps.map { step in
                .map([
                  "label": .text(step.label), "kind": .text(step.kind),
                  "operations": .integer(step.work.operations),
                  "bytes": .integer(step.work.bytes), "least_seconds": .number(step.least),
                  "median_seconds": .number(step.median),
                  "share_of_limit": step.least > 0
                    ? .number(limits.least(step.work) / step.least) : .null,
                ])
              }),
          ])
        }),
    ])
  }

  /// A round in the "trace event format": a graph is a thread, a step an event. Executions of a graph follow each other.
  var chromeTrace: JSON {
    var events: [JSON] = []
    var start = 0.0
    for (thread, graph) in graphs.enumerated() {
      events.append(
        .map([
          "name": .text("thread_name"), "ph": .text("M"), "pid": .integer(1),
          "tid": .integer(thread), "args": .map(["name": .text(graph.title)]),
        ]))
      for step in (0..<graph.plays).flatMap({ _ in graph.execution.steps }) {
        events.append(
          .map([
            "name": .text(step.label), "cat": .text(step.kind), "ph": .text("X"),
            "ts": .number(start * 1e6), "dur": .number(step.least * 1e6), "pid": .integer(1),
            "tid": .integer(thread),
            "args": .map([
              "operations": .integer(step.work.operations), "bytes": .integer(step.work.bytes),
            ]),
          ]))
        start += step.least
      }
    }
    return .map(["traceEvents": .list(events), "displayTimeUnit": .text("ms")])
  }
}

extension StepProfile {
  /// Seconds; 0 if it never ran.
  fileprivate var least: Double { seconds.min() ?? 0 }
  fileprivate var median: Double { seconds.isEmpty ? 0 : seconds.sorted()[seconds.count / 2] }
}
