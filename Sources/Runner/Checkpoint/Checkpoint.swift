import Digests
import ModelBuilder
import RunFormat
import Spec
import TensorCore

/// Where a run stands: everything that is needed, besides the tensors and the spec, to go on from
/// there. state.json.
///
/// Random numbers are functions of the seed and of a place in the game, so their position is `round`
/// (for draws: times the executions of a round) and `batch` (for the order of the data).
package struct CheckpointState: Sendable {
  package let step: Int
  /// Counted from 1.
  package let epoch: Int
  package let images: Int
  /// Batches taken from the data so far.
  package let batches: Int
  package let seed: UInt64
  /// Of each source by its name.
  package let formats: [(name: String, format: SampleFormat)]
  package let classNames: [String]
  package let dataDigest: String
  /// Where networks that grow stand; nil for others.
  let growth: GrowthMoment?
  /// What is not yet in losses.csv.
  let pending: JSON
  /// Of losses.csv as it then was.
  let lossesBytes: Int
  /// Of the event files; nil where none are written.
  let events: EventLog.Position?
  /// Of metrics.csv; 0 where nothing is measured.
  let metricsBytes: Int
  /// The networks of which ema.safetensors has averages.
  let averaged: [String]

  static let version = 1

  func json(digests: [(file: String, sha256: String)]) -> JSON {
    let samples = SampleFormat.member(formats)
    return .map([
      "format": .integer(Self.version), "step": .integer(step), "epoch": .integer(epoch),
      "images": .integer(images),
      "data": .map(["digest": .text(dataDigest), "next_batch": .integer(batches)]),
      "random": .map(["seed": .text(String(seed)), "next_round": .integer(step)]),
      samples.name: samples.value,
      "classes": .list(classNames.map(JSON.text)),
      "losses_bytes": .integer(lossesBytes), "metrics_bytes": .integer(metricsBytes),
      "averaged": averaged.isEmpty ? nil : .list(averaged.map(JSON.text)),
      "growing": growth.map(\.json), "pending_row": pending, "events": events.map(\.json),
      "sha256": .object(
        digests.map { ($0.file, .text($0.sha256)) }),
    ])
  }
}

extension GrowthMoment {
  /// How state.json says it; levels are counted from 1.
  fileprivate var json: JSON {
    .map([
      "level": .integer(stage.level + 1), "fading": .flag(stage.isFading),
      "alpha": .number(Double(alpha)),
    ])
  }

  /// Reads it from there; nil for what makes no sense.
  init?(_ state: JSON) {
    guard let level = state["level"]?.int, level > 0, let alpha = state["alpha"]?.double,
      case .flag(let isFading)? = state["fading"], (0...1).contains(alpha)
    else { return nil }
    self.init(
      stage: GrowthStage(level: level - 1, isFading: isFading), alpha: Float(alpha))
  }
}

extension SampleFormat {
  /// The key of state.json under which several sources have theirs.
  static let sourcesKey = "sources"

  /// How state.json says what the samples of sources are: of one as such, of several under their names.
  fileprivate static func member(
    _ formats: [(name: String, format: SampleFormat)]
  ) -> (name: String, value: JSON) {
    if formats.count == 1 { return formats[0].format.member }
    return (sourcesKey, .object(formats.map { ($0.name, .object([$0.format.member])) }))
  }

  private var member: (name: String, value: JSON) {
    switch self {
    case .image(let image):
      (
        "image",
        .map([
          "channels": .integer(image.channels), "height": .integer(image.height),
          "width": .integer(image.width),
        ])
      )
    case .vector(let length): ("vector", .map(["length": .integer(length)]))
    }
  }

  /// Reads it from there; nil for what makes no sense.
  init?(_ state: JSON) {
    func positive(_ value: JSON?) -> Int? { value?.int.flatMap { $0 > 0 ? $0 : nil } }
    if let vector = state["vector"] {
      guard let length = positive(vector["length"]) else { return nil }
      self = .vector(length: length)
    } else {
      guard let channels = positive(state["image"]?["channels"]),
        let height = positive(state["image"]?["height"]),
        let width = positive(state["image"]?["width"])
      else { return nil }
      self = .image(ImageFormat(channels: channels, height: height, width: width))
    }
  }
}

/// The files of tensors in a checkpoint. Those of the networks use the names that PyTorch's
/// `nn.Sequential` has (`0.weight`), so that it loads them as they are.
enum CheckpointFile: Hashable, Sendable {
  /// The parameters and statistics of the network of this name.
  case network(String)
  /// What optimizers keep, and losses.
  case optimizer
  /// A network with averaged weights, and the statistics that it has without: another file that PyTorch
  /// loads as it is. Only where averages are kept.
  case ema

