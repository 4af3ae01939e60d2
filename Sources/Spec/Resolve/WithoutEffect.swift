/// Finds what has been written and decides nothing.
enum WithoutEffect {
  /// Every `--set` of which nothing is left in the tree: a later one has replaced it, or it is empty.
  ///
  /// - Parameter known: what has been found already; nothing is said twice.
  static func overrides(
    _ overrides: [Override], in tree: YAMLNode, known: [Diagnostic]
  ) -> [Diagnostic] {
    let reported = Set(known.map { ObjectIdentifier($0.origin.source) })
    let left = tree.sources(.set)
    return overrides.enumerated().compactMap { place, override in
      let source = override.origin.source
      guard !left.contains(ObjectIdentifier(source)), !reported.contains(ObjectIdentifier(source)),
        !override.removes
      else { return nil }
      let winner = overrides[(place + 1)...].last { other in
        other.path == override.path || other.path.begins(override.path)
          || override.path.begins(other.path)
      }
      return Diagnostic(
        "`\(override.path.abbreviated)` is set here and decides nothing", at: override.origin,
        severity: .warning,
        label: winner.map {
          "what comes later wins: --set \($0.origin.source.lines[0])".abbreviated(80)
        }
          ?? "there is nothing behind `=`",
        isWithoutEffect: true)
    }
  }

  /// Every parameter that no `${}` asks for.
  static func parameters(of tree: YAMLNode) -> [Diagnostic] {
    guard let parameters = tree["params"]?.entries else { return [] }
    var used: Set<String> = []
    var conditions: [String] = []
    for entry in tree.entries ?? [] where entry.key != "params" {
      used.formUnion(Substitution.names(in: entry.value))
      if entry.key == "sweep" { conditions = entry.value.texts }
    }
    for entry in parameters
    where conditions.contains(where: { $0.contains("params.\(entry.key)") }) {
      used.insert(entry.key)
    }
    var open = Array(used)
    while let name = open.popLast() {
      guard let entry = parameters.first(where: { $0.key == name }) else { continue }
      for other in Substitution.names(in: entry.value) where used.insert(other).inserted {
        open.append(other)
      }
    }
    return parameters.filter { !used.contains($0.key) }.map { entry in
      Diagnostic(
        "the parameter `\(entry.key.abbreviated)` decides nothing", at: entry.keyOrigin,
        severity: .warning, label: "no `${\(entry.key)}` asks for it", isWithoutEffect: true)
    }
  }

  /// A key that both networks share and neither takes, since each has its own.
  ///
  /// - Parameter own: what the networks have instead; empty for one that has no such key.
  static func shared(
    _ entry: YAMLEntry, in path: String, own: [(player: String, entry: YAMLEntry)]
  ) -> Diagnostic? {
    // A file that extends another, `--set` and a sweep may say the last word; the first one is no
    // mistake then.
    let rank = entry.value.origin.source.rank
    guard own.allSatisfy({ $0.entry.value.origin.source.rank <= rank }) else { return nil }
    return Diagnostic(
      "`\(entry.key.abbreviated)` in \(path) decides nothing", at: entry.keyOrigin,
      severity: .warning,
      label: own.map(\.player).joined(separator: " and ")
        + (own.count > 1 ? " have their own" : " has its own, and nobody else takes it"),
      notes: own.map { network in
        "\(path).\(network.player).\(entry.key): \(network.entry.value.flowText.abbreviated) "
          + "(\(network.entry.value.origin.place)) wins"
      }, isWithoutEffect: true)
  }
}

extension Override {
  /// Whether it is there to take something away.
  var removes: Bool { value.isUnset }
}

extension SourceText {
  /// Which of two texts has the last word: a file over those it extends, then `--set`, then a sweep.
  fileprivate var rank: Int {
    switch kind {
    case .sweep: return 2
    case .set: return 1
    case .file:
      var depth = 0
      var above = extendedAt
      while let place = above { (depth, above) = (depth - 1, place.source.extendedAt) }
      return depth
    }
  }
}

extension YAMLNode {
  /// The texts of one kind that any value of the tree comes from.
  func sources(_ kind: SourceText.Kind) -> Set<ObjectIdentifier> {
    var found: Set<ObjectIdentifier> = []
    collectSources(kind, &found)
    return found
  }

  private func collectSources(_ kind: SourceText.Kind, _ found: inout Set<ObjectIdentifier>) {
    func add() {
      if origin.source.kind == kind { found.insert(ObjectIdentifier(origin.source)) }
    }
    switch content {
    case .broken, .scalar: add()
    case .list(let items):
      add()
      for item in items { item.collectSources(kind, &found) }
    case .map(let entries):
      if entries.isEmpty { add() }
      for entry in entries { entry.value.collectSources(kind, &found) }
    }
  }

  /// Every scalar of the tree.
  fileprivate var texts: [String] {
    switch content {
    case .broken: []
    case .scalar(let text, _): [text]
    case .list(let items): items.flatMap(\.texts)
    case .map(let entries): entries.flatMap(\.value.texts)
    }
  }
}

extension String {
  /// Whether this is a place inside of another one.
  fileprivate func begins(_ path: String) -> Bool {
    hasPrefix(path + ".") || hasPrefix(path + "[")
  }

  fileprivate func abbreviated(_ length: Int) -> String {
    count <= length ? self : prefix(length - 1) + "…"
  }
}
