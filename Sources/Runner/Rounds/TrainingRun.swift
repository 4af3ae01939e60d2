import Images
import ModelBuilder
import Spec
import TensorCore

/// One run, from its first round to its end.
final class TrainingRun {
  private static let heartbeatSeconds = 15.0
  private static let finalPicture = "final.png"

  private let setup: RunSetup
  private let watch: (RunEvent) -> Void
  private let experiment: Experiment
  private let timetable: Timetable
  private let player: RoundPlayer
  /// One for each set of the generator's weights; none where no pictures are asked for.
  private let painters: [(weights: Weights, painter: GridPainter)]
  private let evaluation: Evaluation?
  private let keepPolicy: KeepPolicy
  private let directory: RunDirectory
  private let startTime: Double

  /// Rounds played.
  private var step = 0
  private var ledger = LossLedger()
  private var events: EventLog?
  private var lastEvents: EventLog.Position?
  private var curves: [(epoch: Double, row: LossRow)] = []
  private var lastRow: (time: Double, images: Int)
  private var lastBeat: Double
  private var lastPicture: String?
  /// Of training, before this process began.
  private var secondsBefore = 0.0
  /// For data, before this process began.
  private var waitedBefore = 0.0
  private var lastCheckpoint: (step: Int, path: String)?
  /// What the objective has come to; nil without one.
  private var scores: ObjectiveValues?
  private var lastMeasured: Int?
  private var warned: Set<String> = []
  private var cost = RecordingCost()

  init(_ setup: RunSetup, watch: @escaping (RunEvent) -> Void) throws(RunError) {
    (self.setup, self.watch) = (setup, watch)
    experiment = setup.program.experiment
    timetable = try Timetable(experiment, imageCount: setup.data.samples.count)
    try Self.checkDisk(setup, at: setup.directory ?? setup.results)
    player = try RoundPlayer(
      setup.program, data: setup.data, timetable: timetable, backend: setup.backend)
    var realPicture: Raster?
    var painters: [(weights: Weights, painter: GridPainter)] = []
    if let samples = experiment.record.samples {
      let grid = SampleGrid(
        samples, of: setup.program.format, classes: experiment.labels?.classes)
      let picture = try SamplePicture(of: setup.program, grid, real: setup.data)
      realPicture = picture.drawReal(
        grid.realIndices(setup.data, seed: experiment.seed), of: setup.data, grid)
      for weights in setup.program.weights {
        let painter = try GridPainter(
          grid, setup.program, picture, classNames: setup.data.classNames,
          session: player.session, weights: weights)
        painters.append((weights, painter))
      }
    }
    self.painters = painters
    evaluation = try Evaluation(
      setup.program, setup.data, session: player.session, threads: setup.context.threads)
    scores = experiment.metrics?.objective.map { ObjectiveValues($0) }
    keepPolicy = KeepPolicy(checkpoint: experiment.record.checkpoint, timetable: timetable)
    let work = RunDirectory.Work(
      experiment: experiment,
      specText: setup.specText ?? experiment.source.lines.joined(separator: "\n"),
      context: setup.context, dataDigest: setup.data.digest, skipped: setup.data.skipped,
      steps: timetable.rounds, process: setup.process, lostAfter: setup.lostAfter)
    if let place = setup.directory {
      _ = try RunDirectory.changes(
        in: place, to: experiment, steps: timetable.rounds, setup.files)
      directory = try RunDirectory.take(place, work, files: setup.files)
    } else {
      directory = try RunDirectory.create(in: setup.results, work, files: setup.files)
    }
    startTime = setup.clock()
    (lastRow, lastBeat) = ((startTime, 0), startTime)
    do throws(RunError) {
      try begin(realPicture: realPicture)
    } catch {
      if setup.directory == nil {
        try? setup.files.remove(directory.path)
      } else {
        endClaim(status(.failed, reason: "\(error)", cause: error.cause), error.exitCode)
      }
      throw error
    }
  }

