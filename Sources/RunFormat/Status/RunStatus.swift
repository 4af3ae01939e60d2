import Spec

/// What a run is doing, or how it ended: status.json.
///
/// `running` is only what its process said last: whoever reads it asks ``state(for:)``, which looks
/// whether that process lives and how old the heartbeat is.
package struct RunStatus: Sendable, Hashable {
  package enum State: String, Sendable, CaseIterable {
    /// `stopped`: ended by its sweep before its time, because others do better.
    case running, finished, stopped, interrupted, diverged, failed
  }

  /// As it was written; a word of another version is none of ``State``.
  package let word: String?
  package let step: Int?
  package let steps: Int?
  package let epoch: Int?
  /// Why it ended so, in a sentence; nil while all is well.
  package let reason: String?
  /// `disk`, `device`, `data`: what kind of failure, for `failed`.
  package let cause: String?
  package let started: Moment?
  package let heartbeat: Moment?
  package let process: ProcessIdentity?
  /// The losses of the last round that was looked at, of a run that goes on.
  package let losses: [Loss]

  /// A column of losses.csv in one round.
  package struct Loss: Sendable, Hashable {
    package let name: String
    package let value: Double

    package init(name: String, value: Double) { (self.name, self.value) = (name, value) }
  }

  package init(
    _ state: State, step: Int, steps: Int, epoch: Int, reason: String? = nil, cause: String? = nil,
    losses: [Loss] = []
  ) {
    (word, self.step, self.steps, self.epoch) = (state.rawValue, step, steps, epoch)
    (self.reason, self.cause, self.losses) = (reason, cause, losses)
    (started, heartbeat, process) = (nil, nil, nil)
  }

  private init(
    _ status: RunStatus, process: ProcessIdentity, started: Moment, heartbeat: Moment
  ) {
    (word, step, steps, epoch) = (status.word, status.step, status.steps, status.epoch)
    (reason, cause, losses) = (status.reason, status.cause, status.losses)
    (self.process, self.started, self.heartbeat) = (process, started, heartbeat)
  }

  /// The same, said by a process at a moment.
  package func said(by process: ProcessIdentity, started: Moment, at heartbeat: Moment) -> RunStatus
  {
    RunStatus(self, process: process, started: started, heartbeat: heartbeat)
  }

  package var state: State? { word.flatMap(State.init) }

  // MARK: As a file

  package var json: JSON {
    .object(
      JSON.map([
        "state": word.map(JSON.text), "step": step.map(JSON.integer),
        "steps": steps.map(JSON.integer), "epoch": epoch.map(JSON.integer),
        "heartbeat": heartbeat.map { .text($0.iso) }, "started": started.map { .text($0.iso) },
        "cause": cause.map(JSON.text), "reason": reason.map(JSON.text),
        "losses": losses.isEmpty
          ? nil : .object(losses.map { ($0.name, JSON.number($0.value)) }),
      ]).members.orEmpty + (process?.json.members).orEmpty)
  }

  /// What a file says; what it does not say, or says in another form, is nil.
  package init(_ json: JSON) {
    word = json["state"]?.string
    (step, steps, epoch) = (json["step"]?.int, json["steps"]?.int, json["epoch"]?.int)
    (reason, cause) = (json["reason"]?.string, json["cause"]?.string)
    started = json["started"]?.string.flatMap { Moment($0) }
    heartbeat = json["heartbeat"]?.string.flatMap { Moment($0) }
    process = ProcessIdentity(json)
    losses = (json["losses"]?.members ?? []).compactMap { name, value in
      value.double.map { Loss(name: name, value: $0) }
    }
  }

  /// The last word of an attempt, and of a run that has come to its end: end.json, result.json.
  package func result(
    exitCode: Int32, attempt: Int, seconds: Double, recording: JSON, ended: Moment
  ) -> JSON {
    .map([
      "state": word.map(JSON.text), "exit_code": .integer(Int(exitCode)),
      "step": step.map(JSON.integer), "steps": steps.map(JSON.integer),
      "epoch": epoch.map(JSON.integer), "cause": cause.map(JSON.text),
      "reason": reason.map(JSON.text), "attempt": .integer(attempt),
      "seconds": .number((seconds * 1000).rounded() / 1000), "recording": recording,
      "ended": .text(ended.iso),
    ])
  }

  // MARK: As a reader takes it

  /// A process writes its status every 15 s, and between two rounds only.
  static let heartbeatLimit = Int(RunClaim.lostAfter)

  /// Whether a process that can be seen, or a fresh word from where it cannot, still stands behind the
  /// run, silent or not.
  package func mayBeAlive(for reader: Reader) -> Bool {
    guard state == .running else { return false }
    return process.flatMap(reader.isAlive) ?? isFresh(reader)
  }

  private func isFresh(_ reader: Reader) -> Bool {
    guard let heartbeat else { return false }
    return reader.now.seconds - heartbeat.seconds <= Self.heartbeatLimit
  }

  package func state(for reader: Reader) -> RunState {
    switch state {
    case .running:
      guard isFresh(reader), mayBeAlive(for: reader) else { return .interrupted(wasRunning: true) }
      let host = process.flatMap { reader.isAlive($0) == nil ? $0.host : nil }
      return .running(elsewhere: host)
    case .finished: return .finished
    case .interrupted: return .interrupted(wasRunning: false)
    case .stopped: return .stopped
    case .diverged: return .diverged
    case .failed: return .failed
    case nil: return word.map { .other(String($0.prefix(24))) } ?? .unknown
    }
  }

  /// Seconds from the start to the last word.
  package var duration: Int? {
    guard let started, let heartbeat else { return nil }
    return max(0, heartbeat.seconds - started.seconds)
  }
}

extension Optional where Wrapped == [(String, JSON)] {
  fileprivate var orEmpty: [(String, JSON)] { self ?? [] }
}
