import ArgumentParser
import CPUBackend
import Foundation
import Images
import RunFormat
import Runner
import Spec
import Synchronization
import TensorCore
import XLABackend

/// The one list of backends.
enum Device: Hashable, RawRepresentable, ExpressibleByArgument {
  /// oneDNN and our own kernels, on all cores.
  case cpu
  /// The naive interpreter in double precision: slow, for checking the others.
  case reference
  /// XLA, by the plugin of a kind that is found.
  case plugin(PluginKind)
  /// XLA, by the plugin in this file.
  case file(String)

  static let named: [Device] = [.cpu, .reference] + PluginKind.allCases.map { .plugin($0) }
  static var allValueStrings: [String] { named.map(\.rawValue) }
  static var defaultCompletionKind: CompletionKind { .list(allValueStrings) }

  init?(rawValue: String) {
    if let known = Self.named.first(where: { $0.rawValue == rawValue }) {
      self = known
    } else if rawValue.hasSuffix(".so") {
      self = .file(rawValue)
    } else {
      return nil
    }
  }

  var rawValue: String {
    switch self {
    case .cpu: "cpu"
    case .reference: "reference"
    case .plugin(let kind): kind.rawValue
    case .file(let path): path
    }
  }

  func backend(threads: Int) throws(Failure) -> any Backend {
    switch self {
    case .cpu: try cpu(threads: threads)
    case .reference: ReferenceBackend()
    case .plugin, .file: try xla()
    }
  }

  private func cpu(threads: Int) throws(Failure) -> CPUBackend {
    do throws(BackendError) {
      try CPUBackend.open()
    } catch {
      throw Failure(
        status: .files,
        message: """
          error: --device cpu: \(error)
            = install it: apt-get install libdnnl-dev, brew install onednn
            = `gan-exp doctor` says what else this machine can compute on
          """)
    }
    return CPUBackend(threads: threads)
  }

  /// Whether a plugin computes, which decides itself how many threads it takes.
  var isPlugin: Bool {
    switch self {
    case .cpu, .reference: false
    case .plugin, .file: true
    }
  }

  /// Whether what it computes with lies elsewhere than in this machine's memory; the device says when it is too little.
  var hasItsOwnMemory: Bool {
    switch self {
    case .cpu, .reference, .plugin(.xlaCPU), .file: false
    case .plugin(.gpu), .plugin(.tpu): true
    }
  }

  /// Whether what it needs besides this program is there, working or not.
  var isInstalled: Bool {
    switch self {
    case .cpu, .reference: true
    case .file(let path): FileManager.default.fileExists(atPath: path)
    case .plugin(let kind):
      // A plugin that the variable names may be of another kind, which is known when it is open.
      kind.find().files.contains { file in
        guard let backend = try? opened(file) else { return true }
        return kind.platforms.contains(backend.description.platform)
      }
    }
  }

  /// What the numbers depend on besides this program.
  func engine() throws(Failure) -> [(name: String, version: String)] {
    switch self {
    case .cpu: return CPUBackend.libraries
    case .reference: return []
    case .plugin, .file:
      let backend = try xla()
      let seen = backend.description
      return [
        ("device", seen.device),
        ("XLA", "\(seen.platform) \(seen.version)".oneLine), ("PJRT", backend.interface),
        ("PJRT plugin", backend.plugin),
      ]
    }
  }

  /// What the numbers and the files depend on besides this program.
  func libraries() throws(Failure) -> [(name: String, version: String)] {
    try engine() + Self.fileLibraries
  }

  /// The same for a sweep, whose trials say what their plugin is: opened here too, it would take memory of every card for as long
  /// as the sweep goes, or be refused to them.
  func librariesOfSweep() throws(Failure) -> [(name: String, version: String)] {
    guard case .plugin(let kind) = self else {
      return isPlugin ? Self.fileLibraries : try libraries()
    }
    let found = kind.find()
    guard !found.files.isEmpty else { throw .missing(kind, others: [], lookedIn: found.lookedIn) }
    return Self.fileLibraries
  }

  static var fileLibraries: [(name: String, version: String)] {
    imageLibraries + (yamlLibraryVersion.map { [("libyaml", $0)] } ?? [])
  }

  private func xla() throws(Failure) -> XLABackend {
    switch self {
    case .cpu, .reference: preconditionFailure("\(rawValue) needs no plugin")
    case .file(let path): return try opened(path)
    case .plugin(let kind):
      let found = kind.find()
      var others: [String] = []
      for file in found.files {
        let backend = try opened(file)
        if kind.platforms.contains(backend.description.platform) { return backend }
        others.append("\(file) drives `\(backend.description.platform)`")
      }
      throw .missing(kind, others: others, lookedIn: found.lookedIn)
    }
  }

