import RunFormat
import Spec

/// Where the values of a run's resolved spec come from.
///
/// A comment behind a value says it where there is one. Else it is worked out: from the `--set` of the
/// command line, from the line of spec.yaml that has the key or what encloses it, or else it is the
/// default (with `extends`, of a base that is not in the folder).
package struct Origins: Sendable {
  private let comments: [String: String]
  private let overrides: [String: Written]
  private let written: [String: Written]
  private let fallback: String
  /// What the file extends.
  private let base: String
  /// Paths of the values that the sweep of a trial has set.
  private let swept: Set<String>
  /// What its file says together with those that it extends; nil where only the file itself is there.
  private let merged: [String: Written]?

  private struct Written {
    let line: Int
    /// nil: of a loop, whose values are not those that came of it.
    let text: String?
  }

  package init(_ run: Run) {
    let resolved = (try? run.text("resolved.yaml")) ?? nil
    func read(_ path: String) -> [FlatYAML.Entry]? {
      ((try? PlainFiles.text(path)) ?? nil).flatMap { try? Settings(text: $0) }?.entries
    }
    // The spec.yaml of a trial is what has been made of its sweep's.
    guard let sweep = run.sweepFolder, let spec = read("\(sweep)/spec.yaml") else {
      self.init(
        resolved: resolved ?? "", spec: read("\(run.path)/spec.yaml") ?? [], command: run.command)
      return
    }
    self.init(
      resolved: resolved ?? "", spec: spec, command: Run.command(in: sweep),
      swept: Set(SetValues([run]).values(of: run).map(\.key)),
      merged: read("\(sweep)/resolved.yaml"))
  }

  init(
    resolved: String, spec: [FlatYAML.Entry], command: [String], swept: Set<String> = [],
    merged: [FlatYAML.Entry]? = nil
  ) {
    self.swept = swept
    self.merged = merged.map(Self.written)
    comments = Self.comments(of: resolved)
    overrides = Self.written(Self.overrides(command))
    written = Self.written(spec)
    let base = spec.first { $0.key == "extends" }?.text
    fallback = base != nil && merged == nil ? "extends or default" : "default"
    self.base = base ?? "extends"
  }

  /// - Parameter text: the resolved value, which tells what a shorthand set from what it left alone.
  package func origin(of key: String, text: String) -> String {
    if let comment = comments[key] { return comment }
    let shared = NetworkKeys(either: key)?.shared
    func line(in written: [String: Written]) -> Int? {
      Self.line(of: key, text, in: written)
        ?? shared.flatMap { Self.line(of: $0, text, in: written) }
    }
    if [key, shared].compactMap(\.self).contains(where: isSwept) { return "sweep" }
    if line(in: overrides) != nil { return "--set" }
    if let line = line(in: written) { return "spec.yaml:\(line)" }
    return merged.flatMap { line(in: $0) } == nil ? fallback : base
  }

  /// What the file extends, where that is not known key by key.
  var unreadBase: String? { fallback == "default" ? nil : base }

  private func isSwept(_ key: String) -> Bool {
    swept.contains { key == $0 || key.hasPrefix("\($0).") || key.hasPrefix("\($0)[") }
  }

  /// Whether nothing is known of a value but that no file here has it.
  static func isElsewhere(_ origin: String) -> Bool {
    origin == "default" || origin == "extends or default"
  }

  /// By key, each where it first stands.
  private static func written(_ entries: [FlatYAML.Entry]) -> [String: Written] {
    var written: [String: Written] = [:]
    let unrolled = entries.filter { $0.key.contains("].for") }
      .map { String($0.key.prefix { $0 != "[" }) }
    for entry in entries {
      // Behind a loop the numbers of a list are not those of the resolved one.
      let loop = unrolled.first { entry.key.hasPrefix($0 + "[") }
      let key = loop ?? entry.key
      if written[key] == nil {
        written[key] = Written(line: entry.line, text: loop == nil ? entry.text : nil)
      }
    }
    return written
  }

  /// Of the key itself, or of the shorthand that gave its value: `linear: 128` for
  /// `linear.units`, `loss: hinge` for `loss.kind`, `normal: [1, 0.02]` for `normal.mean`.
  private static func line(
    of key: String, _ text: String, in written: [String: Written]
  ) -> Int? {
    if let written = written[key] { return written.line }
    var key = key
    while let end = key.lastIndex(where: { $0 == "." || $0 == "[" }) {
      key = String(key[..<end])
      guard let written = written[key] else { continue }
      guard let shorthand = written.text else { return written.line }
      return gives(shorthand, text) ? written.line : nil
    }
    return nil
  }

  private static func gives(_ shorthand: String, _ text: String) -> Bool {
    ([shorthand] + words(shorthand)).contains { word in
      if word == text { return true }
      guard let a = Double(word), let b = Double(text) else { return false }
      return a == b
    }
  }

  /// `a={b: 1, c: 2}` writes `a.b` and `a.c`.
  static func overrides(_ command: [String]) -> [FlatYAML.Entry] {
    var found: [FlatYAML.Entry] = []
    for (index, word) in command.enumerated() {
      var text: Substring?
      if word == "--set", index + 1 < command.count { text = command[index + 1][...] }
      if word.hasPrefix("--set=") { text = word.dropFirst(6) }
      guard let text, let equals = text.firstIndex(of: "=") else { continue }
      let key = String(text[..<equals])
      let value = try? FlatYAML(String(text[text.index(after: equals)...]))
      for entry in value?.entries ?? [] {
        let separator = entry.key.isEmpty || entry.key.hasPrefix("[") ? "" : "."
        found.append(.init(key: key + separator + entry.key, text: entry.text, line: entry.line))
      }
    }
    return found
  }

  /// A list of words on one line, as ``FlatYAML`` gives it.
  private static func words(_ list: String) -> [String] {
    guard list.hasPrefix("["), list.hasSuffix("]") else { return [] }
    return list.dropFirst().dropLast().split(separator: ", ").map(String.init)
  }

  /// `key: value    # origin`, as `describe` prints a spec.
  private static func comments(of resolved: String) -> [String: String] {
    guard resolved.contains("  # "), let flat = try? FlatYAML(resolved) else { return [:] }
    let lines = resolved.split(separator: "\n", omittingEmptySubsequences: false)
    var comments: [String: String] = [:]
    for entry in flat.entries where lines.indices.contains(entry.line - 1) {
      let parts = lines[entry.line - 1].split(separator: "  # ")
      if parts.count > 1, let note = parts.last { comments[entry.key] = String(note) }
    }
    return comments
  }
}
