import ArgumentParser
import Images
import Results
import RunFormat
import Spec

struct DiskUsage: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "du",
    abstract: "Says how many bytes runs take, by what is in them; the largest first.",
    discussion:
      "A sweep is one line with all its trials; one that is named alone has a line a trial.")

  @Argument(help: "Runs, sweeps, or folders of them; none: all of --results, and the cache.")
  var references: [String] = []
  @OptionGroup var results: ResultsOptions
  @OptionGroup var data: DataOptions

  @Flag(help: "Print JSON on stdout, in bytes.")
  var json = false

  func run() throws {
    let scan = try results.scan(references)
    Terminal.note(scan.notes)
    var isOneSweep = false
    if references.count == 1, case .sweep = try? results.find(references[0]) { isOneSweep = true }
    let list = DiskUseList(scan, opensSweeps: isOneSweep)
    if json { return try Output.line(list.json.text) }
    try Output.table(list.table.aligned(width: Terminal.tableWidth))
    guard references.isEmpty, let folder = data.cacheFolder else { return }
    let cache = DecodedCacheFolder(folder)
    if cache.bytes > 0 {
      try Output.line(
        "besides: \(ByteCount(cache.bytes)) of decoded pictures in \(folder) (gan-exp data cache)")
    }
  }
}
