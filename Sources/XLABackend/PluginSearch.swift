import Foundation

/// Kinds of device, and where the plugins that drive them lie: Python packages bring them, and nothing here runs Python.
package enum PluginKind: String, CaseIterable, Sendable {
  case xlaCPU = "xla-cpu"
  case gpu
  case tpu

  /// Below a folder of Python packages, the newest first.
  private var files: [String] {
    switch self {
    case .xlaCPU: ["xla_plugins/xla_cpu_pjrt/xla_cpu_pjrt.so"]
    case .gpu:
      [
        "jax_plugins/xla_cuda13/xla_cuda_plugin.so", "jax_plugins/xla_cuda12/xla_cuda_plugin.so",
        "xla_plugins/xla_cuda13_pjrt/xla_cuda13_pjrt.so",
      ]
    case .tpu: ["libtpu/libtpu.so"]
    }
  }

  /// What plugins of this kind call what they drive.
  package var platforms: Set<String> {
    switch self {
    case .xlaCPU: ["cpu"]
    case .gpu: ["cuda", "rocm", "gpu"]
    case .tpu: ["tpu"]
    }
  }

  /// What to install if none is found.
  package var advice: String {
    switch self {
    case .xlaCPU: "pip install xla-cpu-pjrt==0.0.1"
    case .gpu: "pip install \"jax-cuda13-pjrt\" \"jax[cuda13]\" (with NVIDIA's driver 580 or newer)"
    case .tpu: "pip install libtpu"
    }
  }

  /// The variable that names a plugin, before any is looked for.
  package static let variable = "GAN_EXP_PJRT_PLUGIN"

  /// Files that may be a plugin of this kind, the likeliest first, and the folders that were looked into. What the variable
  /// names may be of any kind.
  package func find(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> (files: [String], lookedIn: [String]) {
    let named = environment[Self.variable].flatMap { $0.isEmpty ? nil : $0 }
    let folders = Self.folders(environment)
    let found = folders.flatMap { folder in files.map { folder + "/" + $0 } }
      .filter { FileManager.default.fileExists(atPath: $0) }
    return ((named.map { [$0] } ?? []) + found, folders)
  }

  /// Folders of Python packages: of the environment that is active, of each `python3` on the path, of the user, of the system.
  private static func folders(_ environment: [String: String]) -> [String] {
    var prefixes: [String] = []
    if let active = environment["VIRTUAL_ENV"] { prefixes.append(active) }
    if let active = environment["CONDA_PREFIX"] { prefixes.append(active) }
    for folder in (environment["PATH"] ?? "").split(separator: ":") {
      let python = "\(folder)/python3"
      guard FileManager.default.isExecutableFile(atPath: python) else { continue }
      // The link's own place as well: in a virtual environment it leads to the system's.
      for file in [python, URL(fileURLWithPath: python).resolvingSymlinksInPath().path] {
        let prefix = URL(fileURLWithPath: file + "/../..").standardized.path
        if prefix != "/" { prefixes.append(prefix) }
      }
    }
    if let home = environment["HOME"] { prefixes.append(home + "/.local") }
    prefixes += ["/usr/local", "/usr"]
    var folders: [String] = []
    for prefix in prefixes {
      for library in ["lib", "lib64"] {
        let names = try? FileManager.default.contentsOfDirectory(atPath: "\(prefix)/\(library)")
        // The newest first: `python3.14` before `python3.9`.
        let versions = (names ?? []).filter { $0.hasPrefix("python3") }
          .sorted { $0.compare($1, options: .numeric) == .orderedDescending }
        for version in versions {
          for kind in ["site-packages", "dist-packages"] {
            let folder = "\(prefix)/\(library)/\(version)/\(kind)"
            if !folders.contains(folder), FileManager.default.fileExists(atPath: folder) {
              folders.append(folder)
            }
          }
        }
      }
    }
    return folders
  }
}
