import CLibrary
import Spec

/// Who is writing a run: enough to tell later whether the process still lives.
package struct ProcessIdentity: Sendable, Hashable {
  package let pid: Int
  package let host: String
  /// Differs after every start of the machine.
  package let boot: String?
  /// In which the pid means this process; two containers of one machine have two.
  package let namespace: String?
  /// When it began, in the kernel's words: a pid is used again and again.
  package let start: String?
  /// nil outside of a cluster's jobs.
  package let cluster: ClusterTask?

  package static func current() -> ProcessIdentity {
    let pid = Int(getpid())
    return ProcessIdentity(
      pid: pid, host: Machine.host, boot: Machine.firstLine("/proc/sys/kernel/random/boot_id"),
      namespace: PlainFiles.target(ofLink: "/proc/self/ns/pid"),
      start: Machine.facts(ofProcess: pid)?.start, cluster: .current)
  }

  package var json: JSON {
    .map([
      "pid": .integer(pid), "host": .text(host), "boot": boot.map(JSON.text),
      "namespace": namespace.map(JSON.text), "start": start.map(JSON.text),
      "cluster": cluster?.json,
    ])
  }

  package init(
    pid: Int, host: String, boot: String?, namespace: String?, start: String?,
    cluster: ClusterTask? = nil
  ) {
    (self.pid, self.host, self.boot) = (pid, host, boot)
    (self.namespace, self.start, self.cluster) = (namespace, start, cluster)
  }

  package init?(_ json: JSON) {
    guard let pid = json["pid"]?.int, let host = json["host"]?.string else { return nil }
    self.init(
      pid: pid, host: host, boot: json["boot"]?.string, namespace: json["namespace"]?.string,
      start: json["start"]?.string, cluster: json["cluster"].flatMap { ClusterTask($0) })
  }

  /// Whether the process is there; nil when that cannot be seen from here: on another machine, or in
  /// another container of this one. One that has ended and that nobody has waited for, as happens in
  /// containers, is not there.
  package func isAlive(
    seenBy reader: ProcessIdentity, look: (_ pid: Int) -> ProcessLife = Machine.life(of:)
  ) -> Bool? {
    // Wherever it is, and whether or not it has noticed.
    if let cluster, let other = reader.cluster, cluster.isOver(seenBy: other) { return false }
    guard host == reader.host else { return nil }
    if let boot, let other = reader.boot, boot != other { return false }
    guard namespace == reader.namespace else { return nil }
    switch look(pid) {
    case .gone: return false
    case .there(let now): return start == nil || now == nil || start == now
    }
  }
}

/// What there is to see of a process.
package enum ProcessLife: Sendable, Hashable {
  case gone
  /// - start: in the kernel's words, where it says.
  case there(start: String?)
}
