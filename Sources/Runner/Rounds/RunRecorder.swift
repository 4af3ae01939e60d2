import Charts
import Images
import ModelBuilder
import RunFormat
import Spec
import TensorCore

/// What a run writes down: rows, pictures, measurements and checkpoints, each with its line in the log.
final class RunRecorder {
  static let finalPicture = "final.png"

  let directory: RunDirectory
  let evaluation: Evaluation?
  private let setup: RunSetup
  private let watch: (RunEvent) -> Void
  private let experiment: Experiment
  private let timetable: Timetable
  private let player: RoundPlayer
  private let painters: SamplePainters
  private var keepPolicy: KeepPolicy
  private let startTime: Double

  private var ledger: LossLedger
  private var events: EventLog?
  private var lastEvents: EventLog.Position?
  private var curves: [(epoch: Double, row: LossRow)] = []
  private var lastRow: (time: Double, images: Int)
  /// Of training, before this process began.
  private var secondsBefore = 0.0
  /// For data, before this process began.
  private var waitedBefore = 0.0
  /// What the objective has come to; nil without one.
  private var scores: ObjectiveValues?
  private var warned: Set<String> = []
  private(set) var lastPicture: String?
  private(set) var lastCheckpoint: (step: Int, path: String)?
  private(set) var lastMeasured: Int?
  private(set) var cost = RecordingCost()

  init(
    _ setup: RunSetup, _ timetable: Timetable, _ player: RoundPlayer, _ painters: SamplePainters,
    _ evaluation: Evaluation?, _ directory: RunDirectory, watch: @escaping (RunEvent) -> Void
  ) {
    (self.setup, self.watch, self.directory) = (setup, watch, directory)
    (self.timetable, self.player) = (timetable, player)
    (self.painters, self.evaluation) = (painters, evaluation)
    experiment = setup.program.experiment
    scores = experiment.metrics?.objective.map { ObjectiveValues($0) }
    keepPolicy = KeepPolicy(checkpoint: experiment.record.checkpoint, timetable: timetable)
    ledger = LossLedger(setup.program)
    startTime = setup.clock()
    lastRow = (startTime, 0)
  }

  /// Those of losses.csv that are losses.
  var lossColumns: [LossColumn] { ledger.columns.filter(\.isLoss) }

  /// Of training, by this process and those before it.
  var elapsed: Double { secondsBefore + elapsedHere }
  /// By this process alone.
  var elapsedHere: Double { setup.clock() - startTime }
  /// Of these, for data.
  var waited: Double { waitedBefore + player.waited }

  /// The files of a run that begins, or those of one that goes on as they were at its checkpoint.
  ///
  /// - Returns: the rounds played so far.
  func begin() throws(RunError) -> Int {
    let resumption = try Resumption.newest(
      of: directory.path, setup.program, dataDigest: setup.data.digest, session: player.session,
      files: setup.files)
    if let resumption {
      try goOn(resumption)
    } else {
      try directory.setRows(
        losses: Array(LossRow.header(ledger.columns).utf8), timing: TimingRow.header,
        metrics: metricsTable([]))
    }
    let step = resumption?.checkpoint.step ?? 0
    lastEvents = resumption?.checkpoint.events
    try directory.cutEvents(to: lastEvents)
    if experiment.record.writesEvents {
      events = try EventLog(
        directory, setup.program, rounds: timetable.rounds, continuing: lastEvents, from: step)
    }
    try directory.keepCheckpoints(keepPolicy, scores)
    return step
  }

  private func goOn(_ resumption: Resumption) throws(RunError) {
    let checkpoint = resumption.checkpoint
    try directory.setRows(
      losses: resumption.losses, timing: resumption.timing,
      metrics: metricsTable(resumption.metrics))
    scores = scores.map { ObjectiveValues($0.objective, csv: resumption.metrics) }
    lastMeasured = MetricsRow.rows(of: resumption.metrics).last?.step
    for note in resumption.notes { try warn(note) }
    for (folder, error) in resumption.passedOver {
      try warn("\(error); going on from step \(checkpoint.step)")
      try directory.setAside(folder)
    }
    ledger = resumption.ledger
    curves = resumption.rows.map { (timetable.epochFraction(after: $0.step), $0) }
    lastCheckpoint = (checkpoint.step, checkpoint.path)
    // Whoever died after putting it in place may have got no further.
    try directory.pointToLatest(checkpoint.path)
    lastRow.images = resumption.rows.last?.images ?? 0
    (secondsBefore, waitedBefore) = (resumption.seconds, resumption.waited)
  }

