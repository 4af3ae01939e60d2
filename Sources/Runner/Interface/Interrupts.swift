import CLibrary
import Synchronization

/// SIGINT, SIGTERM and SIGHUP: the first asks the run to stop after its round, the second ends the
/// program. A signal that whoever started the program ignores (`nohup`, `&` in a script) stays ignored.
package enum Interrupts {
  private static let received = Atomic<Int32>(0)
  private static let keeps = Atomic<Bool>(true)
  private static let isPatient = Atomic<Bool>(false)

  package static let signals = [SIGINT, SIGTERM, SIGHUP]

  /// From here on the first signal ends the program with the exit code of an interruption: there is
  /// nothing to save yet, and reading data may take long.
  package static func endAtOnce() { install(keeping: false) }

  /// From here on the first signal is kept for ``pending``.
  package static func install() { install(keeping: true) }

  /// The same in a job of a cluster, which is told by SIGUSR2 too that its time is nearly over, and may be
  /// told again and again: it ends when it has saved, or is killed.
  package static func installInJob() { install(keeping: true, also: [SIGUSR2], isPatient: true) }

  private static func install(
    keeping: Bool, also more: [Int32] = [], isPatient patient: Bool = false
  ) {
    // Touched before any signal can come: a handler must not be the one to initialize them.
    received.store(0, ordering: .relaxed)
    keeps.store(keeping, ordering: .relaxed)
    isPatient.store(patient, ordering: .relaxed)
    for signal in signals + more {
      var before = sigaction()
      sigaction(signal, nil, &before)
      var action = sigaction()
      #if canImport(Darwin)
        if before.__sigaction_u.__sa_handler.isIgnore { continue }
        action.__sigaction_u.__sa_handler = handle
      #else
        if before.__sigaction_handler.sa_handler.isIgnore { continue }
        action.__sigaction_handler.sa_handler = handle
      #endif
      // A write that is under way goes on.
      action.sa_flags = Int32(SA_RESTART)
      sigaction(signal, &action, nil)
    }
  }

  /// The signal that asks the run to stop; 0 while none does.
  package static var pending: Int32 { received.load(ordering: .relaxed) }

  private static let handle: @convention(c) (Int32) -> Void = { signal in
    let (isFirst, _) = received.compareExchange(
      expected: 0, desired: signal, ordering: .relaxed)
    let ends = !isFirst && !isPatient.load(ordering: .relaxed)
    if ends || !keeps.load(ordering: .relaxed) { _exit(128 + signal) }
  }
}

extension Optional where Wrapped == @convention(c) (Int32) -> Void {
  /// Whether this is `SIG_IGN`, which is no function but the number 1.
  fileprivate var isIgnore: Bool { unsafeBitCast(self, to: Int.self) == 1 }
}
