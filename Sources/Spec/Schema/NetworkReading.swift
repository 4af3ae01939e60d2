// One thing for each network: what both share, and what each says for itself.

extension RecordReader {
  /// `{kind: adam, learning_rate: 2e-4, discriminator: {learning_rate: 1e-4}}`. A network may take
  /// another kind; it then inherits the keys which that kind has too.
  mutating func choicePerNetwork(
    _ category: Category, _ node: YAMLNode, _ subject: Subject
  ) -> FieldValue? {
    guard let entries = node.entries else {
      guard let both = choice(category, node, path: subject.path) else { return nil }
      return .perNetwork(generator: both, discriminator: both)
    }
    let players = Player.allCases.map(\.rawValue)
    let common = entries.filter { !players.contains($0.key) }
    let networks = players.map { player in
      Network(player, entries, in: self, subject)
    }
    findings += networks.flatMap(\.findings)
    let kinds = networks.map { $0.kind(or: common) }
    var read: [Choice?] = []
    for (network, (own, other)) in zip(networks, [(kinds[0], kinds[1]), (kinds[1], kinds[0])]) {
      let inherited = common.filter { entry in
        !network.own.contains { $0.key == entry.key }
          && (isKey(entry.key, of: own, category) || !isKey(entry.key, of: other, category))
      }
      let origin = network.key ?? subject.key ?? node.origin
      let choice = choiceWithKind(
        category, inherited + network.own, at: origin, name: subject.path,
        path: subject.path(of: network.player), reserved: players.reversed())
      read.append(network.findings.isEmpty ? choice : nil)
    }
    for entry in common {
      let takers = zip(networks, [(kinds[0], kinds[1]), (kinds[1], kinds[0])]).filter {
        isKey(entry.key, of: $1.0, category) || !isKey(entry.key, of: $1.1, category)
      }
      let own = takers.compactMap { network, _ in
        network.own.first { $0.key == entry.key }.map { (player: network.player, entry: $0) }
      }
      guard own.count == takers.count else { continue }
      if let finding = WithoutEffect.shared(entry, in: subject.path, own: own) {
        findings.append(finding)
      }
    }
    guard let discriminator = read[0], let generator = read[1] else { return nil }
    return .perNetwork(generator: generator, discriminator: discriminator)
  }

  private func isKey(_ key: String, of kind: String?, _ category: Category) -> Bool {
    key == "kind"
      || kind.flatMap { vocabulary.declaration(category, named: $0) }?.field(key) != nil
  }

  /// What stands under `generator:` or `discriminator:`.
  private struct Network {
    let player: String
    var key: Origin?
    var own: [YAMLEntry] = []
    var findings: [Diagnostic] = []

    init(_ player: String, _ entries: [YAMLEntry], in reader: RecordReader, _ subject: Subject) {
      self.player = player
      guard let entry = entries.first(where: { $0.key == player }), !entry.value.isNothing else {
        return
      }
      key = entry.keyOrigin
      let subject = Subject(name: subject.path(of: player), path: "")
      guard let written = entry.value.entries else {
        findings.append(
          reader.expected(.section(Declaration(player, "")), entry.value, subject))
        return
      }
      own = written
      for inner in written where Player(rawValue: inner.key) != nil {
        findings.append(
          Diagnostic("unknown key `\(inner.key)` in \(subject.name)", at: inner.keyOrigin))
      }
    }

    func kind(or common: [YAMLEntry]) -> String? {
      let entry = own.first { $0.key == "kind" } ?? common.first { $0.key == "kind" }
      guard case .scalar(let word, _)? = entry?.value.content else { return nil }
      return word
    }
  }
}
