/// `params`, `${}` and `for … do`: what turns the written tree into the meant one.
struct Substitution {
  /// `params`, and before them the variables of the loops around.
  struct Scope {
    var parameters: [String: YAMLNode] = [:]
    var variables: [String: YAMLNode] = [:]

    subscript(name: String) -> YAMLNode? { variables[name] ?? parameters[name] }
    var names: [String] { variables.keys.sorted() + parameters.keys.sorted() }
  }

  private static let maxText = 10_000
  private static let maxTotalText = 1_000_000

  private(set) var findings: [Diagnostic] = []
  private var produced = 0
  private var producedText = 0
  private var depth = 0

  // MARK: params

  /// The values of `params`, each of which may use others.
  mutating func parameters(_ node: YAMLNode?) -> Scope {
    guard let node, !node.isEmpty else { return Scope() }
    guard let entries = node.entries else {
      if case .broken = node.content { return Scope() }
      findings.append(
        Diagnostic(
          "`params` must be a map of names and values, found \(node.found)", at: node.origin)
      )
      return Scope()
    }
    var open: [String: YAMLEntry] = [:]
    for entry in entries {
      guard LocatedName.isName(entry.key) else {
        findings.append(
          Diagnostic(
            "`\(entry.key.abbreviated)` cannot name a parameter", at: entry.keyOrigin,
            label: LocatedName.rule))
        continue
      }
      open[entry.key] = entry
    }
    let needs = open.mapValues { Self.names(in: $0.value).filter { open[$0] != nil } }
    var waiting = needs.mapValues(\.count)
    var users: [String: [String]] = [:]
    for entry in entries {
      for other in (needs[entry.key] ?? []).sorted() { users[other, default: []].append(entry.key) }
    }
    var scope = Scope()
    var ready = entries.map(\.key).filter { waiting[$0] == 0 }
    while let name = ready.popLast(), let entry = open.removeValue(forKey: name) {
      scope.parameters[name] = substitute(entry.value, scope)
      for user in users[name] ?? [] {
        let left = (waiting[user] ?? 1) - 1
        waiting[user] = left
        if left == 0 { ready.append(user) }
      }
    }
    for (name, entry) in open {
      findings.append(Diagnostic("params.\(name) needs itself", at: entry.value.origin))
      scope.parameters[name] = YAMLNode(.broken, at: entry.value.origin)
    }
    return scope
  }

  static func names(in node: YAMLNode) -> Set<String> {
    switch node.content {
    case .broken: return []
    case .list(let items): return items.reduce(into: []) { $0.formUnion(names(in: $1)) }
    case .map(let entries): return entries.reduce(into: []) { $0.formUnion(names(in: $1.value)) }
    case .scalar(let text, _):
      var names: Set<String> = []
      for case .expression(let source, _) in Template.pieces(of: text) {
        guard let expression = try? ExpressionParser.parse(source, .arithmetic) else { continue }
        names.formUnion(expression.names)
      }
      return names
    }
  }

  // MARK: the tree

  /// The node with every `${}` computed and every `for … do` unrolled.
  mutating func substitute(_ node: YAMLNode, _ scope: Scope) -> YAMLNode {
    guard count(node) else { return YAMLNode(.broken, at: node.origin) }
    depth += 1
    defer { depth -= 1 }
    var result = node
    switch node.content {
    case .broken: break
    case .scalar(let text, _):
      if text.utf8.contains(UInt8(ascii: "$")) { result = substitute(text, in: node, scope) }
    case .list(let items):
      var unrolled: [YAMLNode] = []
      for item in items { unrolled += unroll(item, scope) }
      result.content = .list(unrolled)
    case .map(let entries):
      result.content = .map(
        entries.map {
          YAMLEntry(key: $0.key, keyOrigin: $0.keyOrigin, value: substitute($0.value, scope))
        })
    }
    return result
  }

  private mutating func count(_ node: YAMLNode) -> Bool {
    produced += 1
    if produced == Composer.maxNodes + 1 {
      findings.append(
        Diagnostic("`for` unrolls to more than \(Composer.maxNodes) values", at: node.origin))
    }
    return produced <= Composer.maxNodes
  }

