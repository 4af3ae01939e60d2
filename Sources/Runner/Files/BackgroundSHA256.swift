import Digests
import Dispatch
import RunFormat
import Synchronization
import TensorCore

/// The SHA-256 of bytes as they come, taken by another thread while they are on their way to the disk.
final class BackgroundSHA256: Sendable {
  private let queue = DispatchQueue(label: "sha-256")
  private let hash = Mutex(SHA256())
  /// So many pieces may wait, and be in memory for it; whoever has more waits too.
  private let room = DispatchSemaphore(value: 4)

  func update(_ bytes: [UInt8]) {
    update { $0.update(bytes) }
  }

  func update(_ tensor: HostTensor) {
    update { hash in tensor.withBytes { hash.update($0) } }
  }

  private func update(_ body: @escaping @Sendable (inout SHA256) -> Void) {
    room.wait()
    queue.async {
      self.hash.withLock { body(&$0) }
      self.room.signal()
    }
  }

  /// Of all that came before, in hex.
  var hexadecimal: String {
    queue.sync { hash.withLock { $0.hexadecimal } }
  }
}
