import CLibrary
import Results
import RunFormat
import Runner

/// `gan-exp watch --text`: what `show` or `ls` says, drawn again every two seconds until Ctrl-C, or until a run
/// that is watched has ended.
struct TextWatch {
  private let references: [String]
  private let results: ResultsOptions

  init(_ references: [String], _ results: ResultsOptions) {
    (self.references, self.results) = (references, results)
  }

  func run() throws {
    let only = try onlyOne()
    Interrupts.install()
    var last = ""
    while true {
      let (text, isOver) =
        switch only {
        case .run(let path): show(path)
        case .sweep(let sweep): (fitted(sweepText(sweep), endingWith: 0), false)
        case nil: (try list(), false)
        }
      // A file or a pipe gets only what is new.
      if text != last || Output.isTerminal {
        if Output.isTerminal { try Output.clear() } else if !last.isEmpty { try Output.line("") }
        try Output.table(text)
        last = text
      }
      if isOver { return }
      for _ in 0..<20 {
        if Interrupts.pending != 0 { return }
        usleep(100_000)
      }
    }
  }

  /// The one run, or the one sweep, that is meant; nil where there may be several.
  private func onlyOne() throws -> RunReference.Found? {
    guard references.count == 1 else { return nil }
    let reference = references[0]
    if PlainFiles.isFolder(reference),
      FolderKind(PlainFiles.entries(of: reference) ?? []) == .group
    {
      return nil
    }
    return try results.find(reference)
  }

  private func show(_ path: String) -> (text: String, isOver: Bool) {
    let run = Results.Run(path)
    let summary = RunSummary(run, names: results.names(of: [run]))
    let isOver =
      switch summary.run.state {
      case .running, .unknown, .other: false
      case .finished, .interrupted, .stopped, .diverged, .failed: true
      }
    let style = Terminal.style
    return (
      Terminal.height.map { summary.text(style, within: $0 - 1) } ?? summary.text(style), isOver
    )
  }

  private func sweepText(_ sweep: Sweep) -> String {
    SweepSummary(sweep, names: results.names()).text(Terminal.style)
  }

  private func list() throws -> String {
    let scan =
      references.isEmpty && !PlainFiles.isFolder(results.results)
      ? RunScan([]) : try results.scan(references)
    let list = try Failure.reading { () throws(ReferenceError) in
      try RunList(
        scan, filter: RunFilter(where: nil, sort: nil), names: results.names(of: scan.runs))
    }
    let running = scan.runs.count { $0.state.word == "running" }
    let runs = "\(grouped(scan.runs.count)) run\(scan.runs.count == 1 ? "" : "s")"
    let title = "\(runs), \(grouped(running)) running\n\n"
    let table = TableLayout(
      list.table, width: Terminal.tableWidth,
      signs: { Output.isTerminal ? $0 : Output.plainSigns($0) })
    return fitted(title + table.text, endingWith: .max)
  }

  /// As many lines as the terminal has: the top does not roll away.
  ///
  /// - Parameter endingWith: at most so many of the last lines; of a list those are the newest.
  private func fitted(_ text: String, endingWith end: Int) -> String {
    guard let height = Terminal.height else { return text }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    let room = max(5, height - 1)
    guard lines.count > room else { return text }
    let rest = min(end, room - 4)
    let cut = "… \(grouped(lines.count - room + 1)) more …"
    return (lines.prefix(room - 1 - rest) + [cut[...]] + lines.suffix(rest))
      .joined(separator: "\n") + "\n"
  }
}
