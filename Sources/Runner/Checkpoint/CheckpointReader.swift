import Digests
import RunFormat
import Spec
import ModelBuilder
import TensorCore

/// The folders of checkpoints in a run, and how they are named.
struct CheckpointStore {
  let path: String
  let files: FileLayer

  init(run: String, files: FileLayer) {
    (path, self.files) = ("\(run)/checkpoints", files)
  }

  static func folder(step: Int) -> String { "step-" + padded(step, 8) }

  /// Steps of whole checkpoints, rising.
  func steps() throws(RunError) -> [Int] {
    guard files.isDirectory(path) else { return [] }
    return try files.list(path).compactMap { name in
      guard name.hasPrefix("step-"), let step = Int(name.dropFirst(5)), step >= 0,
        Self.folder(step: step) == name
      else { return nil }
      return step
    }.sorted()
  }

  /// The folder that `choice` means.
  func resolve(_ choice: CheckpointChoice) throws(RunError) -> String {
    let steps = try steps()
    let listed = steps.map(String.init).joined(separator: ", ")
    guard !steps.isEmpty else { throw .request("\(path): no checkpoint is there") }
    switch choice {
    case .last: return try pointed(by: "latest")
    case .best:
      guard files.exists("\(path)/best") else {
        throw .request("\(path): none is marked as best; there are steps \(listed)")
      }
      return try pointed(by: "best")
    case .step(let step):
      guard steps.contains(step) else {
        throw .request("\(path): no checkpoint of step \(step); there are \(listed)")
      }
      return "\(path)/\(Self.folder(step: step))"
    }
  }

