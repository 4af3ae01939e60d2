import CKernels
import TensorCore

/// The straight-line code of a group: what is read, computed, written and folded for each tile.
struct TileProgram {
  enum Reference: Hashable {
    case source(Int)
    case scalar(Int)
    case computed(Int)
  }
  struct Source: Hashable {
    var view: View
    var element: DType
  }
  enum Scalar: Hashable {
    case number(Float)
    case memory(View)
  }
  struct Instruction {
    var opcode: gan_opcode
    var operands: [Reference]
  }
  struct Result {
    var node: Int
    var value: Reference
  }

  private(set) var sources: [Source] = []
  private(set) var scalars: [Scalar] = []
  /// Instruction `i` computes `.computed(i)`.
  private(set) var instructions: [Instruction] = []
  private(set) var sinks: [Result] = []
  private(set) var folds: [Result] = []
  private(set) var cost = 0

  private let fusion: Fusion
  private let replacing: [Int: Int]
  private let step: Int
  private var values: [Int: Reference] = [:]
  private var sourceIndex: [Source: Int] = [:]
  private var scalarIndex: [Scalar: Int] = [:]

  /// `stored`: the anchors that somebody outside the group reads. `overwritten`: states whose new
  /// value this group writes over the old one.
  init(
    _ fusion: Fusion, step: Int, _ group: Fusion.Group, stored: [Bool], overwritten: Set<Int> = [],
    replacing: [Int: Int] = [:]
  ) {
    self.fusion = fusion
    self.step = step
    self.replacing = replacing
    let nodes = fusion.facts.graph.nodes
    for anchor in group.anchors.sorted() {
      if fusion.facts.kinds[anchor] == .fold {
        let value = tile(reference(nodes[anchor].operands[0]), safeFrom: overwritten)
        folds.append(Result(node: anchor, value: value))
      } else {
        let value = reference(.value(anchor), converting: nil)
        if stored[anchor] {
          sinks.append(Result(node: anchor, value: tile(value, safeFrom: overwritten)))
        }
      }
    }
  }

  /// The index of the last instruction that reads a source, or -1.
  func lastReader(ofSource index: Int) -> Int {
    instructions.lastIndex { $0.operands.contains(.source(index)) } ?? -1
  }

  func isFloat(_ node: Int) -> Bool { fusion.facts.graph.nodes[node].type.dtype == .float32 }

  /// Whether `node` is written where the state `root` was.
  func replaces(_ node: Int, _ root: Int) -> Bool { replacing[node] == root }

  func foldKind(_ node: Int) -> Int32 {
    guard case .reduce(let reduction, _) = fusion.facts.graph.nodes[node].op else { return 0 }
    return switch reduction {
    case .sum: Int32(GAN_FOLD_SUM.rawValue)
    case .maximum: Int32(GAN_FOLD_MAXIMUM.rawValue)
    case .minimum: Int32(GAN_FOLD_MINIMUM.rawValue)
    }
  }

  private mutating func reference(_ operand: Int) -> Reference {
    reference(fusion.leaf(operand), converting: nil)
  }

  private mutating func reference(_ leaf: Leaf, converting element: DType?) -> Reference {
    switch leaf {
    case .number(let number): return scalar(.number(Float(number)))
    case .memory(let view):
      let element = element ?? .float32
      if element == .float32, view.shape.count > 1, view.axes.allSatisfy({ $0.stride == 0 }) {
        return scalar(.memory(view))
      }
      return source(view, element)
    case .value(let id):
      if let known = values[id] { return known }
      let node = fusion.facts.graph.nodes[id]
      let value: Reference
      if fusion.isAnchor[id], fusion.writer[id] != step {
        value = source(View(root: id, shape: node.type.shape), node.type.dtype)
      } else {
        value = computed(node)
      }
      values[id] = value
      return value
    }
  }

