/// The keys in which specs differ, with networks and long lists of layers drawn together so that
/// a person can read them.
struct SettingDifferences: Sendable {
  let keys: [String]
  /// Others in which they differ too.
  let furtherKeys: [String]
  private let settings: [Settings]

  /// Keys that change no number, or name a replicate.
  static func matters(_ key: String) -> Bool {
    key != "seed" && key != "description"
      && !["record", "notify"].contains { key == $0 || key.hasPrefix("\($0).") }
  }

  /// Keys that nobody has set on purpose are shown up to so many, with those that somebody has.
  static let shownLimit = 6

  /// More differing keys than this in one network, and the network is shown as a whole.
  private static let layerKeyLimit = 2

  /// - Parameters:
  ///   - set: keys that somebody has set on purpose.
  ///   - limit: of how many keys are shown that nobody has.
  init(_ settings: [Settings], set: Set<String> = [], limit: Int = .max) {
    self.settings = settings
    let readable = settings.filter { !$0.entries.isEmpty }
    guard let first = readable.first, readable.count > 1 else {
      (keys, furtherKeys) = ([], [])
      return
    }
    // A key missing here and there differs too, if something else is to be seen there.
    var differing: [String] = []
    var counts: [String: Int] = [:]
    var values = Dictionary(first.entries.map { ($0.key, $0.text) }) { a, _ in a }
    var isDifferent: Set<String> = []
    for one in readable {
      for entry in one.entries where Self.matters(entry.key) && entry.key != "name" {
        if counts[entry.key] == nil { differing.append(entry.key) }
        counts[entry.key, default: 0] += 1
        if let value = values[entry.key] {
          if value != entry.text { isDifferent.insert(entry.key) }
        } else {
          values[entry.key] = entry.text
        }
      }
    }
    differing = differing.filter { isDifferent.contains($0) || counts[$0] != readable.count }
    let all = Self.drawnTogether(Self.independent(differing, readable), readable)
    func isSet(_ key: String) -> Bool {
      set.contains { $0 == key || key.hasPrefix("\($0).") || $0.hasPrefix("\(key)[") }
    }
    let chosen = Set(all.filter(isSet))
    let others = KeyRank.sorted(all.filter { !chosen.contains($0) })
    let room = limit == .max ? others.count : max(0, limit - chosen.count)
    let shown = chosen.union(others.prefix(room))
    keys = all.filter(shown.contains)
    furtherKeys = all.filter { !shown.contains($0) }
  }

  /// Without what follows from a kind: that a hinge loss has no `loss.generator` is not worth a column.
  private static func independent(_ keys: [String], _ settings: [Settings]) -> [String] {
    let kinds = keys.filter { $0.hasSuffix(".kind") }
    return keys.filter { key in
      !kinds.contains { kind in
        guard key != kind, key.hasPrefix(kind.dropLast("kind".count)) else { return false }
        return Dictionary(grouping: settings, by: { $0[exact: kind] }).values.allSatisfy { alike in
          Set(alike.map { $0[exact: key] }).count == 1
        }
      }
    }
  }

  private static func drawnTogether(_ keys: [String], _ settings: [Settings]) -> [String] {
    var perNetwork: [String: Int] = [:]
    for key in keys { if let list = layerList(of: key) { perNetwork[list, default: 0] += 1 } }
    var seen: Set<String> = []
    return keys.map { key in
      if let list = layerList(of: key), perNetwork[list, default: 0] > layerKeyLimit { return list }
      if let pair = NetworkKeys(either: key),
        settings.allSatisfy({ $0[exact: pair.generator] == $0[exact: pair.discriminator] })
      {
        return pair.shared
      }
      return key
    }.filter { seen.insert($0).inserted }
  }

  /// `architecture.generator` for `architecture.generator[3].linear.units`.
  private static func layerList(of key: String) -> String? {
    guard key.hasPrefix("architecture."), let end = key.firstIndex(of: "[") else { return nil }
    return String(key[..<end])
  }

  func texts(_ index: Int) -> [String?] {
    keys.map { key in settings[index][key] ?? settings[index].layers(of: key) }
  }
}

extension Settings {
  /// A network on one line: `linear 128, batch_norm, leaky_relu 0.2, …`; layers within a layer stand in
  /// brackets: `residual [conv 64, relu]`.
  func layers(of list: String) -> String? {
    var layers: [(index: Substring, text: String)] = []
    for entry in entries where entry.key.hasPrefix(list + "[") {
      let rest = entry.key.dropFirst(list.count + 1)
      guard let close = rest.firstIndex(of: "]") else { continue }
      let index = rest[..<close]
      let path = rest[close...].dropFirst().split(separator: ".")
      if layers.last?.index == index { continue }
      // The first key of a layer is what it is mostly about.
      let name = path.first.map(String.init) ?? entry.text
      var about = path.count > 1 ? " \(entry.text)" : ""
      if path.count > 1, let open = path[1].firstIndex(of: "[") {
        let inner = "\(list)[\(index)].\(name).\(path[1][..<open])"
        about = self.layers(of: inner).map { " [\($0)]" } ?? about
      }
      layers.append((index, name + about))
    }
    guard !layers.isEmpty else { return nil }
    return layers.map(\.text).joined(separator: ", ")
  }
}
