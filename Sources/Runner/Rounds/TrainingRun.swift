import ModelBuilder
import RunFormat
import Spec
import TensorCore

/// One run, from its first round to its end.
final class TrainingRun {
  private static let heartbeatSeconds = 15.0

  private let setup: RunSetup
  private let watch: (RunEvent) -> Void
  private let experiment: Experiment
  private let timetable: Timetable
  private let player: RoundPlayer
  private let recorder: RunRecorder
  private let directory: RunDirectory

  /// Rounds played.
  private var step = 0
  private var lastBeat: Double
  /// What the last round came to that was waited for.
  private var lastLosses: [RoundProgress.Loss] = []
  /// Results of moves that were found not to be finite, and what was said of them.
  private var (seen, reported): (Set<String>, Set<String>) = ([], [])

  init(_ setup: RunSetup, watch: @escaping (RunEvent) -> Void) throws(RunError) {
    (self.setup, self.watch) = (setup, watch)
    experiment = setup.program.experiment
    timetable = try Timetable(setup.program, imageCount: setup.data.sampleCount)
    try setup.checkDisk(at: setup.directory ?? setup.results)
    player = try RoundPlayer(
      setup.program, data: setup.data, timetable: timetable, backend: setup.backend,
      start: setup.start)
    let painters = try SamplePainters(
      setup.program, setup.data, session: player.session, at: player.moment(after: 0))
    let evaluation = try Evaluation(
      setup.program, setup.data, session: player.session, threads: setup.context.threads,
      at: player.moment(after: 0))
    directory = try Self.directory(setup, steps: timetable.rounds)
    recorder = RunRecorder(
      setup, timetable, player, painters, evaluation, directory, watch: watch)
    lastBeat = setup.clock()
    do throws(RunError) {
      step = try recorder.begin()
      try directory.writeStatus(status(.running))
      try recorder.writeRealPicture()
    } catch {
      if let superseded = attempt(directory.claim.check) { throw superseded }
      if setup.directory == nil {
        directory.discard()
      } else {
        endClaim(status(.failed, reason: "\(error)", cause: error.cause), error.exitCode)
      }
      throw error
    }
  }

  /// A new directory, or the one in which the run goes on.
  private static func directory(_ setup: RunSetup, steps: Int) throws(RunError) -> RunDirectory {
    let experiment = setup.program.experiment
    let work = RunDirectory.Work(
      experiment: experiment,
      specText: setup.specText ?? experiment.source.lines.joined(separator: "\n"),
      context: setup.context, products: setup.backend.products(setup.program.products),
      dataDigest: setup.data.digest,
      weightsDigest: setup.start.digest, skipped: setup.data.skipped,
      unread: setup.data.unread,
      steps: steps, process: setup.process, lostAfter: setup.lostAfter,
      leavesEnded: setup.leavesEnded)
    guard let place = setup.directory else {
      return try RunDirectory.create(in: setup.results, work, files: setup.files)
    }
    _ = try RunDirectory.changes(in: place, to: experiment, steps: steps, setup.files)
    try DroppedFiles.requireNone(in: place, setup.files)
    return try RunDirectory.take(place, work, files: setup.files)
  }

  /// The whole game.
  func play() -> RunOutcome {
    watch(.started(directory: directory.path, timetable, of: setup.program.format))
    let outcome: RunOutcome
    do throws(RunError) {
      let isNew = directory.claim.number == 1
      try recorder.log(
        isNew
          ? "started: \(timetable.rounds) rounds"
          : "attempt \(directory.claim.number): going on after step \(step) of \(timetable.rounds)")
      if isNew { try logWarnings() } else { watch(.resumed(step: step)) }
      for note in setup.data.notes { try recorder.log("data: \(note)") }
      for note in setup.start.notes { try recorder.log(note) }
      for warning in setup.data.warnings { try recorder.warn(warning) }
      if let remark = setup.program.remark(on: setup.backend) { try recorder.warn(remark) }
      if let shortfall = player.levels?.shortfall,
        !setup.program.warnings.contains(where: { $0.message == shortfall })
      {
        try recorder.warn(shortfall)
      }
      outcome = try end(try playRounds())
    } catch {
      outcome = fail(error)
    }
    watch(.ended(outcome))
    return outcome
  }

  /// What its command has said of the spec, for whoever reads the directory later.
  private func logWarnings() throws(RunError) {
    let warnings = experiment.warnings + setup.program.warnings + setup.start.warnings
    for warning in Diagnostics(warnings).entries {
      try recorder.log("warning: \(warning.origin.place): \(warning.message)")
    }
  }

