import Digests
import RunFormat
import Spec
import TensorCore

/// The tensors that `weights` of a network means, as they lie in a run, in a checkpoint of one, or in a
/// file.
struct WeightsFile: Sendable {
  /// In PyTorch's layouts, by the names that the network's parameters have behind its own.
  let tensors: [String: HostTensor]
  /// Where they lie: `results/gan/…/checkpoints/step-00002000/generator.safetensors`.
  let place: String
  /// Of what is in them, wherever they lie.
  let digest: String

  /// - Parameters:
  ///   - section: of a network.
  ///   - network: its name.
  ///   - folders: in which a relative path is looked for, before the current one.
  /// - Throws: `.data` with what to write instead, `.damaged`.
  init(
    _ section: WeightsSection, of network: String, folders: [String], _ files: FileLayer
  ) throws(RunError) {
    let wanted = section.network ?? network
    let path = try Self.path(section, folders, files)
    let named: (tensors: [String: HostTensor], place: String)
    if files.isDirectory(path) {
      named = try Self.ofCheckpoint(Self.checkpoint(section, at: path, files), wanted, section)
    } else {
      for (key, isSaid) in [
        ("checkpoint", section.checkpoint != nil), ("average", section.isAverage),
      ] where isSaid {
        throw .data("`\(key)` is for runs, and \(path) is a file")
      }
      let all = try Self.tensors(ofFile: path, files)
      let prefix = wanted + "."
      let own = all.filter { $0.key.hasPrefix(prefix) }
      if own.isEmpty, let wanted = section.network {
        throw .data(
          "\(path): no name begins with `\(wanted).`; there are \(Self.listed(all.keys))")
      }
      named = (
        own.isEmpty
          ? all
          : Dictionary(
            own.map { (String($0.key.dropFirst(prefix.count)), $0.value) },
            uniquingKeysWith: { first, _ in first }),
        path
      )
    }
    (tensors, place) = named
    digest = Self.digest(of: tensors)
  }

  private static func tensors(
    ofFile path: String, _ files: FileLayer
  ) throws(RunError) -> [String: HostTensor] {
    do throws(RunError) { return try files.readSafetensors(path).byName } catch {
      guard case .damaged(_, let reason) = error else { throw error }
      throw .data(
        "\(path): no safetensors file that can be read: \(reason); PyTorch writes one by "
          + "`safetensors.torch.save_file(model.state_dict(), path)`")
    }
  }

  private static func path(
    _ section: WeightsSection, _ folders: [String], _ files: FileLayer
  ) throws(RunError) -> String {
    let path = section.path
    let places = path.hasPrefix("/") ? [path] : folders.map { "\($0)/\(path)" } + [path]
    guard let place = places.first(where: files.exists) else {
      throw .data(
        "nothing is at \(path); looked for \(places.joined(separator: ", "))")
    }
    return place
  }

  private static func checkpoint(
    _ section: WeightsSection, at path: String, _ files: FileLayer
  ) throws(RunError) -> LoadedCheckpoint {
    if files.exists("\(path)/state.json") {
      guard section.checkpoint == nil else {
        throw .data("`checkpoint` chooses one of a run, and \(path) is one itself")
      }
      return try LoadedCheckpoint(path, files: files)
    }
    let store = CheckpointStore(run: path, files: files)
    guard files.isDirectory(store.path) else {
      throw .data("\(path): neither a run nor a checkpoint (no `checkpoints`, no `state.json`)")
    }
    return try LoadedCheckpoint(try store.resolve(section.checkpoint ?? .last), files: files)
  }

  private static func ofCheckpoint(
    _ checkpoint: LoadedCheckpoint, _ network: String, _ section: WeightsSection
  ) throws(RunError) -> (tensors: [String: HostTensor], place: String) {
    let file = CheckpointFile.network(network)
    guard let own = checkpoint.tensors[file] else {
      let names = checkpoint.tensors.keys.compactMap { file -> String? in
        if case .network(let name) = file { name } else { nil }
      }
      let advice =
        section.network == nil ? "; say which one: `weights: {path: …, network: …}`" : ""
      throw .data(
        "\(checkpoint.path): no network `\(network)`; there are "
          + names.sorted().joined(separator: ", ") + advice)
    }
    guard section.isAverage else { return (own, "\(checkpoint.path)/\(file.name)") }
    guard let averages = checkpoint.tensors[.ema] else {
      throw .data("\(checkpoint.path): no moving average is kept there")
    }
    let prefix = network + "."
    let named = Dictionary(
      averages.filter { $0.key.hasPrefix(prefix) }.map {
        (String($0.key.dropFirst(prefix.count)), $0.value)
      }, uniquingKeysWith: { first, _ in first })
    // Of the only network that has averages the file says no name.
    let isOwn = named.isEmpty ? checkpoint.averages(onlyOf: network, own) : true
    let found = named.isEmpty ? averages : named
    guard isOwn, found.mapValues(\.type) == own.mapValues(\.type) else {
      throw .data("\(checkpoint.path): no moving average of `\(network)` is kept there")
    }
    return (found, "\(checkpoint.path)/\(CheckpointFile.ema.name)")
  }

  private static func digest(of tensors: [String: HostTensor]) -> String {
    var hash = SHA256()
    for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
      hash.update(Array("\(name) \(tensor.type)\n".utf8))
      tensor.withBytes { hash.update($0) }
    }
    return hash.hexadecimal
  }

  /// The first few of some names.
  static func listed(_ names: some Collection<String>) -> String {
    let sorted = names.sorted()
    let more = sorted.count > 6 ? " and \(sorted.count - 6) more" : ""
    return sorted.prefix(6).joined(separator: ", ") + more
  }
}

extension LoadedCheckpoint {
  /// Whether a network is the only one that has averages. Checkpoints that do not say whose they are are
  /// asked which networks have such tensors: there must be no other.
  fileprivate func averages(onlyOf network: String, _ own: [String: HostTensor]) -> Bool {
    if let averaged { return averaged == [network] }
    let types = own.mapValues(\.type)
    return tensors.filter { file, tensors in
      if case .network = file { tensors.mapValues(\.type) == types } else { false }
    }.count == 1
  }
}
