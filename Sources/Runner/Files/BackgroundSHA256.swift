import Crypto
import Dispatch
import Synchronization
import TensorCore

/// The SHA-256 of bytes as they come, taken by another thread while they are on their way to the disk.
final class BackgroundSHA256: Sendable {
  private let queue = DispatchQueue(label: "sha-256")
  private let hash = Mutex(SHA256())

  func update(_ bytes: [UInt8]) {
    queue.async { self.hash.withLock { $0.update(data: bytes) } }
  }

  func update(_ tensor: HostTensor) {
    queue.async {
      self.hash.withLock { hash in tensor.withBytes { hash.update(bufferPointer: $0) } }
    }
  }

  /// Of all that came before, in hex.
  var hexadecimal: String {
    queue.sync { hash.withLock { Runner.hexadecimal($0.finalize()) } }
  }
}