  /// The files of a run that begins, or the place where one goes on.
  private func begin(realPicture: Raster?) throws(RunError) {
    let resumption = try Resumption.newest(
      of: directory.path, setup.program, dataDigest: setup.data.digest, session: player.session,
      files: setup.files)
    if let resumption {
      try directory.setRows(
        losses: resumption.losses, timing: resumption.timing,
        metrics: metricsTable(resumption.metrics))
      scores = scores.map { ObjectiveValues($0.objective, csv: resumption.metrics) }
      lastMeasured = MetricsRow.lastStep(in: resumption.metrics)
      for (folder, error) in resumption.passedOver {
        try warn("\(error); going on from step \(resumption.checkpoint.step)")
        try directory.setAside(folder)
      }
      (step, ledger) = (resumption.checkpoint.step, resumption.ledger)
      curves = resumption.rows.map { (timetable.epochFraction(after: $0.step), $0) }
      lastCheckpoint = (step, resumption.checkpoint.path)
      // Whoever died after putting it in place may have got no further.
      try directory.pointToLatest(resumption.checkpoint.path)
      lastRow.images = resumption.rows.last?.images ?? 0
      (secondsBefore, waitedBefore) = (resumption.seconds, resumption.waited)
    } else {
      try directory.setRows(
        losses: Array(LossRow.header.utf8), timing: RunDirectory.timingHeader,
        metrics: metricsTable([]))
    }
    lastEvents = resumption?.checkpoint.events
    try directory.cutEvents(to: lastEvents)
    if experiment.record.writesEvents {
      events = try EventLog(
        directory, setup.program, rounds: timetable.rounds, continuing: lastEvents, from: step)
    }
    try directory.keepCheckpoints(keepPolicy, scores)
    try directory.writeStatus(status(.running))
    if let realPicture { try directory.writePicture("real.png", realPicture) }
  }

  private func metricsTable(_ rows: [UInt8]) -> [UInt8]? {
    evaluation == nil ? nil : rows.isEmpty ? Array(MetricsRow.header.utf8) : rows
  }

  /// The whole game.
  func play() -> RunOutcome {
    watch(.started(directory: directory.path, timetable, of: setup.program.format))
    let outcome: RunOutcome
    do throws(RunError) {
      let isNew = directory.claim.number == 1
      try directory.log(
        isNew
          ? "started: \(timetable.rounds) rounds"
          : "attempt \(directory.claim.number): going on after step \(step) of \(timetable.rounds)")
      if !isNew { watch(.resumed(step: step)) }
      if let first = setup.data.skipped.first {
        try warn(
          "\(setup.data.skipped.count) bad pictures are left out (on_bad_image: skip); the first: "
            + "\(first.name): \(first.reason)")
      }
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

      if timetable.isDue(experiment.record.log, after: step) { try timed(.rows, writeRow) }
      if let period = experiment.record.histograms, timetable.isDue(period, after: step) {
        try timed(.histograms) { () throws(RunError) in
          try events?.addHistograms(step: step, read: player.read)
        }
      }
      if let samples = experiment.record.samples,
        timetable.isDueForSamples(samples.every, after: step)
      {
        try timed(.pictures) { () throws(RunError) in
          try paint(name(ofPicture: samples.every))
        }
      }
      if let evaluation, timetable.isDue(evaluation.section.every, after: step) {
        try measure(evaluation)
      }
      if keepPolicy.saves(after: step, scores) { try timed(.checkpoints, saveCheckpoint) }
      if lastMeasured == step, step < timetable.rounds, let reason = try setup.stopEarly() {
        return .stopped(reason)
      }
      try beat()
    }
    return .finished
  }

  /// Of training, by this process and those before it.
  private var elapsed: Double { secondsBefore + setup.clock() - startTime }

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

  private func timed(
    _ kind: RecordingCost.Kind, _ body: () throws(RunError) -> Void
  ) throws(RunError) {
    let start = monotonicSeconds()
    try body()
    cost.add(kind, monotonicSeconds() - start)
  }

  private func writeRow() throws(RunError) {
    let images = timetable.images(after: step)
    let row = ledger.takeRow(step: step, epoch: timetable.epoch(of: step), images: images)
    try directory.append("losses.csv", row.csv)
    let now = setup.clock()
    let rate = Double(images - lastRow.images) / max(now - lastRow.time, 1e-9)
    try directory.append(
      "timing.csv",
      "\(step),\(fixed(secondsBefore + now - startTime, decimals: 3)),\(fixed(rate, decimals: 1)),"
        + "\(fixed(waitedBefore + player.waited, decimals: 3))\n")
    lastRow = (now, images)
    try events?.add(row)
    curves.append((timetable.epochFraction(after: step), row))
    watch(.row(row))
    if let found = try player.findNonFiniteState() { try report(found) }
  }

