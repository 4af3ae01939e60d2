import Spec

/// A YAML or JSON file of a run as dotted keys and texts.
package struct Settings: Sendable {
  package let entries: [FlatYAML.Entry]
  private let index: [String: Int]

  init(_ entries: [FlatYAML.Entry]) {
    self.entries = entries
    index = Dictionary(entries.indices.map { (entries[$0].key, $0) }) { first, _ in first }
  }

  package static let none = Settings([])

  /// - Throws: what is wrong with the text, with its line.
  init(text: String) throws(FlatYAMLError) { self.init(try FlatYAML(text).entries) }

  package var keys: [String] { entries.map(\.key) }

  subscript(exact key: String) -> String? { index[key].map { entries[$0].text } }

  /// A key that both networks have with the same value can be asked for without naming one:
  /// `optimizer.learning_rate`.
  package subscript(key: String) -> String? {
    if let text = self[exact: key] { return text }
    guard let pair = NetworkKeys(shared: key), let own = self[exact: pair.generator],
      own == self[exact: pair.discriminator]
    else { return nil }
    return own
  }

  /// Everything below `prefix.`.
  func below(_ prefix: String) -> [FlatYAML.Entry] {
    entries.filter { $0.key.hasPrefix(prefix + ".") }
  }
}

/// `optimizer.generator.learning_rate` and its sister are `optimizer.learning_rate` to a reader
/// while they are equal.
struct NetworkKeys: Hashable {
  let generator: String
  let discriminator: String
  let shared: String

  /// The sisters of a key such as `optimizer.learning_rate`.
  init?(shared: String) {
    guard shared.hasPrefix("optimizer."), !shared.hasPrefix("optimizer.generator."),
      !shared.hasPrefix("optimizer.discriminator.")
    else { return nil }
    let rest = shared.dropFirst("optimizer.".count)
    self.shared = shared
    generator = "optimizer.generator.\(rest)"
    discriminator = "optimizer.discriminator.\(rest)"
  }

  /// The pair that a key of one network belongs to.
  init?(either key: String) {
    for network in ["generator", "discriminator"] {
      let prefix = "optimizer.\(network)."
      guard key.hasPrefix(prefix) else { continue }
      self.init(shared: "optimizer." + key.dropFirst(prefix.count))
      return
    }
    return nil
  }
}
