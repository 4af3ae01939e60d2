import RunFormat
import Spec
import Testing

@testable import Runner

/// What Slurm is told, and what it says, as texts.
@Suite struct SlurmTextTests {
  @Test(arguments: [
    ([3], "3"), ([3, 7, 12, 13, 14, 15], "3,7,12-15"), ([0, 1, 3, 4], "0-1,3-4"), ([], ""),
  ])
  func tasksAreRangesAndReadBack(numbers: [Int], text: String) {
    #expect(ArrayIndices.text(numbers) == text)
    if !numbers.isEmpty { #expect(ArrayIndices.numbers(text + "%2") == numbers) }
  }

  @Test(arguments: ["", "a", "3-", "5-3", "3,,4", "1-3:0", "0-99999999999", "3-6..."])
  func whatIsNoListOfTasksIsRefused(text: String) { #expect(ArrayIndices.numbers(text) == nil) }

  @Test func arraysAreNoLongerThanTheSiteAllows() {
    let arrays = ArrayIndices.split([0, 3, 4, 7, 9], limit: 4)
    #expect(arrays.map(\.offset) == [0, 4, 8])
    #expect(arrays.map(\.tasks) == [[0, 3], [0, 3], [1]])
  }

  @Test func aQueueIsReadTaskByTask() throws {
    let text = """
      9_[3-4,8%2]|PENDING|Resources||/r/slurm/job-1.sh
      9_2|RUNNING|None|gx1|/r/slurm/job 1|2.sh
      12|COMPLETED|None|gx2|(null)

      """
    let entries = try #require(QueueEntry.parse(text))
    #expect(entries.map(\.task) == [3, 4, 8, 2, nil])
    #expect(entries.map(\.isLive) == [true, true, true, true, false])
    #expect(entries[3].script == "/r/slurm/job 1|2.sh" && entries[3].node == "gx1")
    #expect(QueueEntry.parse("") == [])
  }

  @Test(arguments: [
    "slurm_load_jobs error: Unable to contact slurm controller", "9_x|RUNNING|None|gx1|s",
    "9_1|RUNNING", "<html>", "9_[3-6...]|PENDING|None||s",
  ])
  func rubbishIsNoQueue(text: String) { #expect(QueueEntry.parse(text) == nil) }

  @Test(arguments: [
    ("COMPLETED", JobEnding.exited(0)), ("CANCELLED", .exited(75)), ("TIMEOUT", .exited(75)),
    ("NODE_FAIL", .killed(signal: 15)), ("PREEMPTED", .killed(signal: 15)),
    ("FAILED", .gone("FAILED")), ("OUT_OF_MEMORY", .gone("OUT_OF_MEMORY")), ("RUNNING", nil),
    ("COMPLETING", nil), ("REQUEUE_HOLD", nil), ("A_WORD_OF_TOMORROW", nil),
  ])
  func aStateIsAnEndingOrNone(state: String, ending: JobEnding?) {
    let entry = QueueEntry(job: 1, task: 2, state: state, reason: "", node: "", script: "")
    #expect(entry.ending == ending)
  }

  @Test func theScriptOfAnArrayIsThis() {
    var settings = SlurmSettings()
    settings.partition = "gpu"
    settings.seconds = 93_600
    (settings.gpus, settings.cpus, settings.memory) = (1, 4, 8_000_000_000)
    settings.atOnce = 16
    settings.modules = ["cuda/12"]
    settings.extra = ["--account=my lab"]
    let script = JobScript(
      settings: settings, sweep: "/r/it's 100%", program: "/opt/gan-exp",
      arguments: ["--device", "gpu"])
    #expect(
      script.array([3, 7, 8], offset: 1000) == """
        #!/bin/bash -l
        #SBATCH --job-name=gx-it_s_100_-0ed8e552
        #SBATCH --array=3,7-8%16
        #SBATCH --output="/r/it's 100%%/slurm/%A_%a.log"
        #SBATCH --open-mode=append
        #SBATCH --requeue
        #SBATCH --ntasks=1
        #SBATCH --signal=USR2@180
        #SBATCH --cpus-per-task=4
        #SBATCH --mem=7630M
        #SBATCH --time=1-02:00:00
        #SBATCH --gres=gpu:1
        #SBATCH --partition=gpu
        #SBATCH --account="my lab"
        module load cuda/12 || { echo 'error: module load cuda/12 failed'; exit 4; }
        if [ ! -e '/r/it'\\''s 100%'/plan.jsonl ]; then
          echo "error: $(hostname) does not see /r/it's 100%: results must lie on a file system that the nodes share (--results)"
          exit 4
        fi
        if [ ! -x /opt/gan-exp ]; then
          echo "error: $(hostname) does not have /opt/gan-exp: put gan-exp on a file system that the nodes share, and run that one"
          exit 4
        fi
        exec srun ${SLURM_CPUS_PER_TASK:+--cpus-per-task=$SLURM_CPUS_PER_TASK} --kill-on-bad-exit=1 /opt/gan-exp worker --sweep '/r/it'\\''s 100%' --engine slurm --requeues 50 --device gpu --index $((1000 + SLURM_ARRAY_TASK_ID))

        """)
  }

  @Test func whatOneJobWasToldIsNotTheWishOfTheNext() {
    let kept = SlurmClient.scrubbed([
      "SLURM_CONF": "/c", "SLURM_CPU_BIND": "x", "SBATCH_PARTITION": "x", "PMIX_RANK": "0",
      "SQUEUE_FORMAT": "%j", "HOME": "/h",
    ])
    #expect(kept == ["SLURM_CONF": "/c", "HOME": "/h", "SLURM_BITSTR_LEN": "0"])
  }

  @Test(arguments: [
    ("JobId=5 JobState=RUNNING|SIGNALING Reason=None", "RUNNING|SIGNALING"),
    ("slurm_load_jobs error", nil),
  ])
  func theStateOfATaskIsFound(text: String, state: String?) {
    #expect(Requeue.state(in: text) == state)
  }
}
