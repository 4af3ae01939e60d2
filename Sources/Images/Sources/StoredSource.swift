import Spec

/// A source of an experiment whose samples are read or generated.
package struct StoredSource: Sendable {
  package let name: String
  package let choice: Choice
  /// Height and width of pictures; nil: as they are stored.
  package let size: Int?
  /// nil: no labels are asked for.
  package let classes: AskedClasses?

  package init(name: String, choice: Choice, size: Int?, classes: AskedClasses?) {
    (self.name, self.choice, self.size, self.classes) = (name, choice, size, classes)
  }

  package var source: any DatasetSource { DatasetCatalog.source(choice) }

  /// What one sample is after resizing, where that is known without reading the data.
  package var declaredFormat: SampleFormat? {
    let source = source
    if let channels = source.chosenChannels, let size {
      return .image(ImageFormat(channels: channels, height: size, width: size))
    }
    return source.storedFormat?.resized(to: size)
  }

  /// Everything that decides which samples it has, for comparing two.
  package var identity: String { "\(name) \(choice.text) \(size ?? 0)" }
}

extension StoredSource {
  /// Labels that do not go with the data, as far as that is known without reading them.
  package var labelFindings: [Diagnostic] {
    guard let classes, let count = source.classCount, classes.count != count else { return [] }
    return [
      Diagnostic(
        "\(classes.key) is \(classes.count), and \(source.title) has \(count) classes",
        at: classes.origin, severity: classes.count < count ? .error : .warning,
        label: "write `\(classes.written(count))`")
    ]
  }

  /// Those of `sources` that cannot be the pairs that they are said to be.
  package static func pairFindings(_ sources: [StoredSource]) -> [Diagnostic] {
    let names = sources.map(\.name)
    return sources.compactMap { own in
      guard let partner = own.source.pairedWith else { return nil }
      let origin = own.choice.record.origin(of: Folder.pairedWith)
      func error(_ message: String, _ label: String?) -> Diagnostic {
        Diagnostic(message, at: origin, label: label)
      }
      guard let other = sources.first(where: { $0.name == partner }) else {
        let others = names.filter { $0 != own.name }
        let label =
          others.isEmpty
          ? "there is no other source to pair it with"
          : nearest(to: partner, in: others).map { "did you mean `\($0)`?" }
            ?? "sources here: \(others.joined(separator: ", "))"
        return error("there is no source `\(partner)` whose files are read", label)
      }
      if partner == own.name {
        return error("`\(partner)` is paired with itself", "name another source")
      }
      guard other.source is Folder else {
        return error(
          "`\(partner)` is no folder: pairs are pictures in two folders with equal names",
          "pair it with a `folder`")
      }
      if order(of: own.name, in: sources) == nil {
        return error(
          "`\(own.name)` is paired in a circle", "take `paired_with` out of one of the sources")
      }
      return nil
    }
  }

  /// The source whose order one has: its own, or that at the end of its pairs; nil where they go in a
  /// circle.
  package static func order(of name: String, in sources: [StoredSource]) -> String? {
    var current = name
    for _ in 0...sources.count {
      guard let next = sources.first(where: { $0.name == current })?.source.pairedWith else {
        return current
      }
      current = next
    }
    return nil
  }
}
