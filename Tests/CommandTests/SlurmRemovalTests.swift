import CLibrary
import Foundation
import RunFormat
import Testing

@testable import Runner

/// Ending what a cluster plays, and removing what it came to.
extension SlurmCommandTests {
  /// docs/failures.md: rm of a trial that waits or runs on a cluster: exit 7
  @Test func aTrialThatIsInTheQueueIsNotRemoved() throws {
    let (place, slurm) = try place()
    _ = try place.run("run", "tiny.yaml")
    let folder = try place.resultDirectory()
    let name = try trials(place)[1]
    try place.makeFolder("\(folder)/trials/\(name)")
    try place.write("\(folder)/trials/\(name)/resolved.yaml", place.text("\(folder)/resolved.yaml"))
    let remove = { try place.run("rm", "\(folder)/trials/\(name)", "--yes") }
    let refused = try remove()
    #expect(refused.end == .exit(7), "\(refused.errors)")
    #expect(
      refused.errors.contains("job 1_1 plays it on the cluster (PENDING)"), "\(refused.errors)")
    try slurm.show([])
    #expect(try remove().end == .exit(0))
  }

  @Test func whatCannotBeCancelledIsAnError() throws {
    let (place, slurm) = try place()
    _ = try place.run("run", "tiny.yaml")
    let folder = try "\(place.path)/\(place.resultDirectory())"
    try slurm.first("scancel", "echo 'scancel: error: Access denied' >&2; exit 1")
    let refused = try place.run("cancel", folder)
    #expect(refused.end == .exit(4) && refused.output == "")
    #expect(
      refused.errors
        == "error: scancel 1 2 did not succeed (scancel: error: Access denied): they may still wait or "
        + "run; say the same again\n")
    try slurm.asUsual("scancel")
    #expect(try place.run("cancel", folder).output == "\(folder): 2 jobs cancelled\n")
  }

  /// docs/failures.md: `rm` of a sweep with jobs in the queue: exit 7, nothing is gone
  @Test func aSweepWithJobsInTheQueueIsNotRemoved() throws {
    let (place, slurm) = try place()
    _ = try place.run("run", "tiny.yaml")
    let folder = try place.resultDirectory()
    let refused = try place.run("rm", "--yes", folder)
    #expect(refused.end == .exit(7) && refused.errors.contains("wait or run on the cluster"))
    #expect(try place.resultDirectory() == folder)
    // Where nobody can be asked that is said.
    try slurm.show((0..<3).map { ($0, "CANCELLED", "n1") })
    place.environment["PATH"] = "/nowhere"
    let removed = try place.run("rm", "--yes", folder)
    #expect(removed.end == .exit(0), "\(removed.errors)")
    #expect(
      removed.errors.contains("whether jobs of it wait or run cannot be seen: there is no squeue"))
  }

  /// Whoever waits ends too.
  @Test func cancelEndsWhoeverWaits() throws {
    let (place, slurm) = try place()
    place.environment["GAN_EXP_SLURM_POLL"] = "0.1"
    let run = try place.start(["run", "tiny.yaml", "--wait"])
    try run.wait(for: "questions to squeue") { (try? slurm.calls("squeue")) ?? 0 > 3 }
    let folder = try "\(place.path)/\(place.resultDirectory())"
    let cancel = try place.run("cancel", folder)
    #expect(cancel.end == .exit(0) && cancel.output == "\(folder): 1 jobs cancelled\n")
    #expect(cancel.errors.contains(" submits or waits for it, and is told to give up\n"))
    let end = try run.finish()
    #expect(end.end == .exit(143), "\(end.errors)")
    #expect(try slurm.calls("sbatch") == 1)
  }
}