  private func paint(_ name: String) throws(RunError) {
    guard !painters.isEmpty else { return }
    // The last picture may be that of this step once more.
    let isNew =
      name != Self.finalPicture
      || !(experiment.record.samples.map { timetable.isDueForSamples($0.every, after: step) }
        ?? false)
    try Self.checkDisk(setup, at: directory.path)
    for (weights, painter) in painters {
      let folder = weights == .raw ? "" : "\(weights.rawValue)/"
      let picture = try painter.paint()
      let (path, png) = try directory.writePicture(folder + name, picture)
      if isNew {
        try events?.add(
          picture, png: png, tag: weights == .raw ? "samples" : "samples_\(weights.rawValue)",
          step: step)
      }
      if weights == .raw { lastPicture = path }
      try directory.log("step \(step): samples/\(folder)\(name)")
      watch(.picture(path: path))
    }
    try drawCurves()
  }

  /// Adds to metrics.csv what the generator is worth now.
  private func measure(_ evaluation: Evaluation) throws(RunError) {
    let start = setup.clock()
    let measurements = try evaluation.measure()
    let rows = measurements.map {
      MetricsRow(
        step: step, epoch: timetable.epoch(of: step), images: timetable.images(after: step),
        measurement: $0, seed: evaluation.section.seed, weights: evaluation.section.weights)
    }
    try directory.append("metrics.csv", rows.map(\.csv).joined())
    if let objective = scores?.objective.metric,
      let row = rows.first(where: { $0.measurement.name == objective })
    {
      scores?.add(.init(step: step, epoch: row.epoch, value: row.measurement.value))
    }
    lastMeasured = step
    // Rates are those of training.
    lastRow.time += setup.clock() - start
    watch(.measured(rows))
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
      format: setup.program.format, classNames: setup.data.classNames,
      dataDigest: setup.data.digest, pending: ledger.json,
      lossesBytes: try directory.secured("losses.csv"),
      events: try events?.secured() ?? lastEvents,
      metricsBytes: evaluation == nil ? 0 : try directory.secured("metrics.csv"))
    let path = try directory.saveCheckpoint(
      state, of: setup.program.states, read: player.read)
    lastCheckpoint = (step, path)
    try directory.log("step \(step): checkpoint")
    watch(.checkpoint(path: path))
    try directory.keepCheckpoints(keepPolicy, scores)
    try Self.checkDisk(setup, at: directory.path)
  }

  private func beat() throws(RunError) {
    let now = setup.clock()
    guard now - lastBeat >= Self.heartbeatSeconds else { return }
    lastBeat = now
    try directory.beat(status(.running))
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
      case .finished, .outOfTime, .stopped: true
      case .interrupted, .diverged, .failed, .superseded: false
      }
    // Whoever goes on from here, after an interruption or to make the run longer, writes the rows of
    // a run that never stopped: the checkpoint keeps an unfinished row, and knows of no last one.
    try saveCheckpoint()
    if isFinal, !ledger.isEmpty { try writeRow() }
    if isFinal, let evaluation, lastMeasured != step {
      try measure(evaluation)
      try directory.keepCheckpoints(keepPolicy, scores)
    }
    if isFinal { try paint(Self.finalPicture) }
    try drawCurves()
    let outcome = outcome(ending)
    try directory.log(outcome.message ?? "finished")
    let waited = fixed(waitedBefore + player.waited, decimals: 3)
    try directory.log("\(waited) of \(fixed(elapsed, decimals: 1)) s went by waiting for data")
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
      exitCode: exitCode, attempt: directory.claim.number, seconds: elapsed, recording: cost,
      ended: Timestamp.now.iso)
  }

  /// A claim that cannot be given back ends with the process.
  private func endClaim(_ status: RunStatus, _ exitCode: Int32) {
    attempt { () throws(RunError) in try directory.claim.end(result(status, exitCode)) }
  }

  private func outcome(_ ending: RunOutcome.Ending) -> RunOutcome {
    RunOutcome(
      ending: ending, directory: directory.path, step: step, checkpoint: lastCheckpoint?.path,
      picture: lastPicture)
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
    case .file, .data, .damaged, .request, .device, .locked, .changed, .sweepChanged:
      return leave(.failed(error), .failed, cause: error.cause)
    }
  }

  private func leave(
    _ ending: RunOutcome.Ending, _ state: RunStatus.State, cause: String?
  ) -> RunOutcome {
    let outcome = outcome(ending)
    let status = status(state, reason: outcome.message, cause: cause)
    attempt { () throws(RunError) in try directory.log(outcome.message ?? "ended") }
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
    if !ledger.isEmpty {
      let images = timetable.images(after: step)
      let row = ledger.takeRow(step: step, epoch: timetable.epoch(of: step), images: images)
      try directory.append("losses.csv", row.csv)
      try events?.add(row)
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
    case .locked, .superseded: "locked"
    case .changed, .sweepChanged: "spec"
    }
  }
}
