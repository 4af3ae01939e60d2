import TensorCore

/// A graph as one program, and outputs that only watch as another: a compiler that saw both at once would fuse, and round, the
/// one otherwise for the sake of the other.
final class XLAExecutable: Executable {
  private struct Part {
    let module: Module
    let program: Program
  }
  private let graph: Graph
  private let device: PluginDevice
  private let session: XLASession
  private let watchers: Part?
  private let main: Part
  private var feeds: [String: DeviceArray] = [:]
  private var outputs: [String: DeviceArray] = [:]
  private var missingFeeds: Set<String>
  private var hasRun = false

  init(
    _ graph: Graph, watching aside: Set<String>, on device: PluginDevice, in session: XLASession,
    flags: [CompilerFlag]
  ) throws(BackendError) {
    self.graph = graph
    self.device = device
    self.session = session
    missingFeeds = Set(graph.inputs(.feed).map(\.name))
    func part(_ graph: Graph) throws(BackendError) -> Part {
      let module = Module(graph)
      return Part(module: module, program: try device.program(module, options: flags))
    }
    var kept = graph
    kept.outputs.removeAll { aside.contains($0.name) }
    var watching = graph
    watching.outputs.removeAll { !aside.contains($0.name) }
    watching.updates = []
    main = try part(kept)
    watchers = watching.outputs.isEmpty ? nil : try part(watching)
  }

  func feed(_ name: String, _ bytes: UnsafeRawBufferPointer) throws(BackendError) {
    let type = try graph.feedType(name, byteCount: bytes.count)
    feeds[name] = try unsafe device.array(type, bytes)
    missingFeeds.remove(name)
  }

  func run() throws(BackendError) {
    if let missing = missingFeeds.min() { throw BackendError("feed \(missing) is missing") }
    hasRun = false
    outputs = [:]
    // Those first: the states that they read are given away by the others.
    if let watchers { try run(watchers) }
    try run(main)
    hasRun = true
  }

  private func run(_ part: Part) throws(BackendError) {
    let module = part.module
    var arguments: [DeviceArray] = []
    for state in module.states { arguments.append(try session.array(state)) }
    for feed in module.feeds {
      guard let array = feeds[feed.name] else { throw BackendError("feed \(feed.name) is missing") }
      arguments.append(array)
    }
    let results: [DeviceArray]
    do throws(BackendError) {
      results = try part.program.run(arguments, results: module.results)
    } catch {
      session.lose(module.states.filter(module.updates.contains), error)
      throw error
    }
    var rest = results[...]
    for state in module.updates { session.replace(state, by: rest.removeFirst()) }
    for output in module.outputs { outputs[output.name] = rest.removeFirst() }
    for fault in module.faults {
      guard try rest.removeFirst().read().floats != [0] else { continue }
      // What was made from other rows than were asked for is not to be gone on with.
      session.lose(module.updates, BackendError(fault))
      throw BackendError(fault)
    }
  }

  func output(_ name: String) throws(BackendError) -> HostTensor {
    _ = try graph.outputType(name)
    guard hasRun, let array = outputs[name] else {
      throw BackendError("output \(name) is read before the first execution")
    }
    return try array.read()
  }
}