  private func playRounds() throws(RunError) -> RunOutcome.Ending {
    let first = step
    // The round before, where the device is still at it.
    var begun: BegunRound?
    while step < timetable.rounds {
      let signal = setup.interrupt()
      if signal != 0 {
        if let begun { try take(begun, after: step) }
        return .interrupted(signal: signal)
      }
      // However short the time, whoever is started again and again comes to the end.
      if let limit = experiment.guards.maxSeconds, step > first, recorder.elapsedHere >= limit {
        if let begun { try take(begun, after: step) }
        return .outOfTime(seconds: limit)
      }

      if let levels = player.levels, step == first || levels.stageBegins(inRound: step) {
        try recorder.tell(ofStage: levels.words(after: step), after: step)
      }
      let next = try player.begin(round: step)
      if let begun { try take(begun, after: step) }
      step += 1
      // What a heartbeat finds may end the run, with all its rounds counted in.
      guard next.isOver || isAnythingDue || isBeatDue else {
        begun = next
        continue
      }
      begun = nil
      try take(next, after: step)

      if timetable.isDue(experiment.record.log, after: step) { try writeRow() }
      if let period = experiment.record.histograms, timetable.isDue(period, after: step) {
        try recorder.writeHistograms(after: step)
      }
      try recorder.paintIfDue(after: step)
      if let evaluation = recorder.evaluation,
        timetable.isDue(evaluation.section.every, after: step)
      {
        try recorder.measure(after: step)
      }
      if recorder.isCheckpointDue(after: step) { try saveCheckpoint() }
      if recorder.lastMeasured == step, step < timetable.rounds,
        let reason = try setup.stopEarly()
      {
        return .stopped(reason)
      }
      try beat()
    }
    return .finished
  }

  /// Whether there is more to do after this round than to count its losses in.
  private var isAnythingDue: Bool {
    step == timetable.rounds || timetable.isDue(experiment.record.log, after: step)
      || experiment.record.histograms.map { timetable.isDue($0, after: step) } ?? false
      || recorder.isPictureDue(after: step)
      || recorder.evaluation.map { timetable.isDue($0.section.every, after: step) } ?? false
      || recorder.isCheckpointDue(after: step)
  }

  /// Waits for what a round came to, and counts it in.
  private func take(_ begun: BegunRound, after step: Int) throws(RunError) {
    let moves = try begun.results()
    recorder.add(moves)
    announce(moves, after: step)
    try check(moves, after: step)
  }

  private func announce(_ moves: [MoveResult], after step: Int) {
    lastLosses = recorder.lossColumns.compactMap { column in
      moves.last { $0.recorded[column] != nil }?.recorded[column].map {
        RoundProgress.Loss(column: column, value: $0)
      }
    }
    watch(
      .round(
        RoundProgress(
          step: step, steps: timetable.rounds, epoch: timetable.epoch(of: step),
          epochs: timetable.epochs, images: timetable.images(after: step), losses: lastLosses)))
  }

  private var isBeatDue: Bool { setup.clock() - lastBeat >= Self.heartbeatSeconds }

  private func beat() throws(RunError) {
    guard isBeatDue else { return }
    lastBeat = setup.clock()
    try directory.beat(status(.running))
    try setup.checkDisk(at: directory.path)
  }

  private func status(
    _ state: RunStatus.State, reason: String? = nil, cause: String? = nil
  ) -> RunStatus {
    RunStatus(
      state, step: step, steps: timetable.rounds,
      epoch: step == 0 ? 0 : timetable.epoch(of: step), reason: reason, cause: cause,
      // Of one that has ended losses.csv tells more.
      losses: state == .running
        ? lastLosses.filter(\.value.isFinite).map {
          RunStatus.Loss(name: $0.column.rawValue, value: Double($0.value))
        } : [])
  }

  // MARK: Guards

  private func writeRow() throws(RunError) {
    try recorder.writeRow(after: step)
    if let found = try player.findNonFiniteState() { try report(found, after: step) }
  }

  /// A checkpoint of the present weights, unless they are not finite.
  private func saveCheckpoint() throws(RunError) {
    if let found = try player.findNonFiniteState() {
      try report(found, after: step)
      try recorder.warn("no checkpoint at step \(step): \(found.name) is not finite")
      return
    }
    try recorder.saveCheckpoint(after: step)
  }

  private func check(_ moves: [MoveResult], after step: Int) throws(RunError) {
    guard let found = NonFinite(in: moves), seen.insert(found.name).inserted else { return }
    // What comes out is known every round; where it comes from is worth a look only now.
    guard let state = try player.findNonFiniteState() else { return try report(found, after: step) }
    try report(
      NonFinite(name: "\(found.name) (and \(state.name))", value: found.value), after: step)
  }

  private func report(_ found: NonFinite, after step: Int) throws(RunError) {
    switch experiment.guards.nonFinite {
    case .stop: throw .diverged(step: step, tensor: found.name, value: found.value)
    case .warn:
      guard reported.insert(found.name).inserted else { return }
      try recorder.warn(
        "step \(step): \(found.name) is \(found.value); going on (guards.non_finite: warn)")
    }
  }

  // MARK: Endings

