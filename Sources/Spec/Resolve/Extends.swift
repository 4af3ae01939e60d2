/// Reads a file and, below it, what it extends.
struct Extends {
  private static let maxChain = 16

  let files: SpecFiles
  private(set) var overlay: Overlay
  private(set) var findings: [Diagnostic] = []
  private(set) var source: SourceText?

  init(files: SpecFiles, vocabulary: Vocabulary) {
    self.files = files
    overlay = Overlay(vocabulary: vocabulary)
  }

  mutating func load(_ path: String) -> YAMLNode? {
    let root = load(path, name: path, extendedAt: nil, chain: [])
    findings += overlay.findings
    return root
  }

  private mutating func load(
    _ path: String, name: String, extendedAt: Origin?, chain: [String]
  ) -> YAMLNode? {
    let bytes: [UInt8]
    switch files.read(path) {
    case .success(let read): bytes = read
    case .failure(let error):
      let source = SourceText(name: name, text: "")
      if self.source == nil { self.source = source }
      let origin = extendedAt ?? Origin(source: source, mark: .wholeText)
      findings.append(Diagnostic("cannot read \(name): \(error.words)", at: origin))
      return nil
    }
    let checked = TextCheck.read(bytes, name: name, extendedAt: extendedAt, findings: &findings)
    guard let (text, source) = checked else { return nil }
    if self.source == nil { self.source = source }
    let start = Origin(source: source, mark: Mark(line: 1, column: 1))
    let before = findings.count
    guard let root = Composer.compose(text, source: source, findings: &findings) else {
      if findings.count == before {
        findings.append(Diagnostic("the file is empty", at: start, label: "a spec begins here"))
      }
      return nil
    }
    guard var entries = root.entries else {
      if !root.isEmpty || findings.count == before {
        findings.append(
          Diagnostic(
            "a spec is a map of keys and values, found \(root.found)", at: root.origin))
      }
      return nil
    }
    guard let index = entries.firstIndex(where: { $0.key == "extends" }) else { return root }
    let extends = entries.remove(at: index).value
    var own = root
    own.content = .map(entries)
    if extends.isNothing { return own }
    guard case .scalar(let written, _) = extends.content, !written.utf8.contains(0) else {
      if case .broken = extends.content { return own }
      findings.append(
        Diagnostic(
          "`extends` must be the path of one file, found \(extends.found)", at: extends.origin)
      )
      return own
    }
    let base = SpecFiles.resolve(written, from: path)
    let chain = chain + [SpecFiles.resolve(path, from: "")]
    guard !chain.contains(base) else {
      findings.append(
        Diagnostic(
          "\(written) extends itself", at: extends.origin,
          notes: ["the chain: " + (chain + [base]).joined(separator: " → ")]))
      return nil
    }
    guard chain.count < Self.maxChain else {
      findings.append(
        Diagnostic("more than \(Self.maxChain) files extend each other", at: extends.origin))
      return nil
    }
    guard let below = load(base, name: base, extendedAt: extends.origin, chain: chain) else {
      return nil
    }
    let kind = FieldKind.section(ExperimentSchema.declaration(overlay.vocabulary, nil))
    var merged = overlay.lay(own, on: below, as: kind)
    merged.origin = own.origin
    return merged
  }
}
