import CLibrary
import TensorCore

/// Times every step when the environment says `GAN_EXP_PROFILE=1`; the table goes to standard error
/// when the executable is released.
final class Profile {
  static let isWanted: Bool = {
    guard let value = unsafe getenv("GAN_EXP_PROFILE") else { return false }
    return unsafe String(cString: value) == "1"
  }()

  private let labels: [String]
  private var least: [Duration]
  private var runs = 0

  init(_ labels: [String]) {
    self.labels = labels
    least = labels.map { _ in .seconds(1_000_000) }
  }

  func run(_ actions: [Action]) throws(BackendError) {
    let clock = ContinuousClock()
    var before = clock.now
    for (index, action) in actions.enumerated() {
      try action()
      let after = clock.now
      least[index] = min(least[index], after - before)
      before = after
    }
    runs += 1
  }

  /// The shortest time of each step, in microseconds, in the order of execution.
  var table: String {
    let lines = zip(labels, least).map { label, time in
      "\(Self.column(time)) \(label)\n"
    }
    let total = least.reduce(.zero, +)
    return "microseconds, least of \(runs) executions\n" + lines.joined()
      + "\(Self.column(total)) in all\n"
  }

  private static func column(_ time: Duration) -> String {
    let digits = String(time / .microseconds(1) < 1e9 ? Int(time / .microseconds(1)) : 0)
    return String(repeating: " ", count: max(0, 8 - digits.count)) + digits
  }

  deinit {
    guard runs > 0 else { return }
    var text = table
    text.withUTF8 { bytes in _ = unsafe write(STDERR_FILENO, bytes.baseAddress, bytes.count) }
  }
}
