import CLibrary
import Spec

/// Which task of a cluster's scheduler a process is, as its environment says.
package struct ClusterTask: Sendable, Hashable {
  /// The array's job; its own where it is none.
  package let job: String
  package let task: String?
  /// How often the scheduler has started the task anew.
  package let restart: Int

  package init(job: String, task: String?, restart: Int) {
    (self.job, self.task, self.restart) = (job, task, restart)
  }

  /// nil outside of Slurm's jobs.
  package static let current = ClusterTask { name in
    getenv(name).map { String(cString: $0) }
  }

  package init?(_ variable: (String) -> String?) {
    guard let job = variable("SLURM_ARRAY_JOB_ID") ?? variable("SLURM_JOB_ID"), Int(job) != nil
    else { return nil }
    // In the first run it is not set.
    self.init(
      job: job, task: variable("SLURM_ARRAY_TASK_ID"),
      restart: variable("SLURM_RESTART_COUNT").flatMap { Int($0) } ?? 0)
  }

  /// By which the scheduler is asked for this task and no other: the last task of an array has the
  /// array's own job number.
  package var id: String { task.map { "\(job)_\($0)" } ?? job }

  /// Whether the scheduler itself says that this start of a task is over: it has started it again.
  package func isOver(seenBy other: ClusterTask) -> Bool {
    job == other.job && task == other.task && restart < other.restart
  }

  var json: JSON {
    .map([
      "job": .text(job), "task": task.map(JSON.text), "restart": .integer(restart),
    ])
  }

  init?(_ json: JSON) {
    guard let job = json["job"]?.string, let restart = json["restart"]?.int else { return nil }
    self.init(job: job, task: json["task"]?.string, restart: restart)
  }
}
