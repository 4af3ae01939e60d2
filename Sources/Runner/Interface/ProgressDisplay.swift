import CLibrary
import RunFormat

/// Says on stderr how a run goes: one line redrawn in place on a terminal, else a line now and then.
package final class ProgressDisplay {
  package enum Style: Sendable, Hashable {
    case quiet
    /// A plain line every half minute.
    case lines
    /// One line redrawn in place, so many columns wide.
    case terminal(columns: Int, colour: Bool)
  }

  private static let redrawInterval = 0.25
  private static let lineInterval = 30.0
  /// Rates are those of the last so many seconds.
  private static let rateWindow = 10.0

  private let style: Style
  private let verbose: Bool
  private let clock: () -> Double
  private let put: (String) -> Void
  /// Times at which so many rounds and images were done, oldest first: without what was not training.
  private var marks: [(time: Double, step: Int, images: Int)] = []
  private var pauses = TrainingPauses()
  /// What is counted: `img/s`.
  private var unit = "img"
  private var lastDrawn = -Double.infinity
  private var lineIsOpen = false

  package init(
    style: Style, verbose: Bool = false, clock: @escaping () -> Double = monotonicSeconds,
    put: @escaping (String) -> Void
  ) {
    (self.style, self.verbose, self.clock, self.put) = (style, verbose, clock, put)
  }

  /// The style that suits stderr and the environment: `TERM=dumb` and `NO_COLOR` are respected.
  package static func style(quiet: Bool) -> Style {
    if quiet { return .quiet }
    func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
    guard isatty(STDERR_FILENO) == 1, variable("TERM") ?? "dumb" != "dumb" else { return .lines }
    var size = winsize()
    let known = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    let wished = variable("COLUMNS").flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
    return .terminal(
      columns: wished ?? (known ? Int(size.ws_col) : 80),
      colour: (variable("NO_COLOR") ?? "").isEmpty)
  }

  package func show(_ event: RunEvent) {
    pauses.note(event, at: clock())
    switch event {
    case .started(let directory, let timetable, let format):
      if case .vector = format { unit = format.plural }
      say(
        "\(directory): \(grouped(timetable.rounds)) rounds, "
          + "\(grouped(timetable.imageCount)) \(format.plural) an epoch")
    case .resumed(let step): say("going on after step \(grouped(step))")
    case .grown(let words):
      // The rounds before were other ones, and the next begins with the making of its graphs.
      marks = []
      say(words)
    case .round(let progress): show(progress)
    case .row(let row): if verbose { say("row \(row.csv.dropLast())") }
    case .picture(let path): if verbose { say("picture \(path)") }
    case .measured(let rows):
      if verbose { for row in rows { say("metric \(row.csv.dropLast())") } }
    case .checkpoint(let path): if verbose { say("checkpoint \(path)") }
    case .warning(let text): say(emphasized("warning: \(text)"), evenWhenQuiet: true)
    case .ended(let outcome):
      closeLine()
      if let message = outcome.message { say(emphasized(message), evenWhenQuiet: true) }
    }
  }

  private func show(_ progress: RoundProgress) {
    let now = clock()
    let trained = now - pauses.seconds
    marks.append((trained, progress.step, progress.images))
    while marks.count > 2, trained - marks[1].time >= Self.rateWindow { marks.removeFirst() }
    let isLast = progress.step == progress.steps
    switch style {
    case .quiet: return
    case .lines:
      guard isLast || now - lastDrawn >= Self.lineInterval else { return }
      put(line(progress, width: nil) + "\n")
    case .terminal(let columns, _):
      guard isLast || now - lastDrawn >= Self.redrawInterval else { return }
      put("\r\u{1B}[K" + line(progress, width: columns - 1))
      lineIsOpen = true
    }
    lastDrawn = now
  }

  private func line(_ progress: RoundProgress, width: Int?) -> String {
    // What is missed least goes first where there is no room.
    var line = FittedLine()
    line.add("epoch \(progress.epoch)/\(progress.epochs)", dispensability: 3)
    line.add("round \(progress.step)/\(progress.steps)")
    let losses = progress.losses.map { "\($0.column.owner) \(threeDecimals($0.value))" }
    if !losses.isEmpty { line.add(losses.joined(separator: " "), dispensability: 1) }
    if let first = marks.first, let last = marks.last, last.step > first.step {
      let seconds = max(last.time - first.time, 1e-9)
      let perRound = seconds / Double(last.step - first.step)
      line.add(
        perRound < 0.00995
          ? "\(fixed(perRound * 1000, decimals: 1)) ms/round"
          : "\(Int((perRound * 1000).rounded())) ms/round", dispensability: 4)
      line.add(
        "\(grouped(Int(Double(last.images - first.images) / seconds))) \(unit)/s",
        dispensability: 5)
      let left = Double(progress.steps - progress.step) * (perRound + pauses.secondsARound)
      if progress.step < progress.steps { line.add("\(Duration.words(left)) left") }
    }
    return line.text(width: width)
  }

  private func say(_ text: String, evenWhenQuiet: Bool = false) {
    guard style != .quiet || evenWhenQuiet else { return }
    closeLine()
    put(text + "\n")
  }

  private func closeLine() {
    if lineIsOpen { put("\n") }
    lineIsOpen = false
  }

  private func emphasized(_ text: String) -> String {
    if case .terminal(_, colour: true) = style { return "\u{1B}[33m\(text)\u{1B}[0m" }
    return text
  }
}

func threeDecimals(_ value: Float) -> String {
  value.isFinite && abs(value) < 1e6
    ? fixed(Double(value), decimals: 3, trimmed: false) : "\(value)"
}
