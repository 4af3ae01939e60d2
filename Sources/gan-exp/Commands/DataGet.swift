import ArgumentParser
import Images
import RunFormat
import Runner
import Spec
import Synchronization

extension Data {
  struct Get: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract:
        "Fetches a data set from its mirrors, or from a copy at hand, and checks its digests.",
      discussion: """
        What is there already is checked and kept; what was cut off is continued. Prints the paths \
        of the files.
        """)
    @Argument(
      help: "What to fetch: mnist, fashion_mnist, kmnist, cifar10 or cifar100.",
      completion: Completions.published)
    var name: String
    @Option(
      help: ArgumentHelp("A folder or an address with the files.", valueName: "dir|url"),
      completion: .directory)
    var from: String?
    @OptionGroup var data: DataOptions

    func run() throws {
      guard let published = DatasetCatalog.published.first(where: { $0.name == name }) else {
        throw unknown(DatasetCatalog.published.map(\.name))
      }
      let folder = (data.dataDir ?? DataOptions.ownFolder) + "/" + published.name
      let display = TransferDisplay()
      let paths: [String]
      do throws(DatasetError) {
        paths = try Download(published, from: from).run(into: folder, progress: display.show)
        display.close()
      } catch {
        display.close()
        throw Failure.data(error)
      }
      for path in paths { try Output.result(path) }
    }

    private func unknown(_ names: [String]) -> Failure {
      var lines = ["error: there is no data set `\(name)` to fetch"]
      if let meant = nearest(to: name, in: names) { lines.append("  = did you mean `\(meant)`?") }
      lines.append("  = to be had: \(names.joined(separator: ", "))")
      return Failure(status: .commandLine, message: lines.joined(separator: "\n"))
    }
  }
}

/// Says how far a transfer is: one line redrawn on a terminal, else a line a file.
private final class TransferDisplay: Sendable {
  private struct State {
    var file = ""
    var start = (time: 0.0, bytes: 0)
    var lastDrawn = -Double.infinity
  }
  private let state = Mutex(State())

  func show(_ progress: Download.Progress) {
    state.withLock { state in
      let now = monotonicSeconds()
      if state.file != progress.file {
        state = State(file: progress.file, start: (now, progress.received))
        if !Terminal.isTerminal { Terminal.error("\(progress.file) from \(progress.source)") }
      }
      guard Terminal.isTerminal,
        now - state.lastDrawn >= 0.25 || progress.received == progress.total
      else { return }
      state.lastDrawn = now
      Terminal.redraw(Self.line(progress, since: state.start, now: now))
    }
  }

  /// Leaves an empty line for what comes next.
  func close() {
    if Terminal.isTerminal { Terminal.redraw("") }
  }

  private static func line(
    _ progress: Download.Progress, since start: (time: Double, bytes: Int), now: Double
  ) -> String {
    var parts = [progress.file, "\(ByteCount(progress.received))"]
    if let total = progress.total { parts[1] += " of \(ByteCount(total))" }
    let seconds = now - start.time
    if seconds >= 1, progress.received > start.bytes {
      let rate = Double(progress.received - start.bytes) / seconds
      parts.append("\(ByteCount(Int(rate)))/s")
      if let total = progress.total, total > progress.received {
        parts.append("\(Int((Double(total - progress.received) / rate).rounded(.up))) s left")
      }
    }
    return parts.joined(separator: "  ")
  }
}