  private func metricsTable(_ rows: [UInt8]) -> [UInt8]? {
    evaluation == nil ? nil : rows.isEmpty ? Array(MetricsRow.header.utf8) : rows
  }

  /// The picture that the grids are to come close to.
  func writeRealPicture() throws(RunError) {
    if let real = painters.real { try directory.writePicture("real.png", real) }
  }

  func log(_ text: String) throws(RunError) { try directory.log(text) }

  /// Says it once.
  func warn(_ text: String) throws(RunError) {
    guard warned.insert(text).inserted else { return }
    try directory.log("warning: \(text)")
    watch(.warning(text))
  }

  /// Says what plays from now on of networks that grow.
  func tell(ofStage words: String, after step: Int) throws(RunError) {
    try directory.log("step \(step): \(words)")
    watch(.grown(words))
  }

  // MARK: Rows

  func add(_ moves: [MoveResult]) { ledger.add(moves) }

  /// Whether rounds have been played that no row tells of.
  var hasUnwrittenRounds: Bool { !ledger.isEmpty }

  func writeRow(after step: Int) throws(RunError) {
    try timed(.rows) { () throws(RunError) in
      let row = try writeLosses(after: step)
      let now = setup.clock()
      let rate = (Double(row.images) - Double(lastRow.images)) / max(now - lastRow.time, 1e-9)
      let timing = TimingRow(
        step: step, seconds: secondsBefore + now - startTime, imagesPerSecond: rate,
        waited: waited)
      try directory.append("timing.csv", timing.csv)
      lastRow = (now, row.images)
      watch(.row(row))
    }
  }

  /// Takes what has gathered into a row of losses.csv, of the curves and of the event files.
  @discardableResult
  func writeLosses(after step: Int) throws(RunError) -> LossRow {
    let row = ledger.takeRow(
      step: step, epoch: timetable.epoch(of: step), images: timetable.images(after: step))
    try directory.append("losses.csv", row.csv)
    try events?.add(row)
    curves.append((timetable.epochFraction(after: step), row))
    return row
  }

  func writeHistograms(after step: Int) throws(RunError) {
    guard let events else { return }
    try timed(.histograms) { () throws(RunError) in
      try events.addHistograms(step: step, read: player.read)
    }
  }

  /// For TensorBoard: how the run has ended.
  func tellEnd(_ ending: HyperParameters.Ending, after step: Int) throws(RunError) {
    try events?.end(ending, step: step)
  }

  func drawCurves() throws(RunError) {
    let losses = setup.program.columns.filter { $0.kind == .loss }
    let drawn = losses.map { column in
      Curve(
        column.mover,
        points: curves.compactMap { epoch, row in
          row[LossColumn(rawValue: column.name)].map { Curve.Point(x: epoch, value: $0) }
        })
    }
    try directory.write("losses.svg", LossChart(title: experiment.name, curves: drawn).svg)
  }

  // MARK: Pictures

  func isPictureDue(after step: Int) -> Bool {
    experiment.record.samples.map { timetable.isDueForSamples($0.every, after: step) } ?? false
  }

  /// The picture that belongs to this round, if one does.
  func paintIfDue(after step: Int) throws(RunError) {
    guard let samples = experiment.record.samples, isPictureDue(after: step) else { return }
    let name =
      switch samples.every {
      case .epochs: "epoch-\(padded(timetable.finishedEpochs(after: step), 4)).png"
      case .steps: "step-\(padded(step, 8)).png"
      }
    try timed(.pictures) { () throws(RunError) in try paint(name, after: step) }
  }

