import ArgumentParser
import Foundation
import Images
import Spec

struct Data: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "Lists, fetches, checks and shows data sets.",
    subcommands: [List.self, Get.self, Check.self, Show.self], defaultSubcommand: List.self)

  /// A data set named on the command line: a word of the list, or what a spec would say.
  static func source(_ name: String) throws -> any DatasetSource {
    switch loadChoice(name, .source, vocabulary: vocabulary) {
    case .success(let choice): return DatasetCatalog.source(choice)
    case .failure(let diagnostics): throw Failure.spec(diagnostics)
    }
  }

  static func load(_ name: String, _ folders: [String]) throws -> ImageSet {
    let source = try source(name)
    do throws(DatasetError) {
      return try source.load(dataDirectory: folders)
    } catch {
      throw Failure.data(error)
    }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "ls", abstract: "Lists the data sources, and which sets are there.")
    @OptionGroup var data: DataOptions

    func run() throws {
      for kind in DatasetCatalog.all {
        print("\(kind.declaration.name.padded(to: 10)) \(kind.declaration.summary)")
        for source in kind.ready {
          do throws(DatasetError) {
            let set = try source.load(dataDirectory: data.folders)
            print("           \(source.title): \(set.count) images, sha256 \(set.digest.prefix(16))…")
          } catch {
            let reason = "\(error)".split(separator: "\n").first.map(String.init) ?? ""
            print("           \(source.title): \(reason)")
          }
        }
      }
    }
  }

  struct Get: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Fetches a data set from its mirrors, or from a copy at hand, and checks its digests.")
    @Argument(help: "What to fetch: mnist.") var name: String
    @Option(help: ArgumentHelp("A folder or an address with the files.", valueName: "dir|url"))
    var from: String?
    @OptionGroup var data: DataOptions

    func run() throws {
      guard let published = DatasetCatalog.published.first(where: { $0.name == name }) else {
        let names = DatasetCatalog.published.map(\.name).joined(separator: ", ")
        throw Failure(
          status: .commandLine, message: "error: cannot fetch `\(name)`\n  = to be had: \(names)")
      }
      let folder = (data.dataDir ?? DataOptions.ownFolder) + "/" + published.name
      let download = Download(published, origin: origin(of: published))
      do throws(DatasetError) {
        let paths = try download.run(into: folder) { progress in
          let total = progress.total.map { " of \($0)" } ?? ""
          Terminal.redraw("\(progress.file): \(progress.received)\(total) bytes from \(progress.source)")
        }
        Terminal.redraw("")
        for path in paths { print(path) }
      } catch {
        throw Failure.data(error)
      }
    }

    private func origin(of published: Published) -> Download.Origin {
      guard let from else { return .mirrors(published.mirrors) }
      if from.contains("://") { return .mirrors([from.hasSuffix("/") ? from : from + "/"]) }
      return .folder(from)
    }
  }

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Reads a data set whole: counts, sizes, digest, images of each class.")
    @Argument(help: "A data source: mnist, or as in a spec: '{synthetic: digits}'.") var name: String
    @OptionGroup var data: DataOptions

    func run() throws {
      let set = try Data.load(name, data.folders)
      print("\(set.name): \(set.count) images of \(set.channels)×\(set.height)×\(set.width)")
      print("sha256 \(set.digest)")
      for (label, count) in zip(set.classNames, set.classCounts) {
        print("class \(label.padded(to: 6)) \(count)")
      }
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Writes a picture of a data set, one row a class.")
    @Argument(help: "A data source: mnist, or as in a spec: '{synthetic: digits}'.") var name: String
    @Option(help: "Where the picture goes.") var to = "preview.png"
    @Option(help: "Images a row.") var columns = 16
    @OptionGroup var data: DataOptions

    func validate() throws {
      guard (1...200).contains(columns) else {
        throw ValidationError("--columns takes a number from 1 to 200")
      }
    }

    func run() throws {
      let set = try Data.load(name, data.folders)
      var indices = Array(0..<min(set.count, columns * 10))
      var labels: [String]?
      if let classes = set.labels {
        let rows = set.classNames.indices.map { index in
          Array(classes.indices.lazy.filter { classes[$0] == index }.prefix(columns))
        }
        // A short class would shift the rows behind it.
        if rows.allSatisfy({ $0.count == columns }) {
          indices = rows.flatMap(\.self)
          labels = set.classNames
        }
      }
      let picture = grid(of: set, indices: indices, columns: columns, rowLabels: labels)
      do {
        let bytes = try encodePNG(picture)
        try Foundation.Data(bytes).write(to: URL(fileURLWithPath: to))
      } catch let error as PNGError {
        throw Failure(status: .files, message: "error: \(to): \(error)")
      } catch {
        throw Failure(status: .files, message: "error: \(to): \(error.localizedDescription)")
      }
      print(to)
    }
  }
}
