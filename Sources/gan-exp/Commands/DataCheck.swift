import ArgumentParser
import Foundation
import Images
import RunFormat
import Runner
import Spec

extension Data {
  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Reads a data set whole: counts, sizes, digest, samples of each class, bad files.",
      discussion: "Exit 4 when there are bad files and the source does not say to skip them.")
    @Argument(
      help: """
        A data source (mnist, or as in a spec: '{synthetic: digits}'), a folder, archive or array, or \
        an experiment file.
        """,
      completion: Completions.dataSets)
    var name: String
    @Option(
      help: ArgumentHelp(
        "A picture of the set, or `none`. Else preview.png, beside a folder of data one is in.",
        valueName: "file"))
    var preview: String?
    @OptionGroup var chosen: Data.SourceOption
    @OptionGroup var data: DataOptions

    /// Sides of the preview of pictures that have many sizes, or take too much as they are.
    private static let previewSide = 64

    func run() throws {
      let (source, size) = try Data.subject(name, chosen)
      var request = data.request(size: size)
      let folder = source as? Folder
      let place =
        preview == "none"
        ? nil : try PreviewFile(named: preview, data: try? folder?.place(request))
      let set: any SampleSet
      var lines: [String]
      do throws(DatasetError) {
        if let folder {
          let survey = try folder.survey(request)
          if size == nil, survey.needsSize { request.size = Self.previewSide }
          let pictures = try folder.tolerant.load(request)
          set = pictures
          lines =
            [
              "\(set.name): \(set.count) pictures, "
                + "as \(pictures.channels)×\(pictures.height)×\(pictures.width)"
            ] + Self.lines(survey)
        } else {
          set = try source.load(request)
          lines = ["\(set.name): \(set.count) \(set.format)"]
        }
      } catch {
        throw Failure.data(error)
      }
      lines.append("sha256 \(set.digest)")
      let width = set.classNames.map(\.count).max() ?? 0
      for (label, count) in zip(set.classNames, set.classCounts) {
        lines.append("class \(label.padded(to: width))  \(count)")
      }
      for warning in set.remarks.warnings { Terminal.error("warning: \(warning)") }
      lines += set.skipped.map { "bad \($0.name): \($0.reason)" }
      try Output.line(lines.joined(separator: "\n"))
      if let place {
        try place.write(try Failure.catching { try set.preview(columns: 16) })
        try Output.line(place.path)
      }
      if let folder, folder.isStrict, !set.skipped.isEmpty {
        throw Failure.data(
          .badImages(
            path: set.name, bad: set.skipped, of: set.count + set.skipped.count))
      }
    }

    private static func lines(_ survey: FolderSurvey) -> [String] {
      let sizes = survey.sizes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      let shown = sizes.prefix(5).map { "\($0.value) of \($0.key.width)×\($0.key.height)" }
      var line = "sizes \(shown.joined(separator: ", "))"
      if sizes.count > 5, let smallest = survey.sizes.keys.min(),
        let largest = survey.sizes.keys.max()
      {
        line += ", \(sizes.count - 5) more, from \(smallest.width)×\(smallest.height) to "
        line += "\(largest.width)×\(largest.height)"
      }
      var lines = [line]
      let all = survey.sizes.values.reduce(0, +)
      lines.append("colour \(all - survey.greyCount), grey \(survey.greyCount)")
      let kinds = survey.kinds.sorted { $0.key.rawValue < $1.key.rawValue }
      lines.append(
        "kinds \(kinds.map { "\($0.value) \($0.key.rawValue)" }.joined(separator: ", "))")
      if survey.unread.count > 0 {
        lines.append("other files, not read: \(survey.unread.words)")
      }
      return lines
    }
  }

  /// Which source of an experiment file is meant.
  struct SourceOption: ParsableArguments {
    @Option(help: ArgumentHelp("Of an experiment file with several sources.", valueName: "name"))
    var source: String?

    func one(of sources: [StoredSource], in file: String) throws -> StoredSource {
      if source == nil, sources.count == 1 { return sources[0] }
      if let found = sources.first(where: { $0.name == source }) { return found }
      let names = sources.map(\.name).joined(separator: ", ")
      throw ValidationError("\(file) has the data of \(names): name one with --source")
    }
  }

  /// What a word on the command line means: an experiment's data, pictures or an array at a path, or a
  /// source as in a spec.
  ///
  /// - Parameter chosen: nil where an experiment is not asked for.
  static func subject(
    _ name: String, _ chosen: SourceOption?
  ) throws -> (source: any DatasetSource, size: Int?) {
    if name.hasSuffix(".yaml") || name.hasSuffix(".yml") {
      guard let chosen else {
        throw Failure(
          status: .commandLine, message: "error: \(name) is an experiment file, and no data")
      }
      let source = try chosen.one(
        of: try loadSpec(name, overrides: []).get().storedSources, in: name)
      return (source.source, source.size)
    }
    if chosen?.source != nil { throw ValidationError("--source is for experiment files") }
    if DatasetCatalog.all.contains(where: { $0.declaration.name == name }),
      FileManager.default.fileExists(atPath: name)
    {
      Terminal.note([
        "`\(name)` is the data set of that name; what lies here is ./\(name.shellWord)"
      ])
    }
    if !name.hasPrefix("{"), !FileManager.default.fileExists(atPath: name), isPath(name) {
      throw absence(of: name)
    }
    guard !name.hasPrefix("{"), FileManager.default.fileExists(atPath: name),
      !DatasetCatalog.all.contains(where: { $0.declaration.name == name })
    else { return (try source(name), nil) }
    if name.hasSuffix(".npy") || name.hasSuffix(".npz") { return (Numpy(at: name), nil) }
    return (Folder(at: name), nil)
  }

  static func isPath(_ name: String) -> Bool {
    name.contains("/")
      || [".zip", ".tar", ".gz", ".tgz", ".npy", ".npz"].contains(where: name.hasSuffix)
  }

  /// Nothing is where a path leads: what lies there under a name that is spelled nearly so.
  ///
  /// - Parameter places: where it was looked for; none: only there.
  static func absence(of path: String, lookedAt places: [String] = []) -> Failure {
    let name = path.trimmingSlashes
    let folder = name.contains("/") ? name.parentPath : "."
    let names = (PlainFiles.entries(of: folder) ?? []).map(\.name)
    let near = nearest(to: name.lastPathComponent, in: names)
      .map { folder == "." ? $0 : "\(folder)/\($0)" }
    return Failure(
      status: .files,
      message: "error: \(path): there is no such folder or file"
        + (near.map { "\n  = did you mean `\($0)`?" } ?? "")
        + (places.count > 1 ? "\n  = looked at: \(places.joined(separator: ", "))" : "")
        + (isPath(path) ? "" : "\n  = `gan-exp data` lists the data sets that have a name"))
  }
}
