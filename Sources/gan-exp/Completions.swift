import ArgumentParser
import Images
import Results
import RunFormat
import Spec

/// What a shell is offered when Tab is pressed (`--generate-completion-script bash|zsh|fish`). Nothing here reads a run or a data
/// set, or says that anything is wrong.
enum Completions {
  /// RUN: ids below --results, @last, @best, folders.
  static let runs = CompletionKind.custom { words, _, prefix in
    RunWords(results: value(of: "--results", in: words) ?? "results").beginning(with: plain(prefix))
  }

  /// What `layers` explains.
  static let words = CompletionKind.custom { _, _, prefix in
    matching(
      plain(prefix),
      Category.allCases.flatMap { vocabulary.declarations($0).map(\.name) }
        + SpecPlace.all(vocabulary).map(\.path))
  }

  /// What `data get` fetches.
  static let published = CompletionKind.custom { _, _, prefix in
    matching(plain(prefix), DatasetCatalog.published.map(\.name))
  }

  /// What `data check` and `data show` look at: sets that have a name, folders, archives, arrays, experiment files.
  static let dataSets = CompletionKind.custom { _, _, prefix in
    let prefix = plain(prefix)
    let named = DatasetCatalog.all.filter { !$0.ready.isEmpty }.map { $0.declaration.name }
    return matching(prefix, named)
      + files(beginning: prefix, ["yaml", "yml", "zip", "tar", "gz", "tgz", "npy", "npz"])
  }

  /// KEY=VALUE of a spec, as far as the key.
  static let settings = CompletionKind.custom { _, _, prefix in
    let prefix = plain(prefix)
    return prefix.contains("=")
      ? []
      : matching(
        prefix, SpecPlace.all(vocabulary).filter { $0.section == nil }.map { $0.path + "=" })
  }

  /// An option's value elsewhere on the line: `--results DIR`, `--results=DIR`.
  static func value(of option: String, in words: [String]) -> String? {
    for (index, word) in words.enumerated() {
      if word.hasPrefix(option + "=") { return plain(String(word.dropFirst(option.count + 1))) }
      // Bash makes three words of it.
      let next = words.dropFirst(index + 1).drop { $0 == "=" }.first
      if word == option, let next, !next.hasPrefix("-"), !next.isEmpty { return plain(next) }
    }
    return nil
  }

  private static func matching(_ prefix: String, _ names: [String]) -> [String] {
    Set(names).filter { $0.hasPrefix(prefix) }.sorted()
  }

  /// A word without the quotes and backslashes of a shell.
  private static func plain(_ word: String) -> String {
    word.filter { $0 != "\"" && $0 != "'" && $0 != "\\" }
  }

  /// Folders, and files with such endings.
  private static func files(beginning prefix: String, _ endings: [String]) -> [String] {
    let parent =
      !prefix.contains("/") ? "." : prefix.hasSuffix("/") ? prefix : prefix.parentPath + "/"
    let start = parent == "." ? "" : parent == "//" ? "/" : parent
    return (PlainFiles.entries(of: parent) ?? []).filter { entry in
      entry.isFolder || endings.contains { entry.name.hasSuffix("." + $0) }
    }.map { start + $0.name }.filter { $0.hasPrefix(prefix) }
  }
}
