// What every backend checks before it trusts a name, a type or a graph, in the same words.

/// States by name, or which name appears twice.
package func uniqueStates(
  _ states: [(name: String, type: TensorType)]
) throws(BackendError) -> [String: TensorType] {
  var types: [String: TensorType] = [:]
  for state in states where types.updateValue(state.type, forKey: state.name) != nil {
    throw BackendError("two states are named \(state.name)")
  }
  return types
}

extension [String: TensorType] {
  package func state(_ name: String) throws(BackendError) -> TensorType {
    guard let type = self[name] else { throw BackendError("there is no state \(name)") }
    return type
  }

  package func requireState(_ name: String, _ seen: TensorType) throws(BackendError) {
    let type = try state(name)
    if type != seen { throw BackendError("state \(name) is \(type), not \(seen)") }
  }
}

extension Graph {
  /// Throws if this graph cannot be executed where these states live.
  package func requireSound(states: [String: TensorType]) throws(BackendError) {
    do throws(GraphProblem) {
      try verify(states: states)
    } catch {
      throw BackendError("unsound graph: \(error)")
    }
  }

  /// The type of a feed that is given as so many bytes, or what does not fit.
  package func feedType(_ name: String, byteCount: Int) throws(BackendError) -> TensorType {
    guard let feed = inputs(.feed).first(where: { $0.name == name }) else {
      throw BackendError("there is no feed \(name)")
    }
    guard feed.type.byteCount == byteCount else {
      throw BackendError(
        "feed \(name) is \(feed.type), \(feed.type.byteCount) bytes, not \(byteCount)")
    }
    return feed.type
  }

  /// The type of an output, or that there is none of this name.
  package func outputType(_ name: String) throws(BackendError) -> TensorType {
    guard let output = outputs.first(where: { $0.name == name }) else {
      throw BackendError("there is no output \(name)")
    }
    return nodes[output.node].type
  }
}
