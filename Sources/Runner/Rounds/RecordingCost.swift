import RunFormat
import Spec

/// Seconds of a process that went into writing things down rather than into training.
struct RecordingCost: Sendable {
  enum Kind: String, CaseIterable, Sendable { case rows, histograms, pictures, checkpoints }

  private var seconds: [Kind: Double] = [:]
  private var longest: [Kind: Double] = [:]

  mutating func add(_ kind: Kind, _ time: Double) {
    seconds[kind, default: 0] += time
    longest[kind] = max(longest[kind] ?? 0, time)
  }

  var json: JSON {
    func rounded(_ time: Double) -> JSON { .number((time * 1e6).rounded() / 1e6) }
    return .object(
      Kind.allCases.compactMap { kind in
        guard let total = seconds[kind], let most = longest[kind] else { return nil }
        return (kind.rawValue, .map(["seconds": rounded(total), "longest": rounded(most)]))
      })
  }
}
