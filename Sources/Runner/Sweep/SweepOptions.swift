import RunFormat
import Spec

/// What a sweep may do, besides what its spec says.
package struct SweepOptions: Sendable {
  /// Trials to run; nil: all.
  package var only: Set<Int>?
  /// Shares the sweep with other processes instead of claiming it.
  package var joins = false
  /// Also runs those that failed before.
  package var retriesFailed = false
  package var retries = 0
  /// By which summary.csv says how good a trial is.
  package var objective: MetricsSection.Objective?
  package var stopAfter: Int?
  package var budgetSeconds: Double?
  /// `guards.min_free_disk`: where less is free, no trial begins.
  package var leastFree: Int?
  package var lostAfter = RunClaim.lostAfter
  /// Between two looks whether a disk that took no more does again.
  package var pauseSeconds = 10.0
  /// Between two looks at the jobs.
  package var pollSeconds = 0.02
  /// Whether the jobs go on without this process: who does not want to wait any longer just leaves.
  package var leavesJobs = false
  /// The signal that asks for an end; 0 while none does.
  package var interrupt: @Sendable () -> Int32 = { Interrupts.pending }

  package init() {}
}
