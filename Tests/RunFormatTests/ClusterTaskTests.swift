import Testing

@testable import RunFormat

/// What the scheduler of a cluster says of a process, and what follows for its claims.
@Suite struct ClusterTaskTests {
  private func task(_ variables: [String: String]) -> ClusterTask? {
    ClusterTask { variables[$0] }
  }

  @Test func aTaskIsReadFromTheEnvironment() {
    #expect(task([:]) == nil)
    let single = task(["SLURM_JOB_ID": "7"])
    #expect(single == ClusterTask(job: "7", task: nil, restart: 0) && single?.id == "7")
    let own = task([
      "SLURM_JOB_ID": "9", "SLURM_ARRAY_JOB_ID": "7", "SLURM_ARRAY_TASK_ID": "2",
      "SLURM_RESTART_COUNT": "1",
    ])
    #expect(own == ClusterTask(job: "7", task: "2", restart: 1) && own?.id == "7_2")
  }

  /// Of an owner on another node nothing can be seen, but what the scheduler says by starting it again.
  @Test(arguments: [
    (0, 1, "7", "2", false), (1, 1, "7", "2", nil), (0, 1, "7", "3", nil), (0, 1, "8", "2", nil),
    (2, 1, "7", "2", nil),
  ])
  func anEarlierStartOfTheSameTaskIsOver(
    before: Int, now: Int, job: String, task: String, isAlive: Bool?
  ) {
    func process(_ host: String, _ task: ClusterTask) -> ProcessIdentity {
      ProcessIdentity(pid: 1, host: host, boot: nil, namespace: nil, start: nil, cluster: task)
    }
    let owner = process("gx1", ClusterTask(job: "7", task: "2", restart: before))
    let reader = process("gx2", ClusterTask(job: job, task: task, restart: now))
    #expect(owner.isAlive(seenBy: reader) == isAlive)
    #expect(ProcessIdentity(owner.json) == owner)
  }
}
