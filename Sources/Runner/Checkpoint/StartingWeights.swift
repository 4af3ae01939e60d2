import Digests
import ModelBuilder
import RunFormat
import Spec
import TensorCore

/// What the networks begin as whose `weights` the spec names; all other states begin as drawn.
package struct StartingWeights: Sendable {
  /// In our own layout, by the names of the states that they are the first values of.
  private var tensors: [String: HostTensor] = [:]
  /// What was taken from where, a line a network.
  package private(set) var notes: [String] = []
  /// What lies there and is not used, and what is drawn because it does not.
  package private(set) var warnings: [Diagnostic] = []
  /// Of all that was read; nil: nothing was.
  package private(set) var digest: String?

  /// Everything is drawn.
  package init() {}

  /// - Parameter folders: in which relative paths are looked for, before the current one.
  /// - Throws: all that is not there or does not fit, each at its place.
  package init(
    of program: TrainingProgram, folders: [String], files: FileLayer = FileLayer()
  ) throws(StartError) {
    var error = StartError()
    var digests: [(network: String, digest: String)] = []
    for network in program.experiment.game.networks {
      guard let section = network.weights else { continue }
      do throws(RunError) {
        let file = try WeightsFile(section, of: network.name, folders: folders, files)
        digests.append((network.name, file.digest))
        if let misfit = take(file, for: network.name, section, program) {
          error.misfits.append(misfit)
        }
      } catch let reason {
        error.unreadable.append(
          Diagnostic("the weights of `\(network.name)`: \(reason)", at: section.origin))
      }
    }
    if !error.isEmpty { throw error }
    digest = Self.digest(of: digests)
  }

  private static func digest(of networks: [(network: String, digest: String)]) -> String? {
    if networks.isEmpty { return nil }
    return sha256(Array(networks.map { "\($0) \($1)" }.joined(separator: "\n").utf8))
  }

  /// That of what these networks begin as, whether it fits or not; nil where all is drawn.
  package static func digest(
    of networks: [NetworkEntry], folders: [String], files: FileLayer = FileLayer()
  ) throws(RunError) -> String? {
    var digests: [(network: String, digest: String)] = []
    for network in networks {
      guard let section = network.weights else { continue }
      let file = try WeightsFile(section, of: network.name, folders: folders, files)
      digests.append((network.name, file.digest))
    }
    return digest(of: digests)
  }

  /// That of data and of weights to start from.
  package static func joined(data: String, weights: String?) -> String {
    weights.map { sha256(Array("\(data) \($0)".utf8)) } ?? data
  }

  /// What a state begins as.
  func first(_ state: StateDeclaration, seed: UInt64) -> HostTensor {
    tensors[state.nameOfFirstValue] ?? state.initialTensor(seed: seed)
  }

  /// - Returns: what does not fit.
  private mutating func take(
    _ file: WeightsFile, for network: String, _ section: WeightsSection, _ program: TrainingProgram
  ) -> Diagnostic? {
    // PyTorch's batch norms count batches, which ours do not.
    var unused = Set(file.tensors.keys.filter { !$0.hasSuffix("num_batches_tracked") })
    var (taken, misfits) = (0, [String]())
    for state in program.states
    where state.network == network && [.parameter, .statistic].contains(state.role) {
      let name = String(state.name.dropFirst(network.count + 1))
      let expected = TensorType(state.layout.torchShape(of: state.type.shape), state.type.dtype)
      guard let tensor = file.tensors[name] else {
        misfits.append("\(name) is not there")
        continue
      }
      unused.remove(name)
      guard tensor.type == expected else {
        misfits.append("\(name) is \(tensor.type) there and \(expected) here")
        continue
      }
      tensors[state.name] = state.layout.fromTorch(tensor)
      taken += 1
    }
    let shown = misfits.prefix(8) + (misfits.count > 8 ? ["and \(misfits.count - 8) more"] : [])
    let of = "the weights of `\(network)`"
    if !misfits.isEmpty, taken == 0 || !section.isPartial {
      return Diagnostic(
        taken == 0
          ? "none of \(of) is in \(file.place)" : "\(of) do not fit those in \(file.place)",
        at: section.origin, label: taken == 0 ? nil : "`partial: true` draws those that do not",
        notes: shown
          + [unused.isEmpty ? nil : "not used: \(WeightsFile.listed(unused))"]
          .compactMap(\.self))
    }
    notes.append(
      "\(of): \(taken) of \(taken + misfits.count) tensors from \(file.place) "
        + "(\(file.digest.prefix(12)))")
    if !misfits.isEmpty {
      warnings.append(
        Diagnostic(
          "of the \(taken + misfits.count) weights of `\(network)` "
            + (misfits.count == 1 ? "1 is drawn" : "\(misfits.count) are drawn"),
          at: section.origin, severity: .warning, notes: Array(shown)))
    }
    if !unused.isEmpty {
      warnings.append(
        Diagnostic(
          "of \(file.tensors.count) tensors in \(file.place) "
            + (unused.count == 1 ? "1 is not used" : "\(unused.count) are not used"),
          at: section.origin, severity: .warning, notes: [WeightsFile.listed(unused)]))
    }
    return nil
  }
}

/// Why networks cannot begin as the spec says.
package struct StartError: Error {
  /// What is there and does not fit.
  fileprivate(set) var misfits: [Diagnostic] = []
  /// What is not there, or cannot be read.
  fileprivate(set) var unreadable: [Diagnostic] = []

  fileprivate var isEmpty: Bool { misfits.isEmpty && unreadable.isEmpty }
  /// Whether nothing but files is at fault.
  package var isOfFiles: Bool { misfits.isEmpty }
  package var diagnostics: Diagnostics { Diagnostics(unreadable + misfits) }
}
