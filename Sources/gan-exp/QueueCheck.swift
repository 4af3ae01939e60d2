import RunFormat
import Runner

/// Whether a sweep's folder may go, as far as a cluster has a word in it.
enum QueueCheck {
  /// Says so where that cannot be asked: the folder may have come from a cluster to a machine that is none.
  ///
  /// - Parameter path: a run or a sweep.
  /// - Throws: exit 7 while jobs of the sweep wait or run.
  static func requireNobody(at path: String) throws(Failure) {
    let place = PlainFiles.absolute(path) ?? path
    let sweep = place.parentPath.parentPath
    if place.parentPath.lastPathComponent == "trials", FileLayer().exists("\(sweep)/slurm"),
      let directory = try? SweepDirectory(reading: sweep),
      let trial = directory.trials.first(where: { $0.name == place.lastPathComponent })
    {
      return try requireNobody(at: path, playing: trial, of: sweep)
    }
    guard FileLayer().exists("\(place)/slurm") else { return }
    let live: Int
    do throws(RunError) {
      let trials = try SlurmQueue(.current, sweep: place).trials()
      live = trials.live.count + (trials.strays == nil ? 0 : 1)
    } catch {
      return warn(path, error)
    }
    guard live > 0 else { return }
    throw Failure(
      status: .locked,
      message: "error: \(path): trials of it wait or run on the cluster\n"
        + "  = gan-exp cancel \(path.shellWord), and the same again when they are over")
  }
  private static func requireNobody(
    at path: String, playing trial: PlannedTrial, of sweep: String
  ) throws(Failure) {
    let task: QueuedTrial?
    do throws(RunError) {
      task = try SlurmQueue(.current, sweep: sweep).trials().live[trial.index]
    } catch {
      return warn(path, error)
    }
    guard let task else { return }
    throw Failure(
      status: .locked,
      message: "error: \(path): job \(task.id) plays it on the cluster (\(task.state))\n"
        + "  = scancel \(task.id), and the same again when it is over")
  }

  private static func warn(_ path: String, _ error: RunError) {
    Terminal.error("warning: \(path): whether jobs of it wait or run cannot be seen: \(error)")
  }
}