  private static let end = ".safetensors"

  var name: String {
    switch self {
    case .network(let name): name + Self.end
    case .optimizer: "optimizer" + Self.end
    case .ema: "ema" + Self.end
    }
  }

  /// The file that has this name in a checkpoint; nil: it has none of that name.
  init?(named name: String) {
    guard name.hasSuffix(Self.end), !name.contains("/") else { return nil }
    switch String(name.dropLast(Self.end.count)) {
    case "": return nil
    case "optimizer": self = .optimizer
    case "ema": self = .ema
    case let network: self = .network(network)
    }
  }

  /// The file from which a state is read.
  init(of state: StateDeclaration) {
    switch state.role {
    case .optimizer, .controller: self = .optimizer
    case .average: self = .ema
    case .parameter, .statistic: self = .network(state.network)
    }
  }

  /// Those of a program, in the order in which they are written.
  static func all(_ program: TrainingProgram) -> [CheckpointFile] {
    program.networks.map { .network($0) } + [.optimizer]
      + (program.weights.contains(.ema) ? [.ema] : [])
  }

  /// The states of a program that are written to it.
  func states(of program: TrainingProgram) -> [StateDeclaration] {
    let own = program.states.filter { CheckpointFile(of: $0) == self }
    guard self == .ema else { return own }
    let averaged = Set(own.map(\.network))
    return own + program.states.filter { $0.role == .statistic && averaged.contains($0.network) }
  }

  /// The name in this file of a state.
  ///
  /// - Parameter averaged: networks whose averages are kept; where there are several, their names stay in
  ///   front.
  func name(of state: StateDeclaration, averaged: Int) -> String {
    switch self {
    case .optimizer: return state.name
    case .ema where averaged > 1: return state.nameOfFirstValue
    case .network, .ema:
      return String(state.nameOfFirstValue.dropFirst(state.network.count + 1))
    }
  }
}

extension DraftFolder {
  /// The files of a checkpoint. `read` gives the present value of a state in our own layout.
  func writeCheckpoint(
    _ state: CheckpointState, of program: TrainingProgram,
    read: (StateDeclaration) throws(RunError) -> HostTensor
  ) throws(RunError) {
    var hashes: [(file: String, hash: BackgroundSHA256)] = []
    for file in CheckpointFile.all(program) {
      let hash = BackgroundSHA256()
      try createTensors(
        file.name, metadata: ["format": "pt", "step": String(state.step)],
        file.states(of: program).map {
          (file.name(of: $0, averaged: program.averagedNetworks.count), $0)
        }, hash, read: read)
      hashes.append((file.name, hash))
    }
    let digests = hashes.map { (file: $0.file, sha256: $0.hash.hexadecimal) }
    try create("state.json", state.json(digests: digests).sealed.fileBytes)
  }

  /// A file of states in PyTorch's layout, tensor by tensor: there is never a second copy of all of
  /// them, and small ones share a write. `hash` is given all that is written.
  private func createTensors(
    _ name: String, metadata: [String: String],
    _ named: [(name: String, state: StateDeclaration)], _ hash: BackgroundSHA256,
    read: (StateDeclaration) throws(RunError) -> HostTensor
  ) throws(RunError) {
    let tensors = named.map { (name: $0.name, type: $0.state.torchType) }
    let order = Safetensors.order(tensors)
    try create(name) { (file) throws(RunError) in
      var gathered = Safetensors.header(metadata: metadata, order.map { tensors[$0] })
      func flush() throws(RunError) {
        if gathered.isEmpty { return }
        hash.update(gathered)
        try file.write(gathered)
        gathered.removeAll(keepingCapacity: true)
      }
      for index in order {
        let state = named[index].state
        let tensor = state.layout.toTorch(try read(state))
        if tensor.type.byteCount < Self.piece {
          tensor.withBytes { gathered += $0 }
          if gathered.count >= Self.piece { try flush() }
        } else {
          try flush()
          hash.update(tensor)
          try tensor.withBytes { (bytes) throws(RunError) in try file.write(bytes) }
        }
      }
      try flush()
    }
  }

  /// Bytes from which on a tensor is written for itself.
  private static let piece = 1 << 20
}

extension StateDeclaration {
  /// As PyTorch has it.
  fileprivate var torchType: TensorType {
    TensorType(layout.torchShape(of: type.shape), type.dtype)
  }
}
