import Foundation

/// How long the threads of oneDNN's team look for work before they sleep.
///
/// libgomp's default is some milliseconds of spinning. While another process wants the same core, a
/// thread that spins holds up the very thread it waits for: beside a busy process a round took up to
/// ninety times as long. A thousand looks are enough for the gaps within a round.
enum ThreadWaiting {
  private static let looks = "1000"

  /// Starts this program over with the variable set, because libgomp reads it only when it is loaded.
  /// Whoever has set it, or OMP_WAIT_POLICY, is left alone.
  static func settle() {
    #if os(Linux)
      guard getenv("GOMP_SPINCOUNT") == nil, getenv("OMP_WAIT_POLICY") == nil else { return }
      setenv("GOMP_SPINCOUNT", looks, 1)
      // Returns only if it fails; then waiting is slower, and nothing else is different.
      execv("/proc/self/exe", CommandLine.unsafeArgv)
    #endif
  }
}
