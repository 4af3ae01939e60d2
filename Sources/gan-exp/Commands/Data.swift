import ArgumentParser
import Foundation
import Images
import RunFormat
import Runner
import Spec

struct Data: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "Lists, fetches, checks and shows data sets.",
    subcommands: [List.self, Get.self, Check.self, Show.self, Cache.self],
    defaultSubcommand: List.self)

  /// A data set named on the command line: a word of the list, or what a spec would say.
  static func source(_ name: String) throws -> any DatasetSource {
    switch loadChoice(name, .source, vocabulary: vocabulary) {
    case .success(let choice):
      return DatasetCatalog.source(choice)
    case .failure(let diagnostics):
      let text = diagnostics.rendered(colour: Terminal.showsColour)
      throw Failure(status: .commandLine, message: text)
    }
  }

  /// The set that `name` means; pictures of many sizes are brought to one, to be looked at.
  static func load(
    _ name: String, _ chosen: SourceOption, _ options: DataOptions
  ) throws -> any SampleSet {
    let (source, size) = try subject(name, chosen)
    var request = options.request(size: size)
    do throws(DatasetError) {
      if size == nil, let folder = source as? Folder, try folder.survey(request).needsSize {
        request.size = 64
      }
      return try source.load(request)
    } catch {
      throw Failure.data(error)
    }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "ls", abstract: "Lists the data sources, and which sets are there.")
    @OptionGroup var data: DataOptions

    func run() throws {
      let width = DatasetCatalog.all.map { $0.declaration.name.count }.max() ?? 0
      for kind in DatasetCatalog.all {
        try Output.line("\(kind.declaration.name.padded(to: width))  \(kind.declaration.summary)")
        for source in kind.ready {
          let indent = String(repeating: " ", count: width + 2)
          try Output.line("\(indent)\(source.title): \(Self.state(of: source, data))")
        }
      }
    }

    private static func state(of source: any DatasetSource, _ options: DataOptions) -> String {
      do throws(DatasetError) {
        let set = try source.load(options.request(size: nil))
        return "\(set.count) \(set.format.plural), sha256 \(set.digest.prefix(16))…"
      } catch {
        return error.summary
      }
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Writes a picture of a data set, images one row a class; prints its path.")
    @Argument(
      help: """
        A data source (mnist, or as in a spec: '{synthetic: digits}'), a folder, archive or array, or \
        an experiment file.
        """,
      completion: Completions.dataSets)
    var name: String
    @Option(
      help: ArgumentHelp(
        "Where the picture goes; else preview.png, beside a folder of data one is in.",
        valueName: "file"))
    var to: String?
    @Option(help: ArgumentHelp("Images a row.", valueName: "n")) var columns = 16
    @OptionGroup var chosen: Data.SourceOption
    @OptionGroup var data: DataOptions

    func validate() throws {
      guard (1...200).contains(columns) else {
        throw ValidationError("--columns takes a number from 1 to 200")
      }
    }

    func run() throws {
      let source = try Data.subject(name, chosen).source
      let folder = try? (source as? Folder)?.place(data.request(size: nil))
      let place = try PreviewFile(named: to, data: folder)
      let set = try Data.load(name, chosen, data)
      try place.write(try Failure.catching { try set.preview(columns: columns) })
      try Output.result(place.path)
    }
  }
}
