import CLibrary
import Foundation
import Images
import RunFormat
import Runner

/// What `doctor` says of a machine besides its devices: a finding a line, with what to do below it.
struct MachineReport {
  struct Finding {
    let text: String
    var advice: [String] = []
    /// A run would fail for it.
    var isFault = false

    var lines: [String] { [text] + advice.map { "  = \($0)" } }
  }

  let findings: [Finding]

  init(results: String, data: DataOptions) {
    let environment = ProcessInfo.processInfo.environment
    findings =
      [Self.program, Self.cores, Self.memory, Self.libraries, Self.transfer]
      + [Self.results(results)] + Self.data(data) + [Self.cache(data.cacheFolder)]
      + [Self.terminal(environment), Self.cluster(environment)]
  }

  private static var program: Finding { Finding(text: "program: \(versionLine)") }

  private static var cores: Finding {
    cores(.current(cores: ProcessInfo.processInfo.activeProcessorCount))
  }

  static func cores(_ limit: CoreLimit) -> Finding {
    guard let share = limit.share, share < Double(limit.cores) else {
      return Finding(text: "cores: \(limit.cores)")
    }
    return Finding(
      text: "cores: \(limit.cores), of whose time the control group is given "
        + "\(fixed(share, decimals: 1)) cores' worth",
      advice: ["more threads than that wait for one another: --threads \(max(1, Int(share)))"])
  }

  private static var memory: Finding {
    let limit = MemoryLimit.current
    return Finding(
      text: limit.bytes == .max
        ? "memory: \(limit.words)" : "memory: \(limit.words) \(ByteCount(limit.bytes))")
  }

  private static var libraries: Finding {
    let versions = Device.fileLibraries.map { "\($0.name) \($0.version)" }
    return Finding(text: "libraries: \(versions.joined(separator: ", "))")
  }

  private static var transfer: Finding {
    guard let problem = transferProblem else { return Finding(text: "libcurl: works") }
    return Finding(
      text: "libcurl: not here: \(problem)",
      advice: ["`data get` alone needs it; it also takes copies at hand: data get mnist --from DIR"]
    )
  }

  // MARK: folders

  private static func results(_ folder: String) -> Finding {
    let (free, problem) = room(in: folder)
    guard let problem else {
      return Finding(text: "results: \(folder): \(free)", advice: low(free, "checkpoints"))
    }
    return Finding(
      text: "results: \(folder): \(problem)",
      advice: ["go to a folder that may be written to, or say --results DIR"], isFault: true)
  }

  private static func data(_ options: DataOptions) -> [Finding] {
    options.folders.map { folder in
      if PlainFiles.isFolder(folder) {
        let names = (PlainFiles.entries(of: folder) ?? []).map(\.name).sorted()
        let shown =
          names.isEmpty
          ? "empty" : names.prefix(8).joined(separator: ", ") + (names.count > 8 ? ", …" : "")
        return Finding(
          text: "data: \(folder): \(shown)",
          advice: names.isEmpty ? ["gan-exp data get mnist"] : [])
      }
      if folder == DataOptions.ownFolder {
        return Finding(
          text: "data: \(folder): not there yet",
          advice: ["`gan-exp data get mnist` makes it; pictures of your own may lie anywhere"])
      }
      return Finding(
        text: "data: \(folder): there is no such folder",
        advice: ["--data-dir DIR or $GAN_EXP_DATA names it"], isFault: true)
    }
  }

  private static func cache(_ folder: String?) -> Finding {
    guard let folder else { return Finding(text: "cache: none is kept") }
    let (free, problem) = room(in: folder)
    if let problem {
      return Finding(
        text: "cache: \(folder): \(problem)",
        advice: [
          "pictures are then decoded in each run: --cache-dir DIR or $GAN_EXP_CACHE names another"
        ]
      )
    }
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let sizes = files.compactMap {
      (try? FileManager.default.attributesOfItem(atPath: "\(folder)/\($0)"))?[.size] as? Int
    }
    let held =
      sizes.isEmpty
      ? "empty" : "\(ByteCount(sizes.reduce(0, +))) in \(sizes.count) files, which may be removed"
    return Finding(
      text: "cache: \(folder): \(held), \(free)", advice: low(free, "decoded pictures"))
  }

  /// What is free on the disk of a folder or of the nearest one above it, or why nothing can be written there.
  private static func room(in folder: String) -> (free: Room, problem: String?) {
    var place = folder
    while !PlainFiles.exists(place), place != "/", place != "." { place = place.parentPath }
    guard PlainFiles.isFolder(place) else { return (Room(bytes: 0), "\(place) is no folder") }
    guard access(place, W_OK | X_OK) == 0 else {
      let reason = String(cString: strerror(errno))
      return (Room(bytes: 0), "\(place) can't be written to: \(reason)")
    }
    var status = statvfs()
    guard statvfs(place, &status) == 0 else {
      return (Room(bytes: 0), "\(place): \(String(cString: strerror(errno)))")
    }
    return (Room(bytes: FileLayer.freeBytes(status)), nil)
  }

  private struct Room: CustomStringConvertible {
    let bytes: Int
    var description: String { "\(ByteCount(bytes)) free" }
  }

  private static func low(_ room: Room, _ what: String) -> [String] {
    room.bytes < 1_000_000_000 ? ["that is little for \(what)"] : []
  }

  // MARK: terminal and cluster

  private static func terminal(_ environment: [String: String]) -> Finding {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap { environment[$0] }
      .first { !$0.isEmpty }
    let isUTF8 = locale.map { $0.lowercased().replacing("-", with: "").contains("utf8") } ?? false
    guard isatty(STDOUT_FILENO) == 1 else {
      return Finding(text: "terminal: stdout is none, so tables are plain and not cut")
    }
    let style = Terminal.style
    var advice: [String] = []
    if style.width < 80 { advice.append("tables want 80 columns") }
    if !style.hasColour {
      advice.append("TERM=xterm-256color, and no NO_COLOR, for pictures in `show`")
    }
    if !isUTF8 {
      advice.append("LANG=C.UTF-8, if curves and pictures come out as other signs")
    }
    return Finding(
      text: "terminal: \(style.width) columns, \(style.hasColour ? "256 colours" : "no colour"), "
        + (isUTF8 ? "UTF-8" : "locale \(locale ?? "not set")"),
      advice: advice)
  }

  private static func cluster(_ environment: [String: String]) -> Finding {
    do throws(RunError) {
      try SlurmClient(environment: environment).requireCommands()
      return Finding(text: "Slurm: its commands are here: --engine slurm")
    } catch {
      return Finding(text: "Slurm: not here; sweeps run on this machine")
    }
  }
}