  /// What an entry of a list stands for: itself, or its `do` once for each value of its `for`.
  private mutating func unroll(_ item: YAMLNode, _ scope: Scope) -> [YAMLNode] {
    guard let entries = item.entries, let loop = entries.first(where: { $0.key == "for" }) else {
      return [substitute(item, scope)]
    }
    for entry in entries where entry.key != "for" && entry.key != "do" {
      findings.append(
        Diagnostic(
          "unknown key `\(entry.key.abbreviated)` in for", at: entry.keyOrigin,
          notes: ["keys here: for, do"]))
    }
    guard let body = item["do"] else {
      findings.append(
        Diagnostic("`for` needs `do`", at: loop.keyOrigin, notes: ["do: the list to repeat"]))
      return []
    }
    guard case .list(let repeated) = body.content else {
      if case .broken = body.content { return [] }
      findings.append(Diagnostic("`do` must be a list, found \(body.found)", at: body.origin))
      return []
    }
    var result: [YAMLNode] = []
    for values in turns(of: loop.value, scope) {
      guard produced <= Composer.maxNodes else { break }
      var inner = scope
      inner.variables.merge(values) { $1 }
      for item in repeated { result += unroll(item, inner) }
    }
    return result
  }

  /// One set of variables a turn. Several variables move together.
  private mutating func turns(of node: YAMLNode, _ scope: Scope) -> [[String: YAMLNode]] {
    guard let variables = node.entries, !variables.isEmpty else {
      if case .broken = node.content { return [] }
      findings.append(
        Diagnostic(
          "`for` wants a variable and its values, found \(node.found)", at: node.origin,
          label: "such as {width: [256, 512]}"))
      return []
    }
    var lists: [(name: String, values: [YAMLNode])] = []
    for variable in variables {
      let value = substitute(variable.value, scope)
      guard LocatedName.isName(variable.key) else {
        findings.append(
          Diagnostic(
            "`\(variable.key.abbreviated)` cannot name a variable", at: variable.keyOrigin))
        return []
      }
      guard case .list(let values) = value.content else {
        if case .broken = value.content { return [] }
        findings.append(
          Diagnostic(
            "the values of `\(variable.key)` must be a list, found \(value.found)",
            at: value.origin))
        return []
      }
      if let first = lists.first, first.values.count != values.count {
        findings.append(
          Diagnostic(
            "`\(variable.key)` has \(values.count) values, `\(first.name)` has \(first.values.count)",
            at: value.origin, label: "variables of one `for` move together"))
        return []
      }
      lists.append((variable.key, values))
    }
    return lists[0].values.indices.map { turn in
      Dictionary(uniqueKeysWithValues: lists.map { ($0.name, $0.values[turn]) })
    }
  }

  // MARK: one scalar

  private mutating func substitute(_ text: String, in node: YAMLNode, _ scope: Scope) -> YAMLNode {
    let pieces = Template.pieces(of: text)
    do throws(ExpressionError) {
      if pieces.count == 1, case .expression(let source, let offset) = pieces[0] {
        return try whole(source, offset, text, in: node, scope)
      }
      var result = ""
      var hasExpression = false
      for piece in pieces {
        switch piece {
        case .text(let text): result += text
        case .unclosed(let offset):
          throw ExpressionError(message: "this `${` is never closed", offset: offset)
        case .expression(let source, let offset):
          hasExpression = true
          result += try value(of: source, offset, scope).text
        }
        guard result.utf8.count <= Self.maxText else {
          throw ExpressionError(message: "the text grows beyond \(Self.maxText) bytes", offset: 0)
        }
      }
      producedText += result.utf8.count
      guard producedText <= Self.maxTotalText else {
        throw ExpressionError(message: "all texts together grow beyond 1 MB", offset: 0)
      }
      let isPlain = if case .scalar(_, isPlain: true) = node.content { true } else { false }
      let origin = hasExpression ? node.origin.computed(by: text.abbreviated) : node.origin
      return YAMLNode(.scalar(result, isPlain: isPlain), at: origin, isUnset: node.isUnset)
    } catch {
      findings.append(
        Diagnostic(error.message, at: node.origin.inside(text, offset: error.offset)))
      return YAMLNode(.broken, at: node.origin)
    }
  }

