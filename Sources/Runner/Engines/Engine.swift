import RunFormat
import Spec

/// What starts the workers of a sweep. Truth is in the folders: an engine knows only whether a job it
/// started still goes.
package protocol Engine {
  /// How many jobs may go at once.
  var capacity: Int { get }
  /// Starts workers: the jobs of the first of these trials, as many as could be started.
  ///
  /// - Throws: when not even one could.
  mutating func submit(_ trials: [PlannedTrial]) throws(RunError) -> [JobID]
  /// What every job is that has not been said to have ended before.
  mutating func poll() throws(RunError) -> [JobID: JobState]
  /// Asks jobs to save and stop.
  func cancel(_ jobs: [JobID])
  /// Takes back what has not begun; ``poll()`` says of which jobs that is so.
  mutating func withdraw() throws(RunError)
  /// What is odd about answers of the scheduler, once.
  mutating func remarks() -> [String]
  /// - Parameter sign: a sign of life of whoever holds the sweep, to be given before each request that may take
  ///   long.
  mutating func keepAlive(by sign: @escaping () throws(RunError) -> Void)
  /// The file in which a trial's worker says what it has to say.
  func log(of trial: PlannedTrial) -> String
}

/// What an engine need not do that starts a job when there is room for it, at once.
extension Engine {
  package mutating func withdraw() {}
  package mutating func remarks() -> [String] { [] }
  package mutating func keepAlive(by sign: @escaping () throws(RunError) -> Void) {}
}

/// A job in the words of its engine: a process's number, a task of an array.
package struct JobID: Hashable, Sendable, CustomStringConvertible {
  package let word: String

  package init(_ word: String) { self.word = word }
  package init(_ number: Int) { word = String(number) }

  package var description: String { word }
  /// A number where it is one.
  var json: JSON { Int(word).map(JSON.integer) ?? .text(word) }
}

/// What an engine knows of a job.
package enum JobState: Sendable, Hashable {
  case alive
  case ended(JobEnding)
  /// The engine has no record of it any more: the trial's folder alone says what became of it.
  case unknown
}

package enum JobEnding: Sendable, Hashable {
  case exited(Int32)
  case killed(signal: Int32)
  /// It is over, and nobody knows its exit code; the engine's word.
  case gone(String)

  /// Whether it was asked to stop, and did: with the exit code that says so, or before it could give one.
  var isInterruption: Bool {
    switch self {
    case .exited(let code): Interrupts.signals.contains { code == 128 + $0 }
    case .killed(let signal): Interrupts.signals.contains(signal)
    case .gone: false
    }
  }

  /// Whether a signal had a part in it.
  var isBySignal: Bool {
    if case .killed = self { true } else { isInterruption }
  }
}
