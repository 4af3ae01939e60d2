/// The word that was probably meant: within a third of its letters, transpositions counted as one.
package func nearest(to word: String, in candidates: [String]) -> String? {
  guard !word.isEmpty, word.count <= 64 else { return nil }
  let normal = Array(word.lowercased().map { $0 == "-" || $0 == " " ? "_" : $0 })
  var best: (word: String, distance: Int)?
  for candidate in candidates {
    let letters = Array(candidate.lowercased())
    let allowed = max(1, max(letters.count, normal.count) / 3)
    guard abs(letters.count - normal.count) <= allowed else { continue }
    let distance = editDistance(normal, letters)
    if distance <= allowed, distance < best?.distance ?? .max { best = (candidate, distance) }
  }
  return best?.word
}

/// Damerau-Levenshtein distance (optimal string alignment).
func editDistance(_ a: [Character], _ b: [Character]) -> Int {
  guard !a.isEmpty, !b.isEmpty else { return max(a.count, b.count) }
  var beforeLast: [Int] = []
  var last = Array(0...b.count)
  for i in 1...a.count {
    var row = [i] + Array(repeating: 0, count: b.count)
    for j in 1...b.count {
      let substitution = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
      row[j] = min(last[j] + 1, row[j - 1] + 1, substitution)
      if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
        row[j] = min(row[j], beforeLast[j - 2] + 1)
      }
    }
    (beforeLast, last) = (last, row)
  }
  return last[b.count]
}
