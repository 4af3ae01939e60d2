import ModelBuilder
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
  private let painter: GridPainter?
  private let directory: RunDirectory
  private let startTime: Double

  /// Rounds played.
  private var step = 0
  private var ledger = LossLedger()
  private var curves: [(epoch: Double, row: LossRow)] = []
  private var lastRow: (time: Double, images: Int)
  private var lastBeat: Double
  private var lastPicture: String?
  private var lastCheckpoint: (step: Int, path: String)?
  private var warned: Set<String> = []

  init(_ setup: RunSetup, watch: @escaping (RunEvent) -> Void) throws(RunError) {
    (self.setup, self.watch) = (setup, watch)
    experiment = setup.program.experiment
    timetable = try Timetable(experiment, imageCount: setup.data.images.count)
    try Self.checkDisk(setup, at: setup.results)
    player = try RoundPlayer(
      setup.program, data: setup.data, timetable: timetable, backend: setup.backend)
    let grid = experiment.record.samples.map {
      SampleGrid($0.grid, seed: $0.seed, classes: setup.program.experiment.labels?.classes)
    }
    if let grid {
      painter = try GridPainter(
        grid, setup.program, classNames: setup.data.classNames, session: player.session)
    } else {
      painter = nil
    }
    directory = try RunDirectory.create(
      in: setup.results, experiment, context: setup.context, dataDigest: setup.data.digest,
      files: setup.files)
    startTime = setup.clock()
    (lastRow, lastBeat) = ((startTime, 0), startTime)
    do throws(RunError) {
      try directory.writeStatus(status(.running))
      if let real = grid?.realPicture(setup.data, experiment) {
        try directory.writePicture("real.png", real)
      }
    } catch {
      try? setup.files.remove(directory.path)
      throw error
    }
  }

  /// The whole game.
  func play() -> RunOutcome {
    watch(.started(directory: directory.path, timetable))
    let outcome: RunOutcome
    do throws(RunError) {
      try directory.log("started: \(timetable.rounds) rounds")
      outcome = try end(try playRounds())
    } catch {
      outcome = fail(error)
    }
    watch(.ended(outcome))
    return outcome
  }

  private func playRounds() throws(RunError) -> RunOutcome.Ending {
    while step < timetable.rounds {
      let signal = setup.interrupt()
      if signal != 0 { return .interrupted(signal: signal) }
      if let limit = experiment.guards.maxSeconds, elapsed >= limit {
        return .outOfTime(seconds: limit)
      }

      let moves = try player.play(round: step)
      step += 1
      ledger.add(moves)
      announce(moves)
      try check(moves)

      if timetable.isDue(experiment.record.log, after: step) { try writeRow() }
      if let samples = experiment.record.samples,
        timetable.isDueForSamples(samples.every, after: step)
      {
        try paint(name(ofPicture: samples.every))
      }
      if let checkpoint = experiment.record.checkpoint,
        timetable.isDue(checkpoint.every, after: step)
      {
        try saveCheckpoint()
      }
      try beat()
    }
    return .finished
  }

  private var elapsed: Double { setup.clock() - startTime }

  private func announce(_ moves: [MoveResult]) {
    watch(
      .round(
        RoundProgress(
          step: step, steps: timetable.rounds, epoch: timetable.epoch(of: step),
          epochs: timetable.epochs, images: timetable.images(after: step),
          discriminatorLoss: moves.last { $0.player == .discriminator }?.loss,
          generatorLoss: moves.last { $0.player == .generator }?.loss)))
  }

  // MARK: What is recorded

  private func writeRow() throws(RunError) {
    let images = timetable.images(after: step)
    let row = ledger.takeRow(step: step, epoch: timetable.epoch(of: step), images: images)
    try directory.append("losses.csv", row.csv)
    let now = setup.clock()
    let rate = Double(images - lastRow.images) / max(now - lastRow.time, 1e-9)
    try directory.append(
      "timing.csv",
      "\(step),\(fixed(now - startTime, decimals: 3)),\(fixed(rate, decimals: 1))\n")
    lastRow = (now, images)
    curves.append((timetable.epochFraction(after: step), row))
    watch(.row(row))
    if let found = try player.findNonFiniteState() { try report(found) }
  }

  private func paint(_ name: String) throws(RunError) {
    guard let painter else { return }
    try Self.checkDisk(setup, at: directory.path)
    let path = try directory.writePicture(name, try painter.paint())
    lastPicture = path
    try directory.log("step \(step): samples/\(name)")
    try drawCurves()
    watch(.picture(path: path))
  }

  private func drawCurves() throws(RunError) {
    func points(_ column: LossLedger.Column) -> [LossChart.Point] {
      curves.compactMap { epoch, row in
        row[column].map { LossChart.Point(epoch: epoch, loss: $0) }
      }
    }
    try directory.write(
      "losses.svg",
      LossChart(
        title: experiment.name, discriminator: points(.discriminatorLoss),
        generator: points(.generatorLoss)
      ).svg)
  }

  private func name(ofPicture period: Period) -> String {
    switch period {
    case .epochs: "epoch-\(padded(timetable.finishedEpochs(after: step), 4)).png"
    case .steps: "step-\(padded(step, 8)).png"
    }
  }

  /// Saves the present weights, unless they are saved already or not finite.
  private func saveCheckpoint() throws(RunError) {
    if lastCheckpoint?.step == step { return }
    if let found = try player.findNonFiniteState() {
      try report(found)
      try warn("no checkpoint at step \(step): \(found.name) is not finite")
      return
    }
    let state = CheckpointState(
      step: step, epoch: timetable.epoch(of: step), images: timetable.images(after: step),
      batches: timetable.batches(after: step), seed: experiment.seed,
      format: setup.program.images, classNames: setup.data.classNames,
      dataDigest: setup.data.digest, pending: ledger.json)
    let path = try directory.saveCheckpoint(
      state, of: setup.program.states, read: player.read)
    lastCheckpoint = (step, path)
    try directory.log("step \(step): checkpoint")
    watch(.checkpoint(path: path))
    try directory.keepCheckpoints(experiment.record.checkpoint?.keepLast ?? 1)
    try Self.checkDisk(setup, at: directory.path)
  }

  private func beat() throws(RunError) {
    let now = setup.clock()
    guard now - lastBeat >= Self.heartbeatSeconds else { return }
    lastBeat = now
    try directory.writeStatus(status(.running))
    try Self.checkDisk(setup, at: directory.path)
  }

  private func status(
    _ state: RunStatus.State, reason: String? = nil, cause: String? = nil
  ) -> RunStatus {
    RunStatus(
      state: state, step: step, steps: timetable.rounds,
      epoch: step == 0 ? 0 : timetable.epoch(of: step), reason: reason, cause: cause)
  }

  // MARK: Guards

  private static func checkDisk(_ setup: RunSetup, at path: String) throws(RunError) {
    guard let limit = setup.program.experiment.guards.minFreeDiskBytes else { return }
    let free = try setup.files.freeBytes(at: path)
    if free < limit { throw .diskLow(path: path, free: free, limit: limit) }
  }

  private func check(_ moves: [MoveResult]) throws(RunError) {
    guard let found = NonFinite(in: moves), warned.insert(found.name).inserted else { return }
    // What comes out is known every round; where it comes from is worth a look only now.
    guard let state = try player.findNonFiniteState() else { return try report(found) }
    try report(NonFinite(name: "\(found.name) (and \(state.name))", value: found.value))
  }

  private func report(_ found: NonFinite) throws(RunError) {
    switch experiment.guards.nonFinite {
    case .stop: throw .diverged(step: step, tensor: found.name, value: found.value)
    case .warn:
      guard warned.insert(found.name).inserted else { return }
      try warn("step \(step): \(found.name) is \(found.value); going on (guards.non_finite: warn)")
    }
  }

  private func warn(_ text: String) throws(RunError) {
    guard warned.insert(text).inserted else { return }
    try directory.log("warning: \(text)")
    watch(.warning(text))
  }

  // MARK: Endings

  private func end(_ ending: RunOutcome.Ending) throws(RunError) -> RunOutcome {
    let isFinal =
      switch ending {
      case .finished, .outOfTime: true
      case .interrupted, .diverged, .failed: false
      }
    // An interrupted run keeps an unfinished row in its checkpoint, so that going on gives the rows
    // of a run that was never interrupted.
    if isFinal, !ledger.isEmpty { try writeRow() }
    try saveCheckpoint()
    if isFinal { try paint("final.png") }
    try drawCurves()
    let outcome = outcome(ending)
    try directory.log(outcome.message ?? "finished")
    try directory.writeStatus(status(isFinal ? .finished : .interrupted, reason: outcome.message))
    return outcome
  }

  private func outcome(_ ending: RunOutcome.Ending) -> RunOutcome {
    RunOutcome(
      ending: ending, directory: directory.path, step: step, checkpoint: lastCheckpoint?.path,
      picture: lastPicture)
  }

  /// Leaves what can be left. Nothing in here may hide `error`.
  private func fail(_ error: RunError) -> RunOutcome {
    switch error {
    case .diverged:
      let failure = attempt { () throws(RunError) in try leaveLastFinite() }
      if let failure { return leave(.failed(failure), .failed, cause: failure.cause) }
      return leave(.diverged(error), .diverged, cause: nil)
    case .diskLow:
      // There is less room than asked for, but some.
      attempt { () throws(RunError) in try saveCheckpoint() }
      return leave(.failed(error), .failed, cause: error.cause)
    case .file, .data, .damaged, .request, .device:
      return leave(.failed(error), .failed, cause: error.cause)
    }
  }

  private func leave(
    _ ending: RunOutcome.Ending, _ state: RunStatus.State, cause: String?
  ) -> RunOutcome {
    let outcome = outcome(ending)
    attempt { () throws(RunError) in try directory.log(outcome.message ?? "ended") }
    directory.writeLastStatus(status(state, reason: outcome.message, cause: cause))
    return outcome
  }

  /// A grid by the last weights that were good: those of the newest checkpoint, or the first ones.
  private func leaveLastFinite() throws(RunError) {
    if !ledger.isEmpty {
      let images = timetable.images(after: step)
      let row = ledger.takeRow(step: step, epoch: timetable.epoch(of: step), images: images)
      try directory.append("losses.csv", row.csv)
      curves.append((timetable.epochFraction(after: step), row))
    }
    let generator = setup.program.states.filter { $0.player == .generator && $0.role != .optimizer }
    if let checkpoint = try directory.latestCheckpoint() {
      try checkpoint.restore(generator, into: player.session)
    } else {
      for state in generator {
        let tensor = state.initialTensor(seed: experiment.seed)
        try onDevice { () throws(BackendError) in try player.session.write(state.name, tensor) }
      }
    }
    try paint("last-finite.png")
    try drawCurves()
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
    }
  }
}
