import CLibrary

/// How much memory this process may ever have: the least of what the machine has, what its control group
/// is given, and what its shell allows.
package struct MemoryLimit: Sendable, Hashable {
  package let bytes: Int
  /// `this machine has`, `its control group is given`
  package let words: String

  package init(bytes: Int, words: String) { (self.bytes, self.words) = (bytes, words) }

  package static var current: MemoryLimit {
    let limits = [machine, controlGroup, addressSpace].compactMap(\.self)
    return limits.min { $0.bytes < $1.bytes }
      ?? MemoryLimit(bytes: .max, words: "nobody says how much there is")
  }

  private static var machine: MemoryLimit? {
    let bytes = sysconf(Int32(_SC_PHYS_PAGES)).multipliedReportingOverflow(
      by: sysconf(Int32(_SC_PAGESIZE)))
    guard !bytes.overflow, bytes.partialValue > 0 else { return nil }
    return MemoryLimit(bytes: bytes.partialValue, words: "this machine has")
  }

  /// In version 2 of control groups the least of the group's own limit and its parents'; else that of the
  /// memory controller of version 1.
  private static var controlGroup: MemoryLimit? {
    var files = ["/sys/fs/cgroup/memory/memory.limit_in_bytes"]
    for line in Machine.lines("/proc/self/cgroup") {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      var group = String(parts[2])
      if parts[1].isEmpty {
        while true {
          files.append("/sys/fs/cgroup\(group == "/" ? "" : group)/memory.max")
          if group == "/" || group.isEmpty { break }
          group = group.parentPath
        }
      } else if parts[1].split(separator: ",").contains("memory") {
        files.append("/sys/fs/cgroup/memory\(group == "/" ? "" : group)/memory.limit_in_bytes")
      }
    }
    let least = files.compactMap { Machine.firstLine($0).flatMap { Int($0) } }.min()
    return least.map { MemoryLimit(bytes: $0, words: "its control group is given") }
  }

  private static var addressSpace: MemoryLimit? {
    var limit = rlimit()
    #if canImport(Darwin)
      let kind = RLIMIT_AS
    #else
      let kind = __rlimit_resource_t(RLIMIT_AS.rawValue)
    #endif
    guard getrlimit(kind, &limit) == 0, limit.rlim_cur < UInt64(Int.max) else { return nil }
    return MemoryLimit(bytes: Int(limit.rlim_cur), words: "`ulimit -v` allows")
  }
}
