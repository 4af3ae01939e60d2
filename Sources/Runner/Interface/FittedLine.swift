/// Words on one line, of which those that are missed least go where there is no room for all.
struct FittedLine {
  private var parts: [(text: String, dispensability: Int)] = []

  /// - Parameter dispensability: parts with the greatest number go first; 0: it stays.
  mutating func add(_ text: String, dispensability: Int = 0) {
    parts.append((text, dispensability))
  }

  /// - Parameter width: in characters; nil: no limit. What stays and is too long all the same ends in `…`.
  func text(width: Int?, separator: String = "  ") -> String {
    var kept = parts
    func whole() -> String { kept.map(\.text).joined(separator: separator) }
    guard let width else { return whole() }
    while whole().count > width {
      let most = kept.map(\.dispensability).max() ?? 0
      guard most > 0, let place = kept.lastIndex(where: { $0.dispensability == most }) else {
        break
      }
      kept.remove(at: place)
    }
    let line = whole()
    return line.count <= width ? line : String(line.prefix(max(0, width - 1))) + "…"
  }
}
