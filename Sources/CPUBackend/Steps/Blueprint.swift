import TensorCore

/// What a step does, once it knows where its memory is.
typealias Action = () throws(BackendError) -> Void

/// A step that is planned but has no memory yet.
@safe struct Blueprint {
  var label: String
  /// Bytes of scratch memory, needed only while the step runs.
  var scratch: [Int] = []
  /// Memory that several steps use: alive from the first of them, which fills it, to the last.
  var shared: [Shared] = []
  var bind: (Placement) throws(BackendError) -> Action
}

struct Shared: Hashable {
  var id: Int
  var byteCount: Int
}

/// Where the nodes of a graph and the scratch memory of one step are.
@unsafe struct Placement {
  var addresses: [UnsafeMutableRawPointer?]
  var scratch: [UnsafeMutableRawPointer]
  /// In the order of the blueprint's list.
  var shared: [UnsafeMutableRawPointer]
  /// Threads of the team; the same at every execution.
  var threads: Int

  func address(_ node: Int) throws(BackendError) -> UnsafeMutableRawPointer {
    guard let address = unsafe addresses[node] else {
      throw BackendError("node \(node) was planned without memory")
    }
    return unsafe address
  }
  /// The first element of a view of float32.
  func floats(_ view: View) throws(BackendError) -> UnsafeMutablePointer<Float> {
    try unsafe address(view.root).assumingMemoryBound(to: Float.self) + view.offset
  }
  func floats(_ node: Int) throws(BackendError) -> UnsafeMutablePointer<Float> {
    try unsafe address(node).assumingMemoryBound(to: Float.self)
  }
  /// Threads for a step of `work` additions or so: a small one is done before others wake up.
  func threads(for work: Int) -> UInt32 { unsafe UInt32(work < 32_768 ? 1 : threads) }
}
