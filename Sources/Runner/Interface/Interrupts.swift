import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// SIGINT and SIGTERM: the first asks the run to stop after its round, the second ends the program.
package enum Interrupts {
  private static let received = Atomic<Int32>(0)

  /// From here on the first signal is kept for ``pending``.
  package static func install() {
    // Touched before any signal can come: a handler must not be the one to initialize it.
    received.store(0, ordering: .relaxed)
    for signal in [SIGINT, SIGTERM] {
      #if canImport(Darwin)
        Darwin.signal(signal, handle)
      #else
        var action = sigaction()
        action.__sigaction_handler.sa_handler = handle
        // A write that is under way goes on.
        action.sa_flags = Int32(SA_RESTART)
        sigaction(signal, &action, nil)
      #endif
    }
  }

  /// The signal that asks the run to stop; 0 while none does.
  package static var pending: Int32 { received.load(ordering: .relaxed) }

  private static let handle: @convention(c) (Int32) -> Void = { signal in
    let (isFirst, _) = received.compareExchange(
      expected: 0, desired: signal, ordering: .relaxed)
    if !isFirst { _exit(128 + signal) }
  }
}
