/// In which of two ways a file says its game: as two players, or in general. A file never mixes them.
enum GameForm: String, CaseIterable, Sendable {
  case twoPlayers
  case general

  var words: String {
    switch self {
    case .twoPlayers: "the form of two players"
    case .general: "the general form"
    }
  }

  private var other: GameForm {
    switch self {
    case .twoPlayers: .general
    case .general: .twoPlayers
    }
  }

  /// The keys, as dotted paths, that only this form has, each with what says the same in the other form.
  private var keys: KeyValuePairs<String, String> {
    switch self {
    case .twoPlayers:
      [
        "latent": "latents", "labels": "latents", "architecture": "networks", "loss": "terms",
        "penalties": "terms", "data.source": "data.sources", "schedule.order": "moves",
        "schedule.discriminator_steps": "moves", "schedule.generator_steps": "moves",
        "schedule.latents": "moves", "schedule.critic_batch": "terms", "schedule.ema": "networks",
      ]
    case .general:
      [
        "latents": "latent", "networks": "architecture", "values": "architecture",
        "terms": "loss", "moves": "schedule", "init": "architecture.init",
        "data.sources": "data.source", "schedule.epoch": "data",
      ]
    }
  }

  /// Whether a key of a section, `""` for the top, may stand in a file of this form.
  func has(_ key: String, in section: String) -> Bool {
    let path = section.isEmpty ? key : "\(section).\(key)"
    return !other.keys.contains { $0.key == path }
  }

  /// The form of a file: that of more of its keys. Without any, two players.
  static func of(_ tree: YAMLNode) -> GameForm {
    func count(_ form: GameForm) -> Int { form.keys.count { tree.entry(at: $0.key) != nil } }
    let (players, general) = (count(.twoPlayers), count(.general))
    return general > 0 && general >= players ? .general : .twoPlayers
  }

  /// A finding for each key of the other form, and the tree without them.
  func taking(_ tree: YAMLNode) -> (tree: YAMLNode, findings: [Diagnostic]) {
    var result = tree
    var findings: [Diagnostic] = []
    for (path, same) in other.keys {
      guard let entry = tree.entry(at: path) else { continue }
      findings.append(
        Diagnostic(
          "`\(path)` belongs to \(other.words), and this file is in \(words)", at: entry.keyOrigin,
          label: "here it is `\(same)`"))
      result = result.removing(path)
    }
    guard let first = findings.first else { return (tree, []) }
    findings[0] = Diagnostic(
      first.message, at: first.origin, label: first.label,
      notes: Self.allCases.map { form in
        "\(form.words) has \(form.keys.map(\.key).joined(separator: ", "))"
      })
    return (result, findings)
  }
}

extension YAMLNode {
  /// What stands at a dotted path of keys.
  fileprivate func entry(at path: String) -> YAMLEntry? {
    let steps = path.split(separator: ".", maxSplits: 1)
    guard let entry = entries?.first(where: { $0.key == steps[0] }) else { return nil }
    return steps.count == 1 ? entry : entry.value.entry(at: String(steps[1]))
  }

  fileprivate func removing(_ path: String) -> YAMLNode {
    let steps = path.split(separator: ".", maxSplits: 1)
    guard var entries else { return self }
    guard let place = entries.firstIndex(where: { $0.key == steps[0] }) else { return self }
    if steps.count == 1 {
      entries.remove(at: place)
    } else {
      entries[place].value = entries[place].value.removing(String(steps[1]))
    }
    return YAMLNode(.map(entries), at: origin, isUnset: isUnset)
  }
}