  /// A plugin is opened once a process, and stays open.
  private func opened(_ name: String) throws(Failure) -> XLABackend {
    // A name without a slash would be looked for among the system's libraries.
    let file = name.hasPrefix("/") ? name : FileManager.default.currentDirectoryPath + "/" + name
    let options = try options()
    let result: Result<XLABackend, Failure> = Self.open.withLock { open in
      if let known = open[file] { return .success(known) }
      do throws(BackendError) {
        let made = try XLABackend(rawValue, plugin: file, options: options)
        open[file] = made
        return .success(made)
      } catch {
        return .failure(
          Failure(
            status: .files,
            message: (["error: --device \(rawValue): \(error)"] + error.advice.map { "  = \($0)" })
              .joined(separator: "\n")))
      }
    }
    return try result.get()
  }

  /// Memory of a card is taken as it is needed, so that others find some, and no more than this process is given.
  private func options() throws(Failure) -> [ClientOption] {
    guard self == .plugin(.gpu) else { return [] }
    let share = try Self.memoryShare()
    return [.truth("preallocate", false)] + (share.map { [.fraction("memory_fraction", $0)] } ?? [])
  }

  private static let memoryVariable = "GAN_EXP_GPU_MEMORY"

  /// What part of a card's memory this process may take; nil: as much as the plugin likes.
  private static func memoryShare() throws(Failure) -> Double? {
    guard let text = ProcessInfo.processInfo.environment[memoryVariable], !text.isEmpty else {
      return nil
    }
    guard let share = Double(text), share > 0, share <= 1 else {
      throw Failure(
        status: .commandLine,
        message: "error: \(memoryVariable) is a part of a card's memory, such as 0.4, not `\(text)`"
      )
    }
    return share
  }

  /// Cards by the names that `CUDA_VISIBLE_DEVICES` has for them; one without a name where it is not known, or there is none.
  var cards: [String?] { self == .plugin(.gpu) ? Cards.names() : [nil] }

  /// Where so many trials side by side compute: each on one card, of whose memory those that share it have equal parts.
  func places(jobs: Int) throws(Failure) -> WorkerPlaces {
    guard self == .plugin(.gpu) else { return WorkerPlaces() }
    let cards = self.cards
    let sharing = max(1, (jobs + cards.count - 1) / cards.count)
    let whole = try Self.memoryShare() ?? 0.9
    // Some is the driver's, and every process has a few hundred megabytes of its own.
    let memory =
      sharing == 1 ? [:] : [Self.memoryVariable: fixed(whole / Double(sharing), decimals: 3)]
    return WorkerPlaces(
      cards.map { name in memory.merging(name.map { [Cards.variable: $0] } ?? [:]) { $1 } })
  }

  private static let open = Mutex<[String: XLABackend]>([:])
}

extension BackendError {
  /// What to do where a plugin's device can't be opened, by what plugins have been seen to say.
  fileprivate var advice: [String] {
    let text = description.lowercased()
    func says(_ words: String...) -> Bool { words.contains { text.contains($0) } }
    var lines: [String] = []
    if says(
      "driver version is insufficient", "driver/library version mismatch", "driver is too old")
    {
      lines.append(
        "NVIDIA's driver is too old for this plugin: CUDA 13's wants 580 or newer, that of CUDA 12 "
          + "(pip install jax-cuda12-pjrt) 525")
    } else if says("no visible gpu", "no cuda-capable device", "cuda_error_no_device", "libcuda.so")
    {
      lines.append(
        "the plugin is there, but no card of NVIDIA's that this process may use: see nvidia-smi, and \(Cards.variable)"
      )
    } else if says("out of memory", "resource_exhausted") {
      lines.append("others have taken the card's memory: see nvidia-smi")
    }
    if says("file too short", "invalid elf", "wrong elf", "cannot open shared object", "getpjrtapi")
    {
      lines.append("\(PluginKind.variable) or --device names a file that is no PJRT plugin")
    }
    return lines
  }
}

extension Failure {
  fileprivate static func missing(
    _ kind: PluginKind, others: [String], lookedIn folders: [String]
  ) -> Failure {
    let looked = folders.isEmpty ? ["(there is no folder of Python packages)"] : folders
    return Failure(
      status: .files,
      message: (["error: --device \(kind.rawValue): there is no plugin. Looked in:"]
        + looked.map { "    \($0)" } + others.map { "  = \($0)" } + [
          "  = install it: \(kind.advice)",
          "  = or name its file: \(PluginKind.variable)=…/plugin.so, or --device …/plugin.so",
          "  = `gan-exp doctor` says what is there",
        ]).joined(separator: "\n"))
  }
}

extension String {
  fileprivate var oneLine: String {
    split(whereSeparator: \.isNewline).joined(separator: " ")
  }
}

/// Where and how wide to compute.
struct MachineOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What computes; the last three and a PJRT plugin by its file go through XLA.",
      valueName: "cpu|reference|xla-cpu|gpu|tpu|plugin.so"))
  var device = Device.cpu

  @Option(help: ArgumentHelp("Threads; else one a core.", valueName: "n"))
  var threads: Int?

  func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads takes a number from 1 to 1024")
    }
    if threads != nil, device.isPlugin {
      throw ValidationError("--threads: --device \(device.rawValue) takes as many as it likes")
    }
  }

  var threadCount: Int { threads ?? ProcessInfo.processInfo.activeProcessorCount }
  func backend() throws(Failure) -> any Backend { try device.backend(threads: threadCount) }
}
