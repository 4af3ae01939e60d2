import COneDNN
import TensorCore

/// From a fused and scheduled graph to steps: one arm for each operation.
struct Lowering {
  let fusion: Fusion
  let stored: [Bool]
  /// Node of a new state's value → node of the state in whose memory it is written.
  let inPlace: [Int: Int]
  let engine: DNNL.Engine
  let threads: Int
  let rules: ConvolutionRules
  /// The right sides of products that an earlier step has rearranged.
  private(set) var packed: [Packing: Int] = [:]

  enum Packing: Hashable {
    /// The layout that oneDNN chooses for a right side depends on it and on the rows of the left.
    case product(right: View, rows: Int)
    /// Sums of weights.
    case winograd(weight: View, ConvolutionKind, ConvGeometry)
  }

  var facts: Facts { fusion.facts }

  mutating func blueprint(_ step: Int) throws(BackendError) -> Blueprint {
    switch fusion.steps[step] {
    case .group(let group):
      let overwritten = Set(group.anchors.compactMap { inPlace[$0] })
      return try self.group(step, group, overwritten: overwritten)
    case .whole(let node): return try whole(node)
    }
  }

  private mutating func whole(_ id: Int) throws(BackendError) -> Blueprint {
    let node = facts.graph.nodes[id]
    let views = node.operands.map { facts.views[$0] }
    let result = View(root: id, shape: node.type.shape)
    switch node.op {
    case .broadcast, .reshape, .transpose, .slice:
      return try copy(id, from: movement(node, views[0]))
    case .pad(let low, _, let interior):
      return try pad(id, from: views[0], low: low, interior: interior)
    case .concatenate(let axis): return try concatenate(id, views, axis: axis)
    case .gather: return gather(id, table: views[0], indices: views[1])
    case .scatterAdd: return scatterAdd(id, updates: views[0], indices: views[1])
    case .random(let distribution, let stream, _):
      return random(id, distribution, stream: stream, key: views[0])
    case .convert:
      return convert(id, from: views[0], facts.graph.nodes[node.operands[0]].type.dtype)
    case .matmul(let transposeLeft, let transposeRight):
      return try product(
        id, left: views[0], right: views[1], transposeLeft: transposeLeft,
        transposeRight: transposeRight)
    case .convolution(let geometry):
      return try convolution(.forward, geometry, image: views[0], weight: views[1], output: result)
    case .convolutionInputGradient(let geometry, _, _):
      return try convolution(
        .inputGradient, geometry, image: result, weight: views[1], output: views[0])
    case .convolutionWeightGradient(let geometry, _, _):
      return try convolution(
        .weightGradient, geometry, image: views[0], weight: result, output: views[1])
    case .windowSum(let window), .windowSumGradient(let window, _, _),
      .windowMaximum(let window), .windowMaximumGradient(let window),
      .windowMaximumSelect(let window):
      return try self.window(id, window, operands: views)
    case .input, .constant, .iota, .unary, .binary, .compare, .select, .reduce:
      preconditionFailure("\(node.op.name) is no step of its own")
    }
  }

  /// The shared memory of a packing, and whether this is its first reader, who has to fill it.
  mutating func share(_ packing: Packing, byteCount: Int) -> (shared: Shared, isFirst: Bool) {
    if let id = packed[packing] { return (Shared(id: id, byteCount: byteCount), false) }
    let id = packed.count
    packed[packing] = id
    return (Shared(id: id, byteCount: byteCount), true)
  }

  /// What a movement makes of its operand's view, or the operand itself where only a copy would do.
  private func movement(_ node: Node, _ operand: View) throws(BackendError) -> View {
    switch node.op {
    case .broadcast(let shape, let axes): return operand.broadcast(to: shape, axes: axes)
    case .transpose(let permutation): return operand.transposed(permutation)
    case .slice(let start, _, let step):
      return operand.sliced(start: start, step: step, to: node.type.shape)
    // A reshape is only carried out to copy, in the row-major order both shapes share.
    case .reshape: return operand
    case .input, .constant, .iota, .random, .unary, .binary, .compare, .select, .convert, .pad,
      .concatenate, .gather, .scatterAdd, .reduce, .matmul, .convolution,
      .convolutionInputGradient, .convolutionWeightGradient, .windowSum, .windowSumGradient,
      .windowMaximum, .windowMaximumGradient, .windowMaximumSelect:
      preconditionFailure("\(node.op.name) moves nothing")
    }
  }
}
