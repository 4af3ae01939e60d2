import Images
import ModelBuilder
import RunFormat
import Spec
import TensorCore

/// The event files of a run, which TensorBoard reads: one for each attempt, beside losses.csv.
///
/// Whoever goes on from a checkpoint cuts the files to what they held then. They tell times, so they are
/// not the same bytes from run to run; steps are there once each.
final class EventLog {
  /// How far a file was written when a checkpoint was.
  struct Position: Sendable, Hashable {
    let file: String
    let bytes: Int

    init(file: String, bytes: Int) { (self.file, self.bytes) = (file, bytes) }

    init?(_ json: JSON?) {
      guard let file = json?["file"]?.string, EventLog.attempt(of: file) != nil,
        let bytes = json?["bytes"]?.int, bytes >= 0
      else { return nil }
      self.init(file: file, bytes: bytes)
    }

    var json: JSON { .map(["file": .text(file), "bytes": .integer(bytes)]) }
  }

  private let directory: RunDirectory
  private let program: TrainingProgram
  /// Of the whole run.
  private let rounds: Int
  private let name: String

  /// - Parameter step: rounds played when this attempt begins.
  init(
    _ directory: RunDirectory, _ program: TrainingProgram, rounds: Int,
    continuing position: Position?, from step: Int
  ) throws(RunError) {
    (self.directory, self.program, self.rounds) = (directory, program, rounds)
    name = Self.name(ofAttempt: directory.claim.number)
    try write(step: 0, .fileVersion)
    if position == nil {
      try write(step: 0, .graph(ModelGraph(program)))
      let resolved = program.experiment.resolvedYAML(comments: false)
      let parameters = HyperParameters(resolved: resolved, started: wallSeconds())
      try write(
        step: 0,
        .summaries([
          .init(tag: "spec", value: .text("```yaml\n\(resolved)```\n")),
          .init(tag: HyperParameters.startTag, value: .sessionStart(parameters)),
        ]))
    } else {
      // For a TensorBoard that is watching, and has read what was cut off.
      try write(step: step + 1, .restart)
    }
  }

  private static let stem = "events.out.tfevents."

  static func name(ofAttempt number: Int) -> String { stem + padded(number, 6) }

  /// The number of the attempt that wrote the file of this name; nil if it is no event file.
  static func attempt(of name: String) -> Int? {
    guard name.hasPrefix(stem), let number = Int(name.dropFirst(stem.count)), number > 0,
      Self.name(ofAttempt: number) == name
    else { return nil }
    return number
  }

  private func write(step: Int, _ content: EventMessage.Content) throws(RunError) {
    let message = EventMessage(step: step, time: wallSeconds(), content: content)
    try directory.append(name, EventFraming.frame(message.bytes))
  }

  /// The means of a row, and the learning rates of its last round.
  func add(_ row: LossRow) throws(RunError) {
    let numbers = row.columns.compactMap { column in
      row[column].map { EventMessage.Summary(tag: tag(column), value: .scalar(Float($0))) }
    }
    let learningRates = program.movers.map { mover in
      let rate = program.learningRate(of: mover, round: row.step - 1, of: rounds)
      return EventMessage.Summary(tag: "learning_rate/\(mover)", value: .scalar(Float(rate)))
    }
    try write(step: row.step, .summaries(numbers + learningRates))
  }

  /// What has been measured at a step.
  func add(_ rows: [MetricsRow]) throws(RunError) {
    guard let step = rows.first?.step else { return }
    let numbers = rows.map {
      EventMessage.Summary(
        tag: "metrics/\($0.metric)", value: .scalar(Float($0.value)))
    }
    try write(step: step, .summaries(numbers))
  }

  /// `loss/d_loss`, `term/d_gradient_penalty`: TensorBoard puts what shares a beginning side by side.
  private func tag(_ column: LossColumn) -> String {
    let kind = program.columns.first { $0.name == column.rawValue }?.kind ?? .term
    return "\(kind.rawValue)/\(column.rawValue)"
  }

  /// How the numbers of every weight are distributed.
  func addHistograms(
    step: Int, read: (StateDeclaration) throws(RunError) -> HostTensor
  ) throws(RunError) {
    var summaries: [EventMessage.Summary] = []
    for state in program.states where state.role == .parameter {
      let histogram = WeightHistogram(try read(state).floats)
      let tag = state.name.replacing(".", with: "/", maxReplacements: 1)
      summaries.append(EventMessage.Summary(tag: tag, value: .histogram(histogram)))
    }
    try write(step: step, .summaries(summaries))
  }

  func add(_ picture: Raster, png: [UInt8], tag: String, step: Int) throws(RunError) {
    let value = EventMessage.Summary.Value.picture(
      width: picture.width, height: picture.height, channels: picture.channels, png: png)
    try write(step: step, .summaries([EventMessage.Summary(tag: tag, value: value)]))
  }

  /// How the run has ended.
  func end(_ ending: HyperParameters.Ending, step: Int) throws(RunError) {
    let value = EventMessage.Summary.Value.sessionEnd(ending, seconds: wallSeconds())
    try write(step: step, .summaries([.init(tag: HyperParameters.endTag, value: value)]))
  }

  /// How far the file goes, with all of it on the disk.
  func secured() throws(RunError) -> Position {
    Position(file: name, bytes: try directory.secured(name))
  }
}

extension RunDirectory {
  /// Takes from the event files what was written after `position`.
  ///
  /// Of a file that has lost more than that, its whole records stay: it is for reading only, and no
  /// reason to stop.
  func cutEvents(to position: EventLog.Position?) throws(RunError) {
    let kept = position.flatMap { EventLog.attempt(of: $0.file) } ?? 0
    for name in try files.list(path) {
      guard let attempt = EventLog.attempt(of: name) else { continue }
      let place = "\(path)/\(name)"
      if attempt > kept {
        try withdraw(place)
      } else if let position, attempt == kept {
        let written = try files.read(place).prefix(position.bytes)
        let whole = EventFraming.contents(of: Array(written)).byteCount
        try replace(name, with: Array(written.prefix(whole)))
      }
    }
  }
}
