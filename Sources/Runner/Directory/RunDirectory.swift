import Digests
import Images
import ModelBuilder
import RunFormat
import Spec
import TensorCore

/// The result directory of one run, and the only hand that writes in it.
package final class RunDirectory {
  package let path: String
  let files: FileLayer
  let claim: RunClaim
  private let process: ProcessIdentity
  private let started: Moment
  /// Held open, so that a process that has been replaced writes to files that have no name any more.
  private var open: [String: AppendedFile] = [:]

  /// What is told to a directory about the one who works in it.
  struct Work {
    let experiment: Experiment
    let specText: String
    let context: RunContext
    /// What the device rounds the operands of products to.
    let products: ProductPrecision
    let dataDigest: String
    let weightsDigest: String?
    let skipped: [BadImage]
    let unread: UnreadFiles
    /// Rounds of the whole run.
    let steps: Int
    let process: ProcessIdentity
    let lostAfter: Double
    /// Whether a run that has come to its end is left as it is, instead of being made longer.
    var leavesEnded = false
  }

  private init(_ path: String, _ claim: RunClaim, _ process: ProcessIdentity, files: FileLayer) {
    (self.path, self.claim, self.process, self.files) = (path, claim, process, files)
    started = .now
  }

  /// Whether it is that of a trial, by where it lies.
  var isTrial: Bool {
    let trials = (PlainFiles.absolute(path) ?? path).parentPath
    return trials.lastPathComponent == "trials" && files.exists("\(trials.parentPath)/plan.jsonl")
  }

  /// Makes `results/NAME/TIME-DIGEST`, which nobody else has or will have.
  ///
  /// The files that say what is run are in it when this returns; when one of them cannot be written,
  /// the directory is gone again.
  static func create(
    in results: String, _ work: Work, files: FileLayer
  ) throws(RunError) -> RunDirectory {
    let path = try makeFolder(in: results, work.experiment, files)
    let claim: RunClaim
    do throws(RunError) {
      claim = try RunClaim.take(
        path, as: work.process, steps: work.steps, lostAfter: work.lostAfter, files: files)
    } catch {
      files.removeEmpty(["\(path)/attempts", path])
      throw error
    }
    let directory = RunDirectory(path, claim, work.process, files: files)
    do throws(RunError) {
      try directory.prepare(work)
    } catch {
      directory.discard()
      throw error
    }
    return directory
  }

  /// Takes away the directory of a run that could not begin, unless another process goes on in it.
  func discard() {
    guard (try? claim.renew()) != nil else { return }
    try? files.withdraw(path) { [claim] place throws(RunError) in try claim.check(in: place) }
  }

  /// The folder `results/NAME`, made if it is not there.
  static func makeFolder(
    ofAll experiment: Experiment, in results: String, _ files: FileLayer
  ) throws(RunError) -> String {
    let folder = "\(results)/\(experiment.name)"
    guard !experiment.name.contains("/"), !experiment.name.hasPrefix(".") else {
      throw .file(
        path: folder, action: "create the folder",
        reason: "a name with a slash or a leading dot cannot be the name of a folder")
    }
    try files.makeDirectories(folder)
    return folder
  }

  /// An empty folder `results/NAME/TIME-DIGEST`.
  static func makeFolder(
    in results: String, _ experiment: Experiment, _ files: FileLayer
  ) throws(RunError) -> String {
    let folder = try makeFolder(ofAll: experiment, in: results, files)
    let resolved = experiment.resolvedYAML(comments: false)
    let stem = "\(folder)/\(Moment.now.compact)-\(sha256(Array(resolved.utf8)).prefix(6))"
    var path = stem
    var attempt = 1
    while try !files.makeDirectory(path) {
      attempt += 1
      path = "\(stem)-\(attempt)"
    }
    return path
  }

  /// Claims a directory, which need not exist, and writes what is not yet in it.
  ///
  /// - Throws: `.locked` while a living process works there, `.superseded` when one has brought it to its
  ///   end and that is to stay.
  static func take(
    _ path: String, _ work: Work, files: FileLayer
  ) throws(RunError) -> RunDirectory {
    try files.makeDirectories(path)
    let claim = try RunClaim.take(
      path, as: work.process, steps: work.steps, lostAfter: work.lostAfter, files: files)
    if work.leavesEnded, try files.isThere("\(path)/result.json") {
      // It ended between the look at it and the claim.
      claim.forget()
      throw .superseded(path: path, attempt: claim.number)
    }
    let directory = RunDirectory(path, claim, work.process, files: files)
    do throws(RunError) {
      try directory.prepare(work)
    } catch {
      try? claim.end(.map(["state": .text("failed"), "reason": .text("\(error)")]))
      throw error
    }
    return directory
  }

  private func prepare(_ work: Work) throws(RunError) {
    try removeTemporaries(in: path)
    let keepsAverage = work.experiment.game.networks.contains { $0.averaging != nil }
    let averaged = keepsAverage ? ["samples/ema"] : []
    // The same words in a new file: a line that a former owner is about to add goes to the old one.
    if try files.isThere("\(path)/log.txt") {
      try replace("log.txt", with: try files.read("\(path)/log.txt"))
    }
    for folder in ["samples", "checkpoints"] + averaged {
      _ = try files.makeDirectory("\(path)/\(folder)")
    }
    let resolved = work.experiment.resolvedYAML(comments: false)
    let environment =
      work.context.environment(
        products: work.products,
        dataDigest: work.dataDigest, weightsDigest: work.weightsDigest, skipped: work.skipped,
        unread: work.unread, started: started
      ).text + "\n"
    try write("attempts/\(claim.number)/resolved.yaml", resolved)
    try write("attempts/\(claim.number)/environment.json", environment)
    if try !files.isThere("\(path)/spec.yaml") { try write("spec.yaml", work.specText) }
    try write("resolved.yaml", resolved)
    if try !files.isThere("\(path)/environment.json") {
      try write("environment.json", environment)
    }
    // The word of an end that is none any more, as when a run is made longer.
    if try files.isThere("\(path)/result.json") {
      try claim.check()
      try files.move(
        "\(path)/result.json", to: "\(claim.path)/replaced-result.json", check: claim.check)
    }
  }

  /// What a process that was killed left half written.
  private func removeTemporaries(in folder: String) throws(RunError) {
    for name in try files.list(folder) {
      let place = "\(folder)/\(name)"
      if FileLayer.isTemporary(name) {
        try claim.check()
        try files.remove(place)
      } else if files.isDirectory(place) {
        try removeTemporaries(in: place)
      }
    }
  }

  func write(_ name: String, _ text: String) throws(RunError) {
    try replace(name, with: Array(text.utf8))
  }

  /// Puts a file in place as long as nobody else has taken over.
  func replace(_ name: String, with bytes: [UInt8]) throws(RunError) {
    try claim.check()
    try files.replace("\(path)/\(name)", with: bytes, check: claim.check)
  }

  /// Adds lines to losses.csv, timing.csv or log.txt, visible to readers at once.
  func append(_ name: String, _ text: String) throws(RunError) {
    try append(name, Array(text.utf8))
  }

  func append(_ name: String, _ bytes: [UInt8]) throws(RunError) {
    let file = try file(name)
    try claim.check()
    try file.append(bytes)
  }

  private func file(_ name: String) throws(RunError) -> AppendedFile {
    if let known = open[name] { return known }
    let file = try files.openForAppending("\(path)/\(name)")
    // Whoever takes over puts new files in place first: one that was opened before that has no name
    // any more, and one that was opened after it is the other's, or was made just now.
    do throws(RunError) {
      try claim.check()
    } catch {
      file.removeIfEmpty()
      throw error
    }
    open[name] = file
    return file
  }

  /// Puts rows in place as they stood at a checkpoint; what an earlier process still adds to the old
  /// files is lost.
  ///
  /// - Parameter metrics: nil where nothing is measured.
  func setRows(losses: [UInt8], timing: String, metrics: [UInt8]?) throws(RunError) {
    open = [:]
    try replace("losses.csv", with: losses)
    try write("timing.csv", timing)
    if let metrics { try replace("metrics.csv", with: metrics) }
  }

  func log(_ line: String) throws(RunError) {
    let words = shown(line).replacing("\n", with: " ")
    try append("log.txt", "\(Moment.now.iso) \(words)\n")
  }

  func writeStatus(_ status: RunStatus) throws(RunError) {
    try write("status.json", statusText(status))
  }

  /// Says that all is well: status.json and the heartbeat of the claim.
  func beat(_ status: RunStatus) throws(RunError) {
    try writeStatus(status)
    try claim.beat()
  }

  /// The last word of a run that failed, which may be because no file can be created any more: then
  /// it goes over the old one, in the room that one has.
  func writeLastStatus(_ status: RunStatus) {
    do throws(RunError) {
      try writeStatus(status)
    } catch {
      guard (try? claim.renew()) != nil else { return }
      try? files.overwrite("\(path)/status.json", Array(statusText(status).utf8))
    }
  }

  private func statusText(_ status: RunStatus) -> String {
    status.said(by: process, started: started, at: .now).json.text + "\n"
  }

  /// - Returns: the path of the picture, and what is in it.
  @discardableResult
  func writePicture(
    _ name: String, _ picture: Raster
  ) throws(RunError) -> (path: String, png: [UInt8]) {
    let place = "\(path)/samples/\(name)"
    let bytes = try png(picture, path: place)
    try replace("samples/\(name)", with: bytes)
    return (place, bytes)
  }

  // MARK: Checkpoints

  private var store: CheckpointStore { CheckpointStore(run: path, files: files) }

  /// Writes a checkpoint as one unit and points `latest` at it.
  func saveCheckpoint(
    _ state: CheckpointState, of program: TrainingProgram,
    read: (StateDeclaration) throws(RunError) -> HostTensor
  ) throws(RunError) -> String {
    let name = CheckpointStore.folder(step: state.step)
    let folder = "\(store.path)/\(name)"
    try claim.check()
    // Of an owner that was slow to see that its time was over.
    if files.exists(folder) { try withdraw(folder) }
    try files.publish(folder, check: claim.check) { draft throws(RunError) in
      try draft.writeCheckpoint(state, of: program, read: read)
    }
    try pointToLatest(folder)
    return folder
  }

  /// Makes `latest` name a checkpoint, unless it does.
  func pointToLatest(_ folder: String) throws(RunError) {
    try claim.check()
    let (pointer, line) = ("\(store.path)/latest", Array("\(folder.lastPathComponent)\n".utf8))
    if let written = try? files.read(pointer, limit: 4096), written == line { return }
    try files.replace(pointer, with: line, check: claim.check)
  }

  /// Takes away something of this run, as long as nobody else has taken over.
  func withdraw(_ place: String) throws(RunError) {
    try claim.check()
    try files.withdraw(place) { [claim] _ throws(RunError) in try claim.check() }
  }

  /// How long losses.csv (or another file that grows) is, with all of it on the disk.
  func secured(_ name: String) throws(RunError) -> Int {
    let file = try file(name)
    try file.synchronize()
    return try file.byteCount()
  }

  /// What has been added to files that grow is on the disk when this returns.
  func secureAll() throws(RunError) {
    for (_, file) in open.sorted(by: { $0.key < $1.key }) { try file.synchronize() }
  }

  /// Puts a checkpoint that is not as it was written out of the way, and keeps it for a look.
  func setAside(_ folder: String) throws(RunError) {
    try claim.check()
    let stem = "\(folder.parentPath)/damaged-\(folder.lastPathComponent)"
    var (place, number) = (stem, 1)
    while files.exists(place) { (place, number) = ("\(stem)-\(number + 1)", number + 1) }
    try files.move(folder, to: place, check: claim.check)
  }

  /// Points `best` at the best checkpoint that is there, and takes away what need not stay.
  func keepCheckpoints(_ policy: KeepPolicy, _ scores: ObjectiveValues?) throws(RunError) {
    try claim.check()
    let steps = try store.steps()
    let pointer = "\(store.path)/best"
    if let best = policy.best(scores).first(where: { steps.contains($0) }) {
      let name = Array("\(CheckpointStore.folder(step: best))\n".utf8)
      if (try? files.read(pointer, limit: 4096)) != name {
        try files.replace(pointer, with: name, check: claim.check)
      }
    } else if files.exists(pointer) {
      try withdraw(pointer)
    }
    for step in policy.superfluous(steps, scores) {
      try withdraw("\(store.path)/\(CheckpointStore.folder(step: step))")
    }
  }

  /// The newest checkpoint, if there is one.
  func latestCheckpoint() throws(RunError) -> LoadedCheckpoint? {
    guard try !store.steps().isEmpty else { return nil }
    return try LoadedCheckpoint(try store.resolve(.last), files: files)
  }
}

/// The bytes of a PNG file for `picture`.
func png(_ picture: Raster, path: String) throws(RunError) -> [UInt8] {
  do throws(PNGError) {
    return try encodePNG(picture)
  } catch {
    throw .file(path: path, action: "write the picture", reason: error.reason)
  }
}
