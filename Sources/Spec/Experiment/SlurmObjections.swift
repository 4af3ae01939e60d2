/// Why some words cannot be given to sbatch beside those of the job script.
enum SlurmObjections {
  /// Options by which jobs and their logs are found again, or after which sbatch does something else than submit.
  private static let own = [
    "array", "job-name", "output", "error", "open-mode", "ntasks", "clusters", "wrap", "parsable",
    "test-only",
    "wait", "help", "usage", "version",
  ]
  private static let ownLetters = "aJoenMWhV"

  /// - Parameter words: of `extra`.
  static func toExtra(_ words: [String]) -> [Objection] {
    words.compactMap { word in
      guard word.hasPrefix("-"), word != "-", word != "--" else {
        return Objection(
          "extra", "`\(word.abbreviated)` is no option of sbatch",
          label: "write each option with its value as one word, such as --account=lab")
      }
      guard isOwn(word) else { return nil }
      return Objection(
        "extra",
        "`\(word.abbreviated)` cannot be chosen: by what gan-exp says there itself it finds its jobs again",
        label: "take it out")
    }
  }

  private static func isOwn(_ word: String) -> Bool {
    guard word.hasPrefix("--") else {
      return word.dropFirst().first.map { ownLetters.contains($0) } ?? false
    }
    // sbatch takes the beginning of a name for the whole.
    let name = word.dropFirst(2).prefix { $0 != "=" }
    return own.contains { $0.hasPrefix(name) }
  }

  /// - Parameter words: that stand on a line of the script.
  static func toControlCharacters(in words: [String], of key: String) -> [Objection] {
    let isOdd = { (word: String) in
      word.isEmpty || word.unicodeScalars.contains { $0.properties.generalCategory == .control }
    }
    return words.filter(isOdd).map { word in
      Objection(
        key, "`\(key)` has a word that is empty or has a line break in it: `\(word.abbreviated)`",
        label: "write it on one line")
    }
  }
}
