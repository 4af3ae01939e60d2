import RunFormat
import Spec

/// A sweep that waits because a trial could not write: for room on the disk, for a permission, for a
/// mount. No trial begins until a file can be written again.
struct DiskPause {
  let reason: String
  private let folder: String
  private let leastFree: Int?
  private let files: FileLayer
  private let interval: Double
  private var lastLook: Double

  /// So many bytes must find their place before the sweep goes on.
  private static let room = 4 << 20

  /// `leastFree`: `guards.min_free_disk`, in bytes.
  init(
    _ reason: String, folder: String, leastFree: Int?, interval: Double, files: FileLayer
  ) {
    (self.reason, self.folder, self.leastFree) = (reason, folder, leastFree)
    (self.interval, self.files) = (interval, files)
    lastLook = monotonicSeconds()
  }

  /// Tries to write, now and then.
  mutating func isOver() -> Bool {
    guard monotonicSeconds() - lastLook >= interval else { return false }
    lastLook = monotonicSeconds()
    let probe = FileLayer.temporaryName(for: "\(folder)/room")
    defer { try? files.remove(probe) }
    do throws(RunError) {
      try files.requireFree(leastFree, at: folder)
      try files.create(probe, [UInt8](repeating: 0x55, count: Self.room))
      return true
    } catch {
      return false
    }
  }
}

extension SweepDirectory {
  /// Why the last worker of a trial could not write, and how far it had come; nil if that was not what
  /// ended it.
  func diskFailure(
    of trial: PlannedTrial, _ job: JobID, _ ending: JobEnding
  ) -> (reason: String, step: Int)? {
    guard let status = status(of: trial), status.isOfDisk else { return nil }
    switch ending {
    case .exited(ExitStatus.files.rawValue): break
    // Of an engine without exit codes: the worker itself has said which task it was.
    case .gone where status.process?.cluster?.id == job.word: break
    case .exited, .killed, .gone: return nil
    }
    return (status.reason ?? "the disk took no more", status.step ?? 0)
  }
}

extension RunStatus {
  /// Whether it ended because it could not write.
  var isOfDisk: Bool { state == .failed && cause == "disk" }
}