  /// - Parameter moment: of the weights, if it is not that of this step.
  func paint(
    _ name: String, after step: Int, at moment: GrowthMoment? = nil
  ) throws(RunError) {
    guard !painters.list.isEmpty else { return }
    // The last picture may be that of this step once more.
    let isNew =
      name != Self.finalPicture
      || !(experiment.record.samples.map { timetable.isDueForSamples($0.every, after: step) }
        ?? false)
    try setup.checkDisk(at: directory.path)
    for (weights, painter) in painters.list {
      let folder = weights == .raw ? "" : "\(weights.rawValue)/"
      let picture = try painter.paint(at: moment ?? player.moment(after: step))
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

  // MARK: Measurements

  /// Adds to metrics.csv what the networks are worth now, where that is asked for.
  func measure(after step: Int) throws(RunError) {
    guard let evaluation else { return }
    let start = setup.clock()
    let measurements = try evaluation.measure(at: player.moment(after: step))
    let rows = measurements.map {
      MetricsRow(
        step: step, epoch: timetable.epoch(of: step), images: timetable.images(after: step),
        metric: $0.name, value: $0.value, samples: $0.samples, seed: evaluation.section.seed,
        split: $0.split, weights: evaluation.section.weights.rawValue, settings: $0.settings)
    }
    try directory.append("metrics.csv", rows.map(\.csv).joined())
    try events?.add(rows)
    if let objective = scores?.objective.metric,
      let row = rows.first(where: { $0.metric == objective })
    {
      scores?.add(.init(step: step, epoch: row.epoch, value: row.value))
    }
    lastMeasured = step
    // Rates are those of training.
    lastRow.time += setup.clock() - start
    watch(.measured(rows))
  }

  // MARK: Checkpoints

  func isCheckpointDue(after step: Int) -> Bool {
    lastCheckpoint?.step != step && keepPolicy.saves(after: step, scores)
  }

  /// Saves the present weights, which are finite, unless they are saved already.
  func saveCheckpoint(after step: Int) throws(RunError) {
    if lastCheckpoint?.step == step { return }
    try timed(.checkpoints) { () throws(RunError) in
      let state = CheckpointState(
        step: step, epoch: timetable.epoch(of: step), images: timetable.images(after: step),
        batches: timetable.batches(after: step), seed: experiment.seed,
        formats: setup.program.sources.map { ($0.name, $0.format) },
        classNames: setup.data.classNames,
        dataDigest: setup.data.digest, growth: player.moment(after: step), pending: ledger.json,
        lossesBytes: try directory.secured("losses.csv"),
        events: try events?.secured() ?? lastEvents,
        metricsBytes: evaluation == nil ? 0 : try directory.secured("metrics.csv"),
        averaged: setup.program.averagedNetworks)
      let path = try directory.saveCheckpoint(
        state, of: setup.program, read: player.read)
      lastCheckpoint = (step, path)
      try directory.log("step \(step): checkpoint")
      watch(.checkpoint(path: path))
      try directory.keepCheckpoints(keepPolicy, scores)
    }
    try setup.checkDisk(at: directory.path)
  }

  /// Measures once more at the end, if that is asked for and has not just been done.
  func measureLast(after step: Int) throws(RunError) {
    guard evaluation != nil, lastMeasured != step else { return }
    try measure(after: step)
    try directory.keepCheckpoints(keepPolicy, scores)
  }

  /// What need not stay now that the run has come to its end, if it is a trial of a sweep.
  func keepOfFinishedTrial() throws(RunError) {
    guard directory.isTrial else { return }
    keepPolicy.isOfFinishedTrial = true
    try directory.keepCheckpoints(keepPolicy, scores)
  }

  private func timed(
    _ kind: RecordingCost.Kind, _ body: () throws(RunError) -> Void
  ) throws(RunError) {
    let start = monotonicSeconds()
    try body()
    let seconds = monotonicSeconds() - start
    cost.add(kind, seconds)
    // Rates are those of training.
    if kind != .rows { lastRow.time += seconds }
  }
}
