import RunFormat

/// What is left of a task that is over, where its trial's folder says nothing of it: the end of its log, or
/// not even that.
package struct TaskTrace: Sendable {
  /// `123_7`
  private let id: String
  /// The scheduler's word, and where it was; nil when it knows the task no more.
  private let ending: (state: String, node: String)?
  let log: String
  /// nil: there is no such file.
  private let said: String?
  private let sweep: String

  /// - Parameters:
  ///   - task: as the scheduler sees it; nil when it knows it no more.
  ///   - sweep: its folder, absolute.
  package init(
    _ id: String, _ task: QueuedTrial?, sweep: String, files: FileLayer = FileLayer()
  ) {
    (self.id, self.sweep, log) = (id, sweep, Self.log(id, in: sweep))
    ending = task.map { ($0.state, $0.node) }
    said = (try? files.read(log, limit: 1 << 30)).map { LogEnd.line(of: $0) ?? "" }
  }

  package static func log(_ id: String, in sweep: String) -> String { "\(sweep)/slurm/\(id).log" }

  /// Whether nothing is odd about a task that left nothing: somebody cancelled it before it began.
  package var isCancelled: Bool { ending?.state == "CANCELLED" && said == nil }

  /// Whether it began at all, as far as can be seen.
  var hasLog: Bool { said != nil }

  /// A sentence, with the file in which there is more, or with advice.
  package var words: String {
    let node = ending.flatMap { $0.node.isEmpty ? nil : $0.node }
    let end = ending.map { "\($0.state)" + (node.map { " on \($0)" } ?? "") } ?? "is over"
    guard let said else {
      if isCancelled { return "job \(id) \(end) before it began" }
      return
        "job \(id) \(end) and left no log: perhaps \(node ?? "its node") does not see \(sweep); results "
        + "must lie on a file system that the nodes share (--results)"
        + (ending == nil ? ", or somebody cancelled it before it began" : "")
    }
    if said.isEmpty { return "job \(id) \(end) and said nothing; its log is \(log)" }
    let lacksLibrary = said.contains("error while loading shared libraries")
    return "job \(id) \(end): \(said)"
      + (lacksLibrary
        ? "; gan-exp needs on the nodes the libraries that it has here: install them there, or load "
          + "them by `engine.slurm.modules`" : "") + "; its log is \(log)"
  }
}
