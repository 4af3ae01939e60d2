import CLibrary

/// A moment in UTC, to the second, as status.json has it: `2026-11-21T02:53:08Z`.
package struct Moment: Sendable, Hashable, Comparable {
  package let seconds: Int

  package init(seconds: Int) { self.seconds = seconds }

  package init?(_ text: String) {
    let fields = text.split { !("0"..."9").contains($0) }.compactMap { Int($0) }
    guard text.hasSuffix("Z"), fields.count >= 6, (1...12).contains(fields[1]),
      (1...31).contains(fields[2]), (1970...9999).contains(fields[0])
    else { return nil }
    var parts = tm()
    parts.tm_year = Int32(fields[0] - 1900)
    parts.tm_mon = Int32(fields[1] - 1)
    parts.tm_mday = Int32(fields[2])
    parts.tm_hour = Int32(min(fields[3], 24))
    parts.tm_min = Int32(min(fields[4], 60))
    parts.tm_sec = Int32(min(fields[5], 61))
    seconds = timegm(&parts)
  }

  package static var now: Moment { Moment(seconds: time(nil)) }

  package static func < (a: Moment, b: Moment) -> Bool { a.seconds < b.seconds }

  private var fields: [Int] {
    var (clock, parts) = (time_t(seconds), tm())
    gmtime_r(&clock, &parts)
    return [
      parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min,
      parts.tm_sec,
    ]
    .map(Int.init)
  }

  private func text(_ separators: [String]) -> String {
    zip(fields, separators).map { padded($0, 2) + $1 }.joined()
  }

  /// `2026-11-21T02:53:08Z`
  package var iso: String { text(["-", "-", "T", ":", ":", "Z"]) }

  /// `2026-11-21 02:53`
  package var short: String { text(["-", "-", " ", ":", ""]) }

  /// `20261121T0253`, to the minute.
  package var compact: String { text(["", "", "T", "", ""]) }
}

/// `45 s`, `12m 05s`, `3h 20m`, `2d 4h`
package func durationText(seconds: Int) -> String {
  let seconds = max(0, seconds)
  func two(_ n: Int) -> String { n < 10 ? "0\(n)" : "\(n)" }
  switch seconds {
  case ..<60: return "\(seconds)s"
  case ..<3600: return "\(seconds / 60)m \(two(seconds % 60))s"
  case ..<86_400: return "\(seconds / 3600)h \(two(seconds / 60 % 60))m"
  default: return "\(seconds / 86_400)d \(seconds / 3600 % 24)h"
  }
}
