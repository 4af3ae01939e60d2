import ModelBuilder
import RunFormat
import Spec
import TensorCore

/// The place in a run from which it goes on: a good checkpoint, and the rows that belong to it.
struct Resumption {
  let checkpoint: LoadedCheckpoint
  /// losses.csv and timing.csv as they were then.
  let losses: [UInt8]
  let timing: String
  /// metrics.csv as it was then; empty where nothing was measured.
  let metrics: [UInt8]
  let rows: [LossRow]
  /// What was not yet in a row.
  let ledger: LossLedger
  /// Seconds of training before.
  let seconds: Double
  /// Of these, waiting for data.
  let waited: Double
  /// Newer checkpoints that are damaged, and why.
  var passedOver: [(folder: String, error: RunError)] = []
  /// What else is to be told.
  private(set) var notes: [String] = []

  private static let rowFiles = ["losses.csv", "metrics.csv"]

  /// The newest good checkpoint, already on the device; nil if the run has none.
  ///
  /// - Throws: `.damaged` when there are checkpoints and none is good, `.data` when they were made
  ///   with other data.
  static func newest(
    of run: String, _ program: TrainingProgram, dataDigest: String, session: any Session,
    files: FileLayer
  ) throws(RunError) -> Resumption? {
    let store = CheckpointStore(run: run, files: files)
    var passedOver: [(folder: String, error: RunError)] = []
    for step in try store.steps().reversed() {
      let folder = "\(store.path)/\(CheckpointStore.folder(step: step))"
      do throws(RunError) {
        let checkpoint = try LoadedCheckpoint(folder, files: files)
        guard checkpoint.dataDigest == dataDigest else {
          throw .data(
            "\(run): it was begun with other data: "
              + "digest \(checkpoint.dataDigest ?? "unknown"), now \(dataDigest)")
        }
        if let file = checkpoint.dropped.first {
          throw DroppedFiles.refusal(run, step: checkpoint.step, file)
        }
        var found = try Resumption(checkpoint, run: run, files)
        try checkpoint.restore(program.states, into: session)
        found.passedOver = passedOver
        return found
      } catch {
        switch error {
        case .damaged, .file: passedOver.append((folder, error))
        case .diskLow, .data, .diverged, .request, .device, .scheduler, .schedulerFull,
          .locked, .superseded, .changed, .sweepChanged:
          throw error
        }
      }
    }
    guard let newest = passedOver.first else { return nil }
    let ofRows = passedOver.filter { passed in
      if case .damaged(let path, _) = passed.error {
        rowFiles.contains { path == "\(run)/\($0)" }
      } else {
        false
      }
    }
    if ofRows.count == passedOver.count { throw newest.error }
    let count =
      passedOver.count == 1 ? "the only checkpoint" : "each of \(passedOver.count) checkpoints"
    throw .damaged(
      path: store.path,
      reason: ofRows.isEmpty
        ? "\(count) is damaged; the newest: \(newest.error)"
        : "of \(passedOver.count) checkpoints \(ofRows.count) lack their rows and "
          + "\(passedOver.count - ofRows.count) are damaged; the newest: \(newest.error)")
  }

  private init(_ checkpoint: LoadedCheckpoint, run: String, _ files: FileLayer) throws(RunError) {
    self.checkpoint = checkpoint
    guard let count = checkpoint.lossesBytes else {
      throw .damaged(path: checkpoint.path, reason: "it does not say which rows belong to it")
    }
    var notes: [String] = []
    func table(_ name: String, _ count: Int) throws(RunError) -> [UInt8] {
      let path = "\(run)/\(name)"
      let found = try files.read(path)
      let (written, isChanged) = LineEnds.restored(found)
      guard written.count >= count, count > 0, written[count - 1] == UInt8(ascii: "\n") else {
        throw .damaged(
          path: path,
          reason: "it had \(count) bytes at step \(checkpoint.step) and has \(found.count): rows "
            + "have been changed or lost since; the checkpoint itself is sound, and goes on once "
            + "the file is put back as it was written")
      }
      // A row that was being written when its process died is no change.
      if isChanged,
        found.count < count || found[count - 1] != UInt8(ascii: "\n")
          || found[..<count].contains(UInt8(ascii: "\r"))
      {
        notes.append("\(path): its lines had other ends; they are as they were written again")
      }
      return Array(written[..<count])
    }
    losses = try table(Self.rowFiles[0], count)
    // A run goes on with the columns that it began with.
    let header = String(decoding: losses.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    guard let columns = LossRow.columns(header: header[...]) else {
      throw .damaged(path: "\(run)/losses.csv", reason: "its first line is that of another file")
    }
    guard let ledger = LossLedger(checkpoint.pending, columns: columns) else {
      throw .damaged(path: checkpoint.path, reason: "it does not say which rows belong to it")
    }
    self.ledger = ledger
    metrics =
      checkpoint.metricsBytes > 0 ? try table(Self.rowFiles[1], checkpoint.metricsBytes) : []
    self.notes = notes
    rows = LossRow.rows(of: losses)
    let known = (try? files.read("\(run)/timing.csv")) ?? []
    // A last row that is torn stays one.
    let isChanged = known.contains(UInt8(ascii: "\r"))
    (timing, seconds, waited) = Self.timing(
      isChanged ? LineEnds.restored(known).bytes : known, upTo: checkpoint.step)
  }

  /// Times are for reading only: a torn or lost row there is no reason to stop.
  private static func timing(
    _ bytes: [UInt8], upTo step: Int
  ) -> (text: String, seconds: Double, waited: Double) {
    let rows = TimingRow.rows(of: bytes).filter { $0.step <= step }
    let text = rows.reduce(into: TimingRow.header) { $0 += $1.csv }
    return (text, rows.last?.seconds ?? 0, rows.last?.waited ?? 0)
  }
}