  /// A scalar that is one expression takes whatever it gives: a number, or any value of `params`.
  private mutating func whole(
    _ source: String, _ offset: Int, _ text: String, in node: YAMLNode, _ scope: Scope
  ) throws(ExpressionError) -> YAMLNode {
    let origin = node.origin.computed(by: text.abbreviated)
    if let expression = try? ExpressionParser.parse(source, .arithmetic),
      case .name(let name, _) = expression, let value = scope[name]
    {
      guard depth + value.depth <= Composer.maxDepth else {
        throw ExpressionError(message: "nested more than \(Composer.maxDepth) deep", offset: offset)
      }
      guard count(value, at: node) else { return YAMLNode(.broken, at: node.origin) }
      return value.placed(at: origin)
    }
    return .plain(try value(of: source, offset, scope).text, at: origin)
  }

  private mutating func count(_ value: YAMLNode, at node: YAMLNode) -> Bool {
    switch value.content {
    case .broken: return true
    case .scalar(let text, _):
      producedText += text.utf8.count
      return count(node)
    case .list(let items): return count(node) && items.allSatisfy { count($0, at: node) }
    case .map(let entries): return count(node) && entries.allSatisfy { count($0.value, at: node) }
    }
  }

  private func value(
    of source: String, _ offset: Int, _ scope: Scope
  ) throws(ExpressionError) -> ExpressionValue {
    do throws(ExpressionError) {
      let expression = try ExpressionParser.parse(source, .arithmetic)
      return try expression.evaluate { name, offset throws(ExpressionError) in
        guard let node = scope[name] else {
          let near = nearest(to: name, in: scope.names)
          throw ExpressionError(
            message: "`\(name.abbreviated)` is not in params"
              + (near.map { ", did you mean `\($0)`?" } ?? ""),
            offset: offset)
        }
        guard case .scalar(let text, _) = node.content else {
          throw ExpressionError(
            message: "`\(name)` is \(node.found), which cannot be computed with", offset: offset)
        }
        if case .value(let n) = NumberText.whole(text),
          !text.contains(where: { ".eE".contains($0) })
        {
          return .integer(n)
        }
        return NumberText.number(text).map { .number($0) } ?? .text(text)
      }
    } catch {
      throw ExpressionError(message: error.message, offset: error.offset + offset)
    }
  }
}

extension Expression {
  var names: Set<String> {
    switch self {
    case .literal: []
    case .name(let name, _): [name]
    case .list(let items): items.reduce(into: []) { $0.formUnion($1.names) }
    case .negate(let inner, _), .not(let inner): inner.names
    case .binary(_, let left, let right, _): left.names.union(right.names)
    }
  }
}

extension YAMLNode {
  /// The same tree as if it had been written at `origin`.
  func placed(at origin: Origin) -> YAMLNode {
    var copy = self
    copy.origin = origin
    switch content {
    case .scalar, .broken: break
    case .list(let items): copy.content = .list(items.map { $0.placed(at: origin) })
    case .map(let entries):
      copy.content = .map(
        entries.map {
          YAMLEntry(key: $0.key, keyOrigin: origin, value: $0.value.placed(at: origin))
        })
    }
    return copy
  }
}

extension Origin {
  /// The place of one character of a scalar's text, where the line shows the text as it is;
  /// otherwise the whole scalar.
  func inside(_ text: String, offset: Int) -> Origin {
    guard source.lines.indices.contains(mark.line - 1),
      source.lines[mark.line - 1].utf8.count <= 10_000
    else { return self }
    let line = Array(source.lines[mark.line - 1].unicodeScalars)
    let wanted = Array(text.unicodeScalars)
    for start in [mark.column - 1, mark.column]
    where start >= 0 && start + wanted.count <= line.count
      && Array(line[start..<start + wanted.count]) == wanted
    {
      return at(Mark(line: mark.line, column: start + min(offset, wanted.count) + 1))
    }
    return self
  }
}
