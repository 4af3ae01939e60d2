import TensorCore

/// Where a fused expression finds an operand.
enum Leaf: Hashable {
  /// One number, known now.
  case number(Double)
  /// The register of another node of the same expression or group, element for element.
  case value(Int)
  /// Memory that a step wrote or that was there before.
  case memory(View)
}

/// Decides which element-wise values are computed together.
///
/// An *anchor* is a value that a group computes for others: it is read by a step of another kind, in
/// another shape, or too often to compute again. Everything else is computed where it is read. Groups
/// collect anchors over one domain that read each other or the same memory, as long as no group has
/// to wait for itself.
struct Fusion {
  struct Group {
    var anchors: [Int]
    /// Elements of the domain, and how folds walk it.
    var count: Int
    var fold: FoldDomain?
    /// Upper bounds on what the tile program will hold.
    var instructions: Int
    var operands: Int
  }
  enum Step {
    case group(Group)
    case whole(Int)
  }

  let facts: Facts
  private(set) var steps: [Step] = []
  /// The step that writes a node's memory; nil for what is given or never in memory.
  private(set) var writer: [Int?]
  private(set) var isAnchor: [Bool]
  /// For each step, the steps that must run before it, direct or not.
  private(set) var ancestors: [BitSet] = []

  private let updatedStates: Set<String>
  /// Nodes from here on only watch, in groups of their own.
  private let firstWatcher: Int
  private var cones: [Cone?]
  private var groupsReading: [Int: [Int]] = [:]

  /// What it takes to compute a value that is not an anchor.
  private struct Cone {
    var instructions = 0
    var cost = 0
    var memory: Set<View> = []
    var values: Set<Int> = []
  }

  private static let longestCone = 24
  private static let largestGroup = (instructions: 100, operands: 80, folds: 16)

  init(_ facts: Facts, kept: Set<Int>, firstWatcher: Int = .max) {
    self.facts = facts
    self.firstWatcher = firstWatcher
    let count = facts.graph.nodes.count
    writer = [Int?](repeating: nil, count: count)
    isAnchor = [Bool](repeating: false, count: count)
    cones = [Cone?](repeating: nil, count: count)
    updatedStates = Set(facts.graph.updates.map(\.name))
    for id in 0..<count where facts.needed[id] { place(id, kept: kept.contains(id)) }
  }

  /// Where operand `node` of a fused expression is found.
  func leaf(_ node: Int) -> Leaf {
    if let number = facts.uniform[node] { return .number(number) }
    let view = facts.views[node]
    let root = facts.graph.nodes[view.root]
    if facts.kinds[view.root] == .elementwise, root.type.dtype == .float32, view.offset == 0,
      view.isDense, view.shape.count == root.type.shape.count
    {
      return .value(view.root)
    }
    return .memory(view)
  }

  // MARK: Anchors

  private mutating func place(_ id: Int, kept: Bool) {
    let node = facts.graph.nodes[id]
    switch facts.kinds[id] {
    case .given: break
    case .movement:
      if facts.materialized[id], facts.uniform[id] == nil { addWhole(id) }
    case .whole: addWhole(id)
    case .fold:
      var cone = Cone()
      absorb(node.operands[0], into: &cone)
      let shape = facts.graph.nodes[node.operands[0]].type.shape
      guard case .reduce(_, let axes) = node.op, let domain = FoldDomain(shape, axes: axes) else {
        preconditionFailure("folds are normalized")
      }
      addAnchor(id, cone, count: shape.count, fold: domain)
    case .elementwise:
      var cone = Cone()
      for operand in node.operands { absorb(operand, into: &cone) }
      cone.instructions += 1
      cone.cost += node.op.cost
      if kept || mustBeAnchor(id, cone) {
        isAnchor[id] = true
        addAnchor(id, cone, count: node.type.shape.count, fold: nil)
      } else {
        cones[id] = cone
      }
    }
  }

  private func absorb(_ operand: Int, into cone: inout Cone) {
    switch leaf(operand) {
    case .number: break
    case .memory(let view):
      cone.memory.insert(view)
    case .value(let id):
      guard let inner = cones[id] else {
        cone.values.insert(id)
        return
      }
      cone.instructions += inner.instructions
      cone.cost += inner.cost
      cone.memory.formUnion(inner.memory)
      cone.values.formUnion(inner.values)
    }
  }

  private func mustBeAnchor(_ id: Int, _ cone: Cone) -> Bool {
    if facts.graph.nodes[id].type.dtype != .float32 { return true }
    if cone.instructions > Self.longestCone { return true }
    var readers = 0
    var pending = facts.users[id]
    while let user = pending.popLast() {
      switch facts.kinds[user] {
      case .elementwise, .fold: readers += 1
      case .movement:
        if facts.materialized[user] { return true }
        let view = facts.views[user]
        let isWhole =
          view.isDense && view.shape.count == facts.graph.nodes[id].type.shape.count
        if !isWhole { return true }
        pending += facts.users[user]
      case .given, .whole: return true
      }
    }
    return readers > 1 && !isWorthRepeating(cone, count: facts.graph.nodes[id].type.shape.count)
  }

