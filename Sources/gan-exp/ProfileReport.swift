import CPUBackend
import Results
import RunFormat
import Spec

/// What `profile` found, and its forms: text, JSON, events for a viewer of traces.
struct ProfileReport {
  let name: String
  let threads: Int
  let rounds: Int
  let limits: MachineLimits
  /// By the moves that they make.
  let graphs: [(moves: String, execution: ExecutionProfile)]

  private var steps: [StepProfile] { graphs.flatMap(\.execution.steps) }
  /// Seconds of a round whose steps all take their least time.
  private var total: Double { steps.reduce(0) { $0 + $1.least } }

  func text(width: Int?) -> String {
    var text =
      "\(name): \(milliseconds(total)) ms a round, the least of \(rounds) rounds for each step; "
      + "\(threads) thread\(threads == 1 ? "" : "s")\n"
      + "limit: \(fixed(limits.operations * 1e-9, decimals: 0)) GFLOP/s, "
      + "\(fixed(limits.bytes * 1e-9, decimals: 1)) GB/s of memory; a product of 1024 x 1024 reaches "
      + "\(fixed(limits.product * 1e-9, decimals: 0)) GFLOP/s\n"
    for (moves, execution) in graphs {
      let time = execution.steps.reduce(0) { $0 + $1.least }
      let memory = execution.memory
      text +=
        "\n\(moves): \(milliseconds(time)) ms; arena \(ByteCount(memory.used)), at least "
        + "\(ByteCount(memory.least)), without sharing \(ByteCount(memory.unshared))\n"
      text += table("step", execution.steps.map { ($0.label, [$0]) }).aligned(width: width)
    }
    let kinds = Dictionary(grouping: steps, by: \.kind).sorted { least($0.value) > least($1.value) }
    return text + "\nby kind\n"
      + table("kind", kinds.map { ($0.key, $0.value) }).aligned(width: width)
  }

  private func table(_ title: String, _ rows: [(String, [StepProfile])]) -> Table {
    let numeric = ["ms", "share", "GFLOP", "GFLOP/s", "MB", "GB/s", "of limit"]
    return Table(
      columns: [Table.Column(title)] + numeric.map { Table.Column($0, isNumeric: true) },
      rows: rows.map { label, steps in
        let time = least(steps)
        let operations = Double(steps.reduce(0) { $0 + $1.work.operations })
        let bytes = Double(steps.reduce(0) { $0 + $1.work.bytes })
        let possible = steps.reduce(0) { $0 + limits.least($1.work) }
        let numbers = [
          milliseconds(time), percent(time / total),
          fixed(operations * 1e-9, decimals: 2, trimmed: false),
          fixed(operations / time * 1e-9, decimals: 0),
          fixed(bytes * 1e-6, decimals: 1, trimmed: false),
          fixed(bytes / time * 1e-9, decimals: 1, trimmed: false), percent(possible / time),
        ]
        return [.text(label)] + numbers.map { .text($0) }
      })
  }

  private func least(_ steps: [StepProfile]) -> Double { steps.reduce(0) { $0 + $1.least } }
  private func milliseconds(_ seconds: Double) -> String {
    fixed(seconds * 1e3, decimals: 3, trimmed: false)
  }
  private func percent(_ share: Double) -> String {
    "\(fixed(share * 100, decimals: 1, trimmed: false)) %"
  }

  var json: JSON {
    .map([
      "name": .text(name), "threads": .integer(threads), "rounds": .integer(rounds),
      "seconds": .number(total),
      "limits": .map([
        "operations_per_second": .number(limits.operations),
        "bytes_per_second": .number(limits.bytes),
        "product_operations_per_second": .number(limits.product),
      ]),
      "graphs": .list(
        graphs.map { moves, execution in
          .map([
            "moves": .text(moves),
            "memory": .map([
              "used": .integer(execution.memory.used), "least": .integer(execution.memory.least),
              "unshared": .integer(execution.memory.unshared),
            ]),
            "steps": .list(
              execution.steps.map { step in
                .map([
                  "label": .text(step.label), "kind": .text(step.kind),
                  "operations": .integer(step.work.operations),
                  "bytes": .integer(step.work.bytes), "least_seconds": .number(step.least),
                  "median_seconds": .number(step.median),
                  "share_of_limit": .number(limits.least(step.work) / step.least),
                ])
              }),
          ])
        }),
    ])
  }

  /// A round in the "trace event format": a graph is a thread, a step an event.
  var chromeTrace: JSON {
    var events: [JSON] = []
    var start = 0.0
    for (thread, (moves, execution)) in graphs.enumerated() {
      events.append(
        .map([
          "name": .text("thread_name"), "ph": .text("M"), "pid": .integer(1),
          "tid": .integer(thread), "args": .map(["name": .text(moves)]),
        ]))
      for step in execution.steps {
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
  fileprivate var median: Double { seconds.sorted()[seconds.count / 2] }
}
