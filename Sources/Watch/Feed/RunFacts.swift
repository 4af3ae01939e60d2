import Results
import RunFormat
import Spec

/// What is said of one run above its curves.
struct RunFacts: Sendable {
  private var facts: [(name: String, text: String)] = []

  init(_ watch: RunWatch, _ trial: PlannedTrial?) {
    let (run, status) = (watch.run, watch.run.status)
    func add(_ name: String, _ parts: [String?]) {
      let text = parts.compactMap(\.self).joined(separator: ", ")
      if !text.isEmpty { facts.append((name, text)) }
    }
    add("progress", ["step \(run.progress)", status?.epoch.map { "epoch \($0)" }])
    add(
      "time",
      [
        status?.duration.map { durationText(seconds: $0) },
        watch.secondsLeft.map { "about \(durationText(seconds: Int(min($0, 1e9)))) left" },
        watch.pace.map { "\(fixed($0, decimals: $0 < 10 ? 2 : 0)) steps/s" },
      ])
    add("started", [status?.started.map { "\($0.short) UTC" }])
    if let trial {
      add("sets", trial.point.settings.map { "\($0.path) \($0.text)" } + ["seed \(trial.seed)"])
    }
    add("folder", [run.path])
  }

  var json: JSON { .list(facts.map { .list([.text($0.name), .text($0.text)]) }) }
}
