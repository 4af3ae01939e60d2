import ArgumentParser
import CLibrary
import Foundation
import Results
import RunFormat
import Runner
import Synchronization
import Watch

struct WatchRuns: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch",
    abstract: "Shows runs while they train: a page in the browser, or --text in the terminal.",
    discussion: """
      Prints the page's address and serves it until Ctrl-C. It only reads: runs go on whether or not somebody \
      watches, and runs that are begun later appear by themselves.
      """)

  @Argument(
    help: "Runs, sweeps, or folders of them; none: all of --results.", completion: Completions.runs)
  var references: [String] = []
  @OptionGroup var results: ResultsOptions

  @Option(
    help: ArgumentHelp(
      "The page's port; 0: any that is free. Without it: \(Self.usualPort), or the next free one.",
      valueName: "n"))
  var port: Int?
  @Option(
    help: ArgumentHelp(
      "The number that the page is served under. Others than that of this machine's own, 127.0.0.1, let "
        + "everybody read the page who reaches the port.", valueName: "address"))
  var host = "127.0.0.1"
  @Flag(help: "Open the page in a browser.")
  var open = false
  @Flag(help: "No page: draw `show` of a run, or `ls` of many, again every 2 seconds.")
  var text = false

  private static let usualPort = 8642
  private static let portsTried = 20

  func validate() throws {
    if let port, !(0...65_535).contains(port) {
      throw ValidationError("--port takes a number from 0 to 65535, not \(port)")
    }
    if text, let word = pageOption {
      throw ValidationError("--text serves no page, so \(word) says nothing")
    }
  }

  private var pageOption: String? {
    port != nil ? "--port" : host != "127.0.0.1" ? "--host" : open ? "--open" : nil
  }

  func run() throws {
    if text { return try TextWatch(references, results).run() }
    let roots = try roots()
    let feed = Feed(
      roots.map(\.place), title: roots.map(\.place.lastPathComponent).joined(separator: ", "))
    let server = try listen(feed)
    Interrupts.install()
    let isAlone = roots.count == 1 && roots[0].isNamed
    let (counts, key) = waitFor {
      await feed.look()
      return (await feed.counts, isAlone ? await feed.key(of: roots[0].place) : nil)
    }
    let address = server.url + (key.map { "?view=\($0)" } ?? "")
    try Output.line(address)
    tell(counts, roots.map(\.path))
    if open { openBrowser(address) }
    try serve(server)
  }

  /// Until a signal asks for the end.
  private func serve(_ server: WatchServer) throws {
    let end = Mutex<String?>(nil)
    let serving = Task {
      do { try await server.run() } catch { end.withLock { $0 = "\(error)" } }
    }
    while Interrupts.pending == 0 {
      usleep(100_000)
      if let reason = end.withLock({ $0 }) {
        throw Failure(
          status: .internalError, message: "error: the page cannot be served: \(reason)")
      }
    }
    serving.cancel()
  }

  // MARK: What is shown

  private struct Root {
    /// As it was named.
    let path: String
    /// Absolute, without links.
    let place: String
    let isNamed: Bool
  }

  private func roots() throws -> [Root] {
    guard !references.isEmpty else {
      let path = results.results
      if let place = PlainFiles.absolute(path) {
        guard PlainFiles.isFolder(path) else {
          throw Failure(status: .commandLine, message: "error: --results: \(path) is no folder")
        }
        return [Root(path: path, place: place, isNamed: false)]
      }
      // Whoever watches before the first run has begun.
      guard let parent = PlainFiles.absolute(path.parentPath) else {
        throw Failure(
          status: .commandLine,
          message: "error: --results: there is no folder \(path), nor one that it could come into")
      }
      return [Root(path: path, place: "\(parent)/\(path.lastPathComponent)", isNamed: false)]
    }
    return try references.map { reference in
      let path =
        PlainFiles.isFolder(reference) ? reference : try results.find(reference).path
      return Root(path: path, place: PlainFiles.absolute(path) ?? path, isNamed: true)
    }
  }

  private func tell(_ counts: (runs: Int, sweeps: Int), _ paths: [String]) {
    let folders = paths.joined(separator: ", ")
    let what =
      counts.runs == 0
      ? "no run yet: they appear as they begin"
      : "\(grouped(counts.runs)) run\(counts.runs == 1 ? "" : "s")"
        + (counts.sweeps == 0
          ? "" : ", \(grouped(counts.sweeps)) sweep\(counts.sweeps == 1 ? "" : "s")")
    Terminal.error("\(folders): \(what); Ctrl-C ends the page, not the runs")
    if !WatchServer.isLocal(host) {
      Terminal.error(
        "warning: --host \(host): whoever reaches this port can read names, settings, losses and pictures of "
          + "these runs; there is no password")
    }
  }

  // MARK: The port

  private func listen(_ feed: Feed) throws -> WatchServer {
    let wanted = UInt16(port ?? Self.usualPort)
    for offset in 0..<(port == nil ? Self.portsTried : 1) {
      do throws(ListenError) {
        let server = try WatchServer(feed, host: host, port: wanted + UInt16(offset))
        if offset > 0 { Terminal.error("port \(wanted) is taken, \(server.port) is free") }
        return server
      } catch {
        if error.isTaken, port == nil { continue }
        throw failure(error)
      }
    }
    throw Failure(
      status: .files,
      message: "error: ports \(wanted) to \(Int(wanted) + Self.portsTried - 1) are all taken\n"
        + "  = --port 0 takes any that is free")
  }

  private func failure(_ error: ListenError) -> Failure {
    let advice =
      error.isTaken
      ? "another program has it, perhaps another `gan-exp watch`: --port 0 takes any that is free"
      : error.isForbidden
        ? "ports below 1024 are root's: take a larger one, or none"
        : "--host takes a number of this machine: 127.0.0.1, ::1, or 0.0.0.0 for all of them"
    return Failure(
      status: .files,
      message: "error: \(error.host), port \(error.port): cannot listen: \(error.reason)\n"
        + "  = \(advice)")
  }

  private func openBrowser(_ address: String) {
    guard let opener = Browser.opener else {
      Terminal.error("--open: there is no browser to be opened from here: open the address above")
      return
    }
    if !opener.open(address) {
      Terminal.error("--open: \(opener.program) cannot be started: open the address above")
    }
  }

  /// What an asynchronous piece of work comes to.
  private func waitFor<Value: Sendable>(_ work: @escaping @Sendable () async -> Value) -> Value {
    let done = DispatchSemaphore(value: 0)
    nonisolated(unsafe) var value: Value?
    Task {
      value = await work()
      done.signal()
    }
    done.wait()
    guard let value else { preconditionFailure("work that has ended has a value") }
    return value
  }
}
