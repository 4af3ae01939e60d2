import ArgumentParser
import CPUBackend
import Foundation
import Images
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
    case .cpu: CPUBackend(threads: threads)
    case .reference: ReferenceBackend()
    case .plugin, .file: try xla()
    }
  }

  /// Whether a plugin computes, which decides itself how many threads it takes.
  var isPlugin: Bool {
    switch self {
    case .cpu, .reference: false
    case .plugin, .file: true
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
    try engine() + imageLibraries + (yamlLibraryVersion.map { [("libyaml", $0)] } ?? [])
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
    let result: Result<XLABackend, Failure> = Self.open.withLock { open in
      if let known = open[file] { return .success(known) }
      do throws(BackendError) {
        let made = try XLABackend(rawValue, plugin: file, options: options)
        open[file] = made
        return .success(made)
      } catch {
        return .failure(
          Failure(status: .files, message: "error: --device \(rawValue): \(error)"))
      }
    }
    return try result.get()
  }

  /// Memory of a card is taken as it is needed, so that others find some.
  private var options: [ClientOption] {
    self == .plugin(.gpu) ? [.truth("preallocate", false)] : []
  }

  private static let open = Mutex<[String: XLABackend]>([:])
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