  /// Computing such a value again takes less time than writing and reading it.
  private func isWorthRepeating(_ cone: Cone, count: Int) -> Bool {
    let big = cone.memory.filter { facts.graph.nodes[$0.root].type.shape.count * 4 > count }
    // A late reader of an old state would keep the new one from taking its place.
    let waits = big.contains { view in
      guard case .input(let name, .state, _) = facts.graph.nodes[view.root].op else { return false }
      return updatedStates.contains(name)
    }
    return cone.cost <= 10 && big.count + cone.values.count <= 2 && !waits
  }

  // MARK: Groups

  private mutating func addWhole(_ id: Int) {
    let roots = facts.graph.nodes[id].operands.map { facts.views[$0].root }
    append(.whole(id), after: Set(roots.compactMap { writer[$0] }))
    writer[id] = steps.count - 1
  }

  private mutating func addAnchor(_ id: Int, _ cone: Cone, count: Int, fold: FoldDomain?) {
    let memory = Set(cone.memory.map(\.root)).union(cone.values)
    let before = Set(memory.compactMap { writer[$0] })
    let group = Group(
      anchors: [id], count: count, fold: fold, instructions: cone.instructions + 1,
      operands: cone.memory.count + cone.values.count + 1)
    var candidates = Set(cone.values.compactMap { writer[$0] })
    let shared =
      cone.memory.filter { $0.isDense && $0.shape.count == count }.map(\.root)
      + cone.values
    for root in shared { candidates.formUnion(groupsReading[root] ?? []) }
    let home = candidates.sorted(by: >).first { accepts($0, group, cone, before) }
    if let home {
      merge(group, into: home, after: before)
    } else {
      append(.group(group), after: before)
    }
    let step = home ?? steps.count - 1
    writer[id] = step
    for root in shared where !(groupsReading[root] ?? []).contains(step) {
      groupsReading[root, default: []].append(step)
    }
  }

  private func accepts(_ step: Int, _ new: Group, _ cone: Cone, _ before: Set<Int>) -> Bool {
    guard case .group(let group) = steps[step], group.count == new.count,
      (group.anchors[0] >= firstWatcher) == (new.anchors[0] >= firstWatcher),
      group.fold == nil || new.fold == nil || group.fold == new.fold,
      group.instructions + new.instructions <= Self.largestGroup.instructions,
      group.operands + new.operands <= Self.largestGroup.operands,
      group.anchors.count < Self.largestGroup.folds
    else { return false }
    // What the group writes may be read element for element only.
    if cone.memory.contains(where: { writer[$0.root] == step }) { return false }
    return before.allSatisfy { $0 == step || !ancestors[$0].contains(step) }
  }

  private mutating func merge(_ new: Group, into step: Int, after before: Set<Int>) {
    guard case .group(var group) = steps[step] else { return }
    group.anchors += new.anchors
    group.fold = group.fold ?? new.fold
    group.instructions += new.instructions
    group.operands += new.operands
    steps[step] = .group(group)
    for earlier in before where earlier != step { require(earlier, before: step) }
  }

  private mutating func append(_ step: Step, after before: Set<Int>) {
    steps.append(step)
    ancestors.append(BitSet())
    for earlier in before { require(earlier, before: steps.count - 1) }
  }

  /// Orders two steps; false if that would be a circle.
  @discardableResult
  mutating func require(_ earlier: Int, before later: Int) -> Bool {
    if earlier == later || ancestors[earlier].contains(later) { return false }
    if ancestors[later].contains(earlier) { return true }
    var added = ancestors[earlier]
    added.insert(earlier)
    for step in steps.indices where step == later || ancestors[step].contains(later) {
      ancestors[step].formUnion(added)
    }
    return true
  }
}

extension Op {
  /// About how long one element takes, in additions.
  var cost: Int {
    switch self {
    case .unary(let function):
      switch function {
      case .negate, .absolute, .sign, .floor: 1
      case .squareRoot, .reciprocalSquareRoot, .reciprocal: 4
      case .exponential, .exponentialMinusOne, .logarithm, .logarithmOnePlus, .tanh, .sigmoid,
        .softplus, .exponentialLinear:
        16
      }
    case .binary(let function):
      switch function {
      case .add, .subtract, .multiply, .maximum, .minimum: 1
      case .divide: 4
      case .power: 32
      }
    case .compare, .select, .convert: 1
    case .input, .constant, .iota, .random, .broadcast, .reshape, .transpose, .slice, .pad,
      .concatenate, .gather, .scatterAdd, .reduce, .matmul, .convolution,
      .convolutionInputGradient, .convolutionWeightGradient, .windowSum, .windowSumGradient,
      .windowMaximum, .windowMaximumGradient, .windowMaximumSelect:
      0
    }
  }
}

/// A set of small numbers.
struct BitSet {
  private(set) var words: [UInt64] = []

  func contains(_ member: Int) -> Bool {
    member >> 6 < words.count && words[member >> 6] & (1 << UInt64(member & 63)) != 0
  }
  mutating func insert(_ member: Int) {
    while words.count <= member >> 6 { words.append(0) }
    words[member >> 6] |= 1 << UInt64(member & 63)
  }
  mutating func formUnion(_ other: BitSet) {
    while words.count < other.words.count { words.append(0) }
    for index in other.words.indices { words[index] |= other.words[index] }
  }
}
