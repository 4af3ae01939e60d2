import CLibrary
import Spec

/// How many cores this process may use.
package struct CoreLimit: Sendable, Hashable {
  /// Those that it may be scheduled on.
  package let cores: Int
  /// Cores' worth of time that its control group is given, where that is limited (cpu.max of version 2, the quota of version 1).
  package let share: Double?

  package init(cores: Int, share: Double?) { (self.cores, self.share) = (cores, share) }

  package static func current(cores: Int) -> CoreLimit {
    let shares = Self.files().compactMap { file -> Double? in
      let line = Machine.firstLine(file.quota) ?? ""
      return share(quota: line, period: file.period.flatMap(Machine.firstLine))
    }
    return CoreLimit(cores: cores, share: shares.min())
  }

  /// `200000 100000`, or the two numbers of version 1; nil: no limit, which is `max` or a quota below 0.
  package static func share(quota: String, period: String?) -> Double? {
    let numbers = (quota.split(separator: " ") + (period.map { [$0[...]] } ?? []))
      .map { Double($0) }
    guard numbers.count == 2, let quota = numbers[0], let period = numbers[1], quota > 0, period > 0
    else { return nil }
    return quota / period
  }

  private static func files() -> [(quota: String, period: String?)] {
    var files: [(quota: String, period: String?)] = [
      ("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "/sys/fs/cgroup/cpu/cpu.cfs_period_us")
    ]
    for line in Machine.lines("/proc/self/cgroup") where line.hasPrefix("0::") {
      var group = String(line.dropFirst(3))
      while group != "/", !group.isEmpty {
        files.append(("/sys/fs/cgroup\(group)/cpu.max", nil))
        group = group.parentPath
      }
    }
    return files + [("/sys/fs/cgroup/cpu.max", nil)]
  }
}