  private mutating func computed(_ node: Node) -> Reference {
    let nodes = fusion.facts.graph.nodes
    switch node.op {
    case .unary(let function):
      return emit(function.opcode, [tile(reference(node.operands[0]))], node)
    case .binary(let function):
      return emit(function.opcode, pair(node), node)
    case .compare(let relation):
      return emit(relation.opcode, pair(node), node)
    case .select:
      let references = node.operands.map { reference($0) }
      return emit(GAN_SELECT, [tile(references[0]), references[1], references[2]], node)
    case .convert:
      let operand = node.operands[0]
      return reference(fusion.leaf(operand), converting: nodes[operand].type.dtype)
    case .input, .constant, .iota, .random, .broadcast, .reshape, .transpose, .slice, .pad,
      .concatenate, .gather, .scatterAdd, .reduce, .matmul, .convolution,
      .convolutionInputGradient, .convolutionWeightGradient, .windowSum, .windowSumGradient,
      .windowMaximum, .windowMaximumGradient, .windowMaximumSelect:
      preconditionFailure("\(node.op.name) is not computed tile by tile")
    }
  }

  private mutating func pair(_ node: Node) -> [Reference] {
    let (a, b) = (reference(node.operands[0]), reference(node.operands[1]))
    if case .scalar = a, case .scalar = b { return [tile(a), b] }
    return [a, b]
  }

  private mutating func emit(
    _ opcode: gan_opcode, _ operands: [Reference], _ node: Node
  ) -> Reference {
    cost += node.op.cost
    instructions.append(Instruction(opcode: opcode, operands: operands))
    return .computed(instructions.count - 1)
  }

  /// A value that fills a tile; with `overwritten`, one that outlives the stores of the tile.
  private mutating func tile(
    _ value: Reference, safeFrom overwritten: Set<Int> = []
  ) -> Reference {
    switch value {
    case .computed: return value
    case .source(let index) where !overwritten.contains(sources[index].view.root): return value
    case .source, .scalar:
      cost += 1
      instructions.append(Instruction(opcode: GAN_COPY, operands: [value]))
      return .computed(instructions.count - 1)
    }
  }

  private mutating func source(_ view: View, _ element: DType) -> Reference {
    // The same elements in another shape are one source.
    let flat = view.reshaped([view.shape.count]) ?? view
    let source = Source(view: flat, element: element)
    if let index = sourceIndex[source] { return .source(index) }
    sources.append(source)
    sourceIndex[source] = sources.count - 1
    return .source(sources.count - 1)
  }

  private mutating func scalar(_ scalar: Scalar) -> Reference {
    if let index = scalarIndex[scalar] { return .scalar(index) }
    scalars.append(scalar)
    scalarIndex[scalar] = scalars.count - 1
    return .scalar(scalars.count - 1)
  }
}

extension Unary {
  fileprivate var opcode: gan_opcode {
    switch self {
    case .negate: GAN_NEGATE
    case .absolute: GAN_ABSOLUTE
    case .sign: GAN_SIGN
    case .floor: GAN_FLOOR
    case .exponential: GAN_EXPONENTIAL
    case .exponentialMinusOne: GAN_EXPONENTIAL_MINUS_ONE
    case .logarithm: GAN_LOGARITHM
    case .logarithmOnePlus: GAN_LOGARITHM_ONE_PLUS
    case .squareRoot: GAN_SQUARE_ROOT
    case .reciprocalSquareRoot: GAN_RECIPROCAL_SQUARE_ROOT
    case .reciprocal: GAN_RECIPROCAL
    case .tanh: GAN_TANH
    case .sigmoid: GAN_SIGMOID
    case .softplus: GAN_SOFTPLUS
    case .exponentialLinear: GAN_EXPONENTIAL_LINEAR
    }
  }
}

extension Binary {
  fileprivate var opcode: gan_opcode {
    switch self {
    case .add: GAN_ADD
    case .subtract: GAN_SUBTRACT
    case .multiply: GAN_MULTIPLY
    case .divide: GAN_DIVIDE
    case .maximum: GAN_MAXIMUM
    case .minimum: GAN_MINIMUM
    case .power: GAN_POWER
    }
  }
}

extension Comparison {
  fileprivate var opcode: gan_opcode {
    switch self {
    case .less: GAN_LESS
    case .lessOrEqual: GAN_LESS_OR_EQUAL
    case .greater: GAN_GREATER
    case .greaterOrEqual: GAN_GREATER_OR_EQUAL
    case .equal: GAN_EQUAL
    case .notEqual: GAN_NOT_EQUAL
    }
  }
}
