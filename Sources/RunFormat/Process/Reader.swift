/// Who asks whether a process lives, and when.
package struct Reader: Sendable {
  package let process: ProcessIdentity
  package let now: Moment
  private let look: @Sendable (_ pid: Int) -> ProcessLife

  package init(
    _ process: ProcessIdentity, now: Moment,
    look: @escaping @Sendable (_ pid: Int) -> ProcessLife = Machine.life(of:)
  ) {
    (self.process, self.now, self.look) = (process, now, look)
  }

  package static var current: Reader { Reader(.current(), now: .now) }

  /// Whether the process is there; nil where that cannot be seen from here.
  package func isAlive(_ other: ProcessIdentity) -> Bool? {
    other.isAlive(seenBy: process, look: look)
  }
}
