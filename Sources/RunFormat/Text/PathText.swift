extension String {
  /// The last component of a path.
  package var lastPathComponent: String { split(separator: "/").last.map(String.init) ?? self }

  /// A path without its last component and without slashes at the end.
  package var parentPath: String {
    let parts = trimmingSlashes.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count > 1 else { return "." }
    let parent = parts.dropLast().joined(separator: "/")
    return parent.isEmpty ? "/" : parent
  }

  /// A path as a word of a command that can be copied into a shell.
  package var shellWord: String {
    let isPlain =
      !isEmpty
      && unicodeScalars.allSatisfy {
        $0.properties.isAlphabetic || $0.properties.numericType != nil
          || "/._-+@%,:=".unicodeScalars.contains($0)
      }
    return isPlain
      ? self
      : "'"
        + split(separator: "'", omittingEmptySubsequences: false)
        .joined(separator: "'\\''") + "'"
  }

  package var trimmingSlashes: String {
    var text = self
    while text.count > 1, text.hasSuffix("/") { text.removeLast() }
    return text
  }
}