  private func end(_ ending: RunOutcome.Ending) throws(RunError) -> RunOutcome {
    let isFinal =
      switch ending {
      case .finished, .stopped: true
      case .outOfTime, .interrupted, .diverged, .failed, .superseded: false
      }
    // Whoever goes on from here, after an interruption or to make the run longer, writes the rows of
    // a run that never stopped: the checkpoint keeps an unfinished row, and knows of no last one.
    try saveCheckpoint()
    if isFinal {
      if recorder.hasUnwrittenRounds { try writeRow() }
      try recorder.measureLast(after: step)
      try recorder.paint(RunRecorder.finalPicture, after: step)
      try recorder.tellEnd(.succeeded, after: step)
      // Before the end is told: whoever dies here comes by again.
      try recorder.keepOfFinishedTrial()
    }
    try recorder.drawCurves()
    let outcome = outcome(ending)
    try recorder.log(outcome.message ?? "finished")
    try recorder.log(
      "\(fixed(recorder.waited, decimals: 3)) of \(fixed(recorder.elapsed, decimals: 1)) s "
        + "went by waiting for data")
    let state: RunStatus.State =
      if case .stopped = ending { .stopped } else { isFinal ? .finished : .interrupted }
    let status = status(state, reason: outcome.message)
    try directory.writeStatus(status)
    if isFinal {
      try directory.secureAll()
      try directory.claim.publish(result(status, outcome.exitCode))
    } else {
      endClaim(status, outcome.exitCode)
    }
    return outcome
  }

  private func result(_ status: RunStatus, _ exitCode: Int32) -> JSON {
    status.result(
      exitCode: exitCode, attempt: directory.claim.number, seconds: recorder.elapsed,
      recording: recorder.cost.json, ended: .now)
  }

  /// A claim that cannot be given back ends with the process.
  private func endClaim(_ status: RunStatus, _ exitCode: Int32) {
    attempt { () throws(RunError) in try directory.claim.end(result(status, exitCode)) }
  }

  private func outcome(_ ending: RunOutcome.Ending) -> RunOutcome {
    RunOutcome(
      ending: ending, directory: directory.path, step: step,
      checkpoint: recorder.lastCheckpoint?.path, picture: recorder.lastPicture)
  }

  /// Leaves what can be left. Nothing in here may hide `error`.
  private func fail(_ error: RunError) -> RunOutcome {
    if let superseded = attempt(directory.claim.check) { return outcome(.superseded(superseded)) }
    switch error {
    case .superseded: return outcome(.superseded(error))
    case .diverged:
      let failure = attempt { () throws(RunError) in try leaveLastFinite() }
      if let failure { return leave(.failed(failure), .failed, cause: failure.cause) }
      return leave(.diverged(error), .diverged, cause: nil)
    case .diskLow:
      // There is less room than asked for, but some.
      attempt { () throws(RunError) in try saveCheckpoint() }
      return leave(.failed(error), .failed, cause: error.cause)
    case .file, .data, .damaged, .request, .device, .scheduler, .schedulerFull, .locked, .changed,
      .sweepChanged:
      return leave(.failed(error), .failed, cause: error.cause)
    }
  }

  private func leave(
    _ ending: RunOutcome.Ending, _ state: RunStatus.State, cause: String?
  ) -> RunOutcome {
    let outcome = outcome(ending)
    let status = status(state, reason: outcome.message, cause: cause)
    attempt { () throws(RunError) in try recorder.log(outcome.message ?? "ended") }
    attempt { () throws(RunError) in try recorder.tellEnd(.failed, after: step) }
    directory.writeLastStatus(status)
    if case .diverged = ending {
      attempt { () throws(RunError) in
        try directory.secureAll()
        try directory.claim.publish(result(status, outcome.exitCode))
      }
    } else {
      endClaim(status, outcome.exitCode)
    }
    return outcome
  }

  /// A grid by the last weights that were good: those of the newest checkpoint, or the first ones.
  private func leaveLastFinite() throws(RunError) {
    if recorder.hasUnwrittenRounds { try recorder.writeLosses(after: step) }
    let program = setup.program
    let generator = program.states.filter {
      program.sampledNetworks.contains($0.network) && $0.role != .optimizer
    }
    var moment = player.moment(after: 0)
    if let checkpoint = try directory.latestCheckpoint() {
      try checkpoint.restore(generator, into: player.session)
      moment = checkpoint.growth
    } else {
      for state in generator {
        let tensor = setup.start.first(state, seed: experiment.seed)
        try onDevice { () throws(BackendError) in try player.session.write(state.name, tensor) }
      }
    }
    try recorder.paint("last-finite.png", after: step, at: moment)
    try recorder.drawCurves()
  }

  @discardableResult
  private func attempt(_ body: () throws(RunError) -> Void) -> RunError? {
    do throws(RunError) {
      try body()
      return nil
    } catch {
      return error
    }
  }
}

extension RunSetup {
  /// Fails where less is free than the guards ask for.
  func checkDisk(at path: String) throws(RunError) {
    try files.requireFree(program.experiment.guards.minFreeDiskBytes, at: path)
  }
}

extension RunError {
  /// The word for status.json.
  fileprivate var cause: String {
    switch self {
    case .file, .diskLow: "disk"
    case .data: "data"
    case .diverged: "diverged"
    case .damaged: "checkpoint"
    case .request: "request"
    case .device: "device"
    case .scheduler, .schedulerFull: "scheduler"
    case .locked, .superseded: "locked"
    case .changed, .sweepChanged: "spec"
    }
  }
}
