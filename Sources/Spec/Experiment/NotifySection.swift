/// Who is told when a run or a sweep has ended: a program of the file's own choice.
package struct NotifySection: Sendable, Hashable {
  /// What is worth telling.
  package enum Event: String, CaseIterable, Sendable, Hashable {
    /// Its whole length was played, or its sweep has ended it early.
    case finished
    case diverged, failed
    /// Saved before its end: `guards.max_time`, Ctrl-C, a signal.
    case interrupted
  }

  package let events: Set<Event>
  /// The program and its words, as they are; no shell looks at them.
  package let command: [String]
  /// After which the program is ended.
  package let seconds: Double
  /// Whether each trial of a sweep tells, besides the sweep.
  package let tellsTrials: Bool
}

extension NotifySection {
  private static let onKey = Field<[String]>(
    "on", .texts, default: .list([Event.finished, .diverged, .failed].map(\.rawValue)),
    "What is told: any of finished, diverged, failed and interrupted"
  ) {
    if case .texts(let words) = $0 { words } else { nil }
  }
  private static let execKey = Field<[String]>(
    "exec", .texts, default: nil,
    "The program to run, and its words: no shell, `~` or `$` of its own. It gets JSON on stdin and "
      + "GAN_EXP_EVENT, GAN_EXP_NAME, GAN_EXP_DIRECTORY and more in its environment"
  ) {
    if case .texts(let words) = $0 { words } else { nil }
  }
  private static let timeoutKey = Field<Double>(
    "timeout", .duration, default: .scalar("30s"), "After which it is ended"
  ) {
    if case .duration(let seconds) = $0 { seconds } else { nil }
  }
  private static let trialsKey = Field.flag(
    "trials", default: false, "Whether each trial of a sweep tells too, and not only the sweep")

  static let declaration = Declaration(
    "notify", "A program that is run when a run or a sweep ends; it changes nothing about them",
    details:
      "Whoever runs a file runs the program that it names: `gan-exp run --no-notify` runs none.",
    fields: [
      onKey.declaration, execKey.declaration, timeoutKey.declaration, trialsKey.declaration,
    ],
    example: "{on: [finished, failed], exec: [notify-send, gan-exp]}",
    check: { record in
      var found = record[onKey].filter { Event(rawValue: $0) == nil }.map { word in
        let words = Event.allCases.map(\.rawValue)
        return Objection(
          "on", "`\(word)` is nothing that is told",
          label: nearest(to: word, in: words).map { "did you mean `\($0)`?" }
            ?? "write any of \(words.joined(separator: ", "))")
      }
      if record[execKey].first?.isEmpty ?? true {
        found.append(
          Objection(
            "exec", "`exec` in notify names no program",
            label: "write [program, word, …], such as [notify-send, gan-exp]"))
      }
      if record[execKey].contains(where: { $0.utf8.contains(0) }) {
        found.append(Objection("exec", "a word of `exec` has a zero byte in it"))
      }
      if !(1...3600).contains(record[timeoutKey]) {
        found.append(Objection("timeout", "`timeout` in notify is between 1 s and 1 h"))
      }
      return found
    })

  init(_ record: Record) {
    events = Set(record[Self.onKey].compactMap(Event.init))
    command = record[Self.execKey]
    seconds = record[Self.timeoutKey]
    tellsTrials = record[Self.trialsKey]
  }
}
