import Spec

/// `--cols a,b,c`: which columns a list has, and in which order.
package struct ColumnChoice: Sendable {
  package let names: [String]

  /// - Throws: where a name is missing between two commas.
  package init(_ text: String) throws(ReferenceError) {
    names = text.split(separator: ",", omittingEmptySubsequences: false).map {
      String($0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
    if names.contains("") {
      throw ReferenceError(
        "--cols: a name is missing in `\(text)`", notes: ["as in --cols id,state,d_loss"])
    }
  }

  /// The columns that are meant: names as they are known, or the last words of one key.
  ///
  /// - Parameters:
  ///   - known: all that there are, those that all lists have first.
  ///   - preferred: of several keys that end alike those that are meant.
  /// - Throws: for the first name that is none of them, with the nearest.
  func columns(
    in known: [String], preferring preferred: Set<String> = []
  ) throws(ReferenceError) -> [String] {
    var columns: [String] = []
    let all = Set(known)
    // Both networks' keys are one to a reader.
    let keys = Table.titles(of: [known.map { NetworkKeys(either: $0)?.shared ?? $0 }])
    for name in names {
      if all.contains(name) || keys.contains(name) {
        columns.append(name)
        continue
      }
      var ending = keys.filter { $0.hasSuffix(".\(name)") }
      if ending.contains(where: preferred.contains) { ending = ending.filter(preferred.contains) }
      if ending.count == 1 {
        columns += ending
        continue
      }
      let near = ending.isEmpty ? Self.near(name, keys) : ending
      throw ReferenceError(
        "--cols: no run here has `\(name)`",
        notes: near.isEmpty
          ? ["columns: \(keys.prefix(24).joined(separator: ", "))" + (keys.count > 24 ? ", …" : "")]
          : ["did you mean \(near.prefix(6).map { "`\($0)`" }.joined(separator: " or "))?"])
    }
    return columns
  }

  /// By the whole key, and by its last word.
  private static func near(_ name: String, _ keys: [String]) -> [String] {
    if let whole = nearest(to: name, in: keys) { return [whole] }
    let last = keys.map { $0.split(separator: ".").last.map(String.init) ?? $0 }
    guard let word = nearest(to: name, in: last) else { return [] }
    return zip(keys, last).filter { $0.1 == word }.map(\.0)
  }
}
