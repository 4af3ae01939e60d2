import TensorCore

/// The states of a graph while it is being written: what each holds at this point of the round.
///
/// Reading a state gives its newest value, so a generator move written after a critic move meets the
/// critic's new parameters without anything being said about it.
final class StateTable {
  let builder: GraphBuilder
  private(set) var declarations: [StateDeclaration] = []
  private var indices: [String: Int] = [:]
  private var current: [Value] = []
  private var written: Set<Int> = []
  /// Values that no gradient passes: a parameter that has moved is as good as given, although the
  /// move that led there depends on both networks.
  private(set) var held: [Value] = []
  /// A state that two have declared, and not alike.
  private var conflict: String?

  init(builder: GraphBuilder) { self.builder = builder }

  /// The newest value of a state; the first mention declares it.
  func read(_ declaration: StateDeclaration) -> Value {
    if let index = indices[declaration.name] {
      if declarations[index] == declaration { return current[index] }
      conflict = conflict ?? declaration.name
      return builder.add(.input(name: declaration.name, role: .state, type: declaration.type))
    }
    indices[declaration.name] = declarations.count
    declarations.append(declaration)
    let value = builder.add(
      .input(name: declaration.name, role: .state, type: declaration.type))
    current.append(value)
    return value
  }

  /// The name of a state that has been asked for in two ways, which no graph may keep; nil: there is none.
  func takeConflict() -> String? {
    defer { conflict = nil }
    return conflict
  }

  func write(_ declaration: StateDeclaration, _ value: Value) {
    _ = read(declaration)
    precondition(value.type == declaration.type, "\(declaration.name) changes its type")
    // What is asked for in two ways is not written in the second.
    guard let index = indices[declaration.name], declarations[index] == declaration else { return }
    current[index] = value
    written.insert(index)
    if declaration.role == .parameter { held.append(value) }
  }

  /// From here on no gradient passes `value`, which must not be a mere reshape of another.
  func hold(_ value: Value) -> Value {
    held.append(value)
    return value
  }

  /// The parameters of one network, in order of declaration, with their newest values.
  func parameters(of network: String) -> [(declaration: StateDeclaration, value: Value)] {
    declarations.indices.compactMap { index in
      let declaration = declarations[index]
      guard declaration.role == .parameter, declaration.network == network else { return nil }
      return (declaration, current[index])
    }
  }

  var updates: [(name: String, value: Value)] {
    precondition(conflict == nil, "two different states are named \(conflict ?? "")")
    return written.sorted().map { (declarations[$0].name, current[$0]) }
  }
}
