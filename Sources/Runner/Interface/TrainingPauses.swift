/// The time of a run that is not training: measuring, painting, saving.
///
/// A rate over some seconds would jump with each of them, and the time left with it. Here they are taken
/// out of the rate, and spread over the rounds between one and the next.
struct TrainingPauses: Sendable {
  private enum Kind: Hashable { case row, picture, measurement, checkpoint }

  private struct Tally {
    var seconds = 0.0
    /// Rounds after which there was one, and the first and the last of them.
    var count = 0
    var first = 0
    var last = 0

    /// Seconds for each round; 0 until it is known how far apart they are.
    var secondsARound: Double {
      guard count > 1 else { return 0 }
      return seconds / Double(count) * Double(count - 1) / Double(last - first)
    }
  }

  /// All of them so far.
  private(set) var seconds = 0.0
  private var step = 0
  private var lastEvent: Double?
  private var tallies: [Kind: Tally] = [:]

  /// What they come to, for each round still to be played.
  var secondsARound: Double { tallies.values.reduce(0) { $0 + $1.secondsARound } }

  mutating func note(_ event: RunEvent, at time: Double) {
    defer { lastEvent = time }
    switch event {
    case .row: add(.row, upTo: time)
    case .picture: add(.picture, upTo: time)
    case .measured: add(.measurement, upTo: time)
    case .checkpoint: add(.checkpoint, upTo: time)
    case .round(let progress): step = progress.step
    case .started, .resumed, .grown, .warning, .ended: break
    }
  }

  private mutating func add(_ kind: Kind, upTo time: Double) {
    // The first word of a process comes after its preparations.
    guard let lastEvent, step > 0 else { return }
    let passed = max(0, time - lastEvent)
    seconds += passed
    var tally = tallies[kind] ?? Tally(first: step)
    tally.seconds += passed
    // Several pictures may belong to one round.
    if tally.count == 0 || tally.last != step { tally.count += 1 }
    tally.last = step
    tallies[kind] = tally
  }
}
