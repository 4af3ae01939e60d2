/// The word that was probably meant: the same but for case and separators; or within a third of its
/// letters, transpositions counted as one; or its initials or beginning (`lr`, `batch_size`, `eps`).
package func nearest(to word: String, in candidates: [String]) -> String? {
  guard !word.isEmpty, word.utf8.count <= 64 else { return nil }
  let normal = word.lettersAndDigits
  var best: (word: String, distance: Int)?
  // More candidates than anyone writes by hand would make many errors slow.
  let candidates = candidates.prefix(100)
  for candidate in candidates {
    let letters = candidate.lettersAndDigits
    let length = max(letters.count, normal.count)
    let allowed = length < 3 ? 0 : max(1, length / 3)
    guard abs(letters.count - normal.count) <= allowed else { continue }
    let distance = editDistance(normal, letters)
    if distance <= allowed, distance < best?.distance ?? .max { best = (candidate, distance) }
  }
  if let best { return best.word }
  return candidates.first { candidate in
    let initials = candidate.split(separator: "_").compactMap(\.first)
    let letters = candidate.lettersAndDigits
    return initials.count > 1 && initials == normal
      || min(letters.count, normal.count) >= 3
        && (letters.starts(with: normal) || normal.starts(with: letters))
  }
}

extension String {
  fileprivate var lettersAndDigits: [Character] {
    Array(lowercased()).filter { $0 != "_" && $0 != "-" && $0 != " " }
  }
}

/// Damerau-Levenshtein distance (optimal string alignment).
package func editDistance(_ a: [Character], _ b: [Character]) -> Int {
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
