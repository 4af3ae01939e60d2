/// What a value is made of, as papers write it: `to_horse(to_zebra(horses))`.
package indirect enum Formula: Hashable, Sendable {
  /// A source of the data, a latent, or a named value.
  case name(String)
  /// What a network makes of its inputs; of those behind the first, its layers ask by name.
  ///
  /// - Parameter label: the classes that go in with them, `generator(z, label: y)`; nil: those that the
  ///   first input carries.
  case call(network: String, [Formula], label: Formula?)
  /// A named inner place or a named output of a network's answer, `encoder(faces).mean`, or the `label`
  /// of a source.
  case part(Formula, String)
  /// `[labels, photos]`: joined along the channels.
  case joined([Formula])
  /// `(digits, encoder(digits))`: the inputs of a critic.
  case inputs([Formula])
}

extension Formula: CustomStringConvertible {
  /// As a file has it.
  package var description: String {
    func list(_ formulas: [Formula]) -> String {
      formulas.map(\.description).joined(separator: ", ")
    }
    return switch self {
    case .name(let name): name
    case .call(let network, let inputs, let label):
      "\(network)(\(list(inputs))\(label.map { ", label: \($0)" } ?? ""))"
    case .part(let whole, let name): "\(whole).\(name)"
    case .joined(let parts): "[\(list(parts))]"
    case .inputs(let parts): "(\(list(parts)))"
    }
  }
}
