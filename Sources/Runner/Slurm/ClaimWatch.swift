import CLibrary
import RunFormat

/// Waiting for a trial that a task of the cluster holds: a worker that was killed is heard of until a moment
/// before, and nobody can see from another node that it is gone.
package struct ClaimWatch {
  private let trial: String
  private let lostAfter: Double
  private let interval: Double
  private let files: FileLayer

  /// - Parameters:
  ///   - trial: its folder.
  ///   - lostAfter: silence after which a worker counts as lost, in seconds.
  ///   - interval: between two looks, in seconds.
  package init(
    of trial: String, lostAfter: Double, interval: Double = 2, files: FileLayer = FileLayer()
  ) {
    (self.trial, self.lostAfter, self.interval, self.files) = (trial, lostAfter, interval, files)
  }

  /// How the trial stands once its holder has given a sign of life, has been silent for so long that it is lost,
  /// or has given it back; at once where no task holds it.
  ///
  /// - Parameter isOver: whether nobody wants to wait any longer.
  package func outcome(until isOver: () -> Bool) throws(RunError) -> Standing {
    var silence = try RunClaim.silence(of: trial, files: files)
    while true {
      let standing = try Standing(of: trial, lostAfter: lostAfter, files: files)
      guard case .held(let holder) = standing, holder.task != nil, !isOver() else {
        return standing
      }
      usleep(UInt32(interval * 1e6))
      let now = try RunClaim.silence(of: trial, files: files)
      if let before = silence, let now, now < before {
        return try Standing(of: trial, lostAfter: lostAfter, files: files)
      }
      silence = now
    }
  }
}