  private func pointed(by pointer: String) throws(RunError) -> String {
    let bytes = try files.read("\(path)/\(pointer)", limit: 4096)
    let name = String(
      decoding: LineEnds.restored(bytes).bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    guard name.hasPrefix("step-"), !name.contains("/"), files.isDirectory("\(path)/\(name)") else {
      throw .damaged(path: "\(path)/\(pointer)", reason: "it names `\(name)`, which is not there")
    }
    return "\(path)/\(name)"
  }
}

/// Whether a run goes on from a checkpoint of its own.
package func hasCheckpoint(run: String, files: FileLayer = FileLayer()) throws(RunError) -> Bool {
  try !CheckpointStore(run: run, files: files).steps().isEmpty
}

/// A checkpoint that has been read; every file has the digest that was written with it.
package struct LoadedCheckpoint: Sendable {
  package let path: String
  package let step: Int
  package let epoch: Int
  /// Of the first source.
  package let format: SampleFormat
  /// Of each source by its name; empty where there is one.
  package let formats: [String: SampleFormat]
  package let classNames: [String]
  /// Where networks that grow stand; nil for others.
  let growth: GrowthMoment?
  let dataDigest: String?
  /// What was not yet in losses.csv, and how long that file was.
  let pending: JSON
  let lossesBytes: Int?
  let events: EventLog.Position?
  /// The same of metrics.csv.
  let metricsBytes: Int
  /// Files that `prune --drop` has taken out of it.
  let dropped: [String]
  /// The networks that have averages; nil: written before this was said.
  let averaged: [String]?
  /// By file and name there, in PyTorch's layouts.
  let tensors: [CheckpointFile: [String: HostTensor]]

  /// - Throws: `.damaged` with the file that is not as it was written.
  package init(_ path: String, files: FileLayer) throws(RunError) {
    let statePath = "\(path)/state.json"
    let state = try Self.state(at: statePath, files)
    func damaged(_ reason: String) -> RunError { .damaged(path: statePath, reason: reason) }
    guard state["format"]?.int == CheckpointState.version else {
      throw damaged("written by another version: its format is not \(CheckpointState.version)")
    }
    guard let step = state["step"]?.int, let epoch = state["epoch"]?.int,
      let formats = Self.formats(state), let format = formats.first?.format
    else { throw damaged("it lacks a step, an epoch or the size of a sample") }
    if let growing = state["growing"] {
      guard let moment = GrowthMoment(growing) else {
        throw damaged("it does not say how far its networks have grown")
      }
      growth = moment
    } else {
      growth = nil
    }
    var tensors: [CheckpointFile: [String: HostTensor]] = [:]
    guard let digests = state["sha256"]?.members, !digests.isEmpty else {
      throw damaged("it lacks the digests of its files")
    }
    for (name, value) in digests {
      guard let file = CheckpointFile(named: name), let digest = value.string else {
        throw damaged("`\(name)` is no file of a checkpoint")
      }
      let filePath = "\(path)/\(file.name)"
      let bytes = try files.read(filePath)
      guard digest == sha256(bytes) else {
        throw .damaged(path: filePath, reason: "its SHA-256 is not the one in state.json")
      }
      do throws(SafetensorsError) {
        tensors[file] = try Safetensors(decoding: bytes).byName
      } catch {
        throw .damaged(path: filePath, reason: error.description)
      }
    }
    (self.path, self.step, self.epoch, self.tensors) = (path, step, epoch, tensors)
    self.format = format
    self.formats = Dictionary(
      formats.compactMap { entry in entry.name.map { ($0, entry.format) } },
      uniquingKeysWith: { first, _ in first })
    dataDigest = state["data"]?["digest"]?.string
    pending = state["pending_row"] ?? .null
    lossesBytes = state["losses_bytes"]?.int
    events = EventLog.Position(state["events"])
    metricsBytes = state["metrics_bytes"]?.int ?? 0
    dropped = DroppedFiles.names(in: state)
    averaged = state["averaged"]?.items?.compactMap(\.string)
    classNames = state["classes"]?.items?.compactMap(\.string) ?? []
  }

  /// What samples are: of one source without a name, of several with theirs; nil for what makes no sense.
  private static func formats(_ state: JSON) -> [(name: String?, format: SampleFormat)]? {
    guard let sources = state[SampleFormat.sourcesKey]?.members else {
      return SampleFormat(state).map { [(nil, $0)] }
    }
    let formats = sources.map { (name: $0.0, format: SampleFormat($0.1)) }
    if formats.contains(where: { $0.format == nil }) { return nil }
    return formats.compactMap { entry in entry.format.map { (entry.name, $0) } }
  }

  static func state(at path: String, _ files: FileLayer) throws(RunError) -> JSON {
    let bytes = try files.read(path, limit: 64 << 20)
    let sealed: JSON
    do throws(JSONError) {
      sealed = try JSON(parsing: bytes)
    } catch {
      throw .damaged(path: path, reason: "not JSON: \(error)")
    }
    guard let state = sealed.unsealed else {
      throw .damaged(path: path, reason: "its digest is not that of its content")
    }
    return state
  }

  /// Whether it stands at a level that the program has.
  func hasGrown(as program: TrainingProgram) -> Bool {
    guard let growth else { return program.growth == nil }
    return program.growth?.stages.contains(growth.stage) == true
  }

  /// Puts these states of a program on a device.
  func restore(
    _ states: [StateDeclaration], into session: any Session
  ) throws(RunError) {
    for state in states {
      let file = CheckpointFile(of: state)
      // How many networks have averages decides on their names, and `states` may be those of one.
      let names = [1, 2].map { file.name(of: state, averaged: $0) }
      guard let tensor = names.lazy.compactMap({ tensors[file]?[$0] }).first else {
        throw .damaged(path: path, reason: "it lacks `\(state.name)`, which the spec has")
      }
      let expected = TensorType(state.layout.torchShape(of: state.type.shape), state.type.dtype)
      guard tensor.type == expected else {
        throw .damaged(
          path: path, reason: "`\(state.name)` is \(tensor.type), the spec has \(expected)")
      }
      try onDevice { () throws(BackendError) in
        try session.write(state.name, state.layout.fromTorch(tensor))
      }
    }
  }
}
