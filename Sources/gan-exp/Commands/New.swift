import ArgumentParser
import Foundation
import Images
import RunFormat
import Runner

struct New: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes an experiment file for your pictures; prints its path.",
    discussion: """
      Looks at the pictures and sets size, channels, classes and layers. The file says what it does and \
      is yours to change; nothing is overwritten.
      """)

  @Argument(help: "Name of the experiment; the file is NAME.yaml.")
  var name: String?

  @Option(
    help: ArgumentHelp("Where it starts; --list tells them.", valueName: "template"),
    completion: .list(ExperimentTemplate.allCases.map(\.rawValue)))
  var from = ExperimentTemplate.dcgan.rawValue

  @Option(
    name: .customLong("data"),
    help: ArgumentHelp(
      "A folder or archive of pictures, or a data set such as cifar10.", valueName: "data"),
    completion: Completions.dataSets)
  var source: String?

  @Option(
    help: ArgumentHelp(
      "Height and width of the pictures; else 64 where they are as large.",
      valueName: "32|64|128"), completion: .list(["32", "64", "128"]))
  var size: Int?

  @Flag(help: "Leaves classes out that the data has.")
  var withoutClasses = false

  @Flag(help: "Lists what --from takes.")
  var list = false

  @OptionGroup var data: DataOptions

  func validate() throws {
    if list { return }
    guard let name else { throw ValidationError("Missing expected argument '<name>'") }
    let stem = name.lastPathComponent
    guard !stem.isEmpty, !stem.hasPrefix("."), !stem.hasPrefix("-"), stem != "/" else {
      throw ValidationError("`\(name)` can't be the name of an experiment and of its folder")
    }
    guard source != nil else {
      throw ValidationError("--data says which pictures: --data photos/, --data cifar10")
    }
    if let size, ![32, 64, 128].contains(size) {
      throw ValidationError("--size takes 32, 64 or 128, not `\(size)`")
    }
  }

  func run() throws {
    if list { return try Output.table(Self.listing) }
    guard let name, let source else { return }
    let template = try template()
    let path = name.stem == name ? name + ".yaml" : name
    let folder = path.parentPath
    guard !PlainFiles.exists(path) else { throw refusal(path) }
    guard PlainFiles.isFolder(folder) else {
      throw Failure(
        status: .files,
        message: "error: \(path): there is no folder \(folder)\n  = mkdir -p \(folder.shellWord)")
    }
    let request = data.request(size: nil)
    let chosen = try ChosenPictures(source, besides: folder, request)
    let pictures = try ExaminedPictures(chosen, besides: folder, request, side: size)
    let text = template.text(
      name: path.lastPathComponent.stem, for: pictures, isConditional: !withoutClasses,
      schema: Self.schema(for: path))
    try Self.write(text, toNew: path)
    try Output.result(path)
    for note in pictures.notes { Terminal.error("note: \(note)") }
    let place =
      chosen.wantsDataFolder ? data.dataDir.map { " --data-dir \($0.shellWord)" } ?? "" : ""
    let next = [
      (
        "gan-exp describe \(path.shellWord)\(place)",
        "every layer and value, and where it comes from"
      ),
      (
        "gan-exp run \(path.shellWord)\(place)",
        "trains; Ctrl-C saves, `gan-exp resume @last` goes on"
      ),
      ("gan-exp show @last", "the latest samples and the losses"),
    ]
    let width = next.map(\.0.count).max() ?? 0
    Terminal.error(
      "next:\n" + next.map { "  \($0.padded(to: width))  \($1)" }.joined(separator: "\n"))
  }

  private func template() throws -> ExperimentTemplate {
    if let template = ExperimentTemplate(called: from) { return template }
    let known = ExperimentTemplate.allCases.map(\.rawValue).joined(separator: ", ")
    throw Failure(
      status: .commandLine,
      message: """
        error: there is no template `\(from)`
          = templates: \(known)
          = to build on a file that is there, write a new one with `extends: FILE` and what differs
        """)
  }

  private static func write(_ text: String, toNew path: String) throws {
    try Failure.catching { try FileLayer().create(path, Array(text.utf8)) }
  }

  private func refusal(_ path: String) -> Failure {
    Failure(
      status: .files,
      message: """
        error: \(path) is there already and is not overwritten
          = choose another name, or remove it
        """)
  }

  /// The schema that an editor completes with: beside the file, in the gallery here, or in that which was installed.
  private static func schema(for path: String) -> String {
    let folder = path.parentPath
    for place in ["schema.json", "experiments/schema.json", "../experiments/schema.json"]
    where PlainFiles.exists("\(folder)/\(place)") {
      return place.hasPrefix(".") ? place : "./\(place)"
    }
    if let installed = SpecFolder.gallery.map({ $0 + "/schema.json" }), PlainFiles.exists(installed)
    {
      return installed
    }
    return "./schema.json"
  }

  private static var listing: String {
    let width = ExperimentTemplate.allCases.map(\.rawValue.count).max() ?? 0
    let rows = ExperimentTemplate.allCases.map {
      "\($0.rawValue.padded(to: width))  \($0.summary)\n"
    }
    let gallery =
      SpecFolder.gallery.flatMap { PlainFiles.isFolder($0) ? $0 : nil } ?? "experiments/"
    return rows.joined()
      + "\nwhole experiments, to run or to build on with `extends:`: \(gallery)\n"
  }
}

extension String {
  /// Without the ending of an experiment file.
  fileprivate var stem: String {
    [".yaml", ".yml"].first(where: hasSuffix).map { String(dropLast($0.count)) } ?? self
  }
}
