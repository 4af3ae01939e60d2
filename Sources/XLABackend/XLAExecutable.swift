import TensorCore

/// A graph as one program. Outputs that only watch are a part of it: by a program of their own they would be rounded otherwise than
/// what was done, and a gradient in front of a batch norm, which is rounding alone, would be another one than that which moved a weight.
final class XLAExecutable: Executable {
  private let graph: Graph
  private let device: PluginDevice
  private let session: XLASession
  private let module: Module
  private let program: Program
  private var feeds: [String: DeviceArray] = [:]
  private var outputs: [String: DeviceArray] = [:]
  private var missingFeeds: Set<String>
  /// Of feeds that are indices of rows which aren't there.
  private var outside: [String: BackendError] = [:]
  private var hasRun = false

  init(
    _ graph: Graph, on device: PluginDevice, in session: XLASession, _ arithmetic: DeviceArithmetic,
    flags: [CompilerFlag]
  ) throws(BackendError) {
    self.graph = graph
    self.device = device
    self.session = session
    missingFeeds = Set(graph.inputs(.feed).map(\.name))
    module = Module(graph, arithmetic)
    do throws(BackendError) {
      program = try device.program(module, options: flags)
    } catch {
      throw error.explained(playing: graph)
    }
  }

  func feed(_ name: String, _ bytes: UnsafeRawBufferPointer) throws(BackendError) {
    let type = try graph.feedType(name, byteCount: bytes.count)
    // Looked at here, so that nobody has to wait for the device to know it.
    outside[name] = module.limits[name].flatMap { rows in
      let isInside = unsafe bytes.bindMemory(to: Int32.self).allSatisfy {
        (0..<Int32(rows)).contains($0)
      }
      return isInside ? nil : BackendError(Module.outside(rows))
    }
    feeds[name] = try unsafe device.array(type, bytes)
    missingFeeds.remove(name)
  }

  func run() throws(BackendError) {
    if let missing = missingFeeds.min() { throw BackendError("feed \(missing) is missing") }
    hasRun = false
    outputs = [:]
    if let error = outside.values.first { throw error }
    var arguments: [DeviceArray] = []
    for state in module.states { arguments.append(try session.array(state)) }
    for feed in module.feeds {
      guard let array = feeds[feed.name] else { throw BackendError("feed \(feed.name) is missing") }
      arguments.append(array)
    }
    let results: [DeviceArray]
    do throws(BackendError) {
      results = try program.run(arguments, results: module.results)
    } catch {
      let explained = error.explained(playing: graph)
      session.lose(module.states.filter(module.updates.contains), explained)
      throw explained
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
    hasRun = true
  }

  func output(_ name: String) throws(BackendError) -> HostTensor { try array(name).read() }

  func outputs(_ names: [String]) throws(BackendError) -> any PromisedOutputs {
    var arrays: [DeviceArray] = []
    for name in names { arrays.append(try array(name)) }
    return ArraysOnDevice(arrays: arrays)
  }

  private func array(_ name: String) throws(BackendError) -> DeviceArray {
    _ = try graph.outputType(name)
    guard hasRun, let array = outputs[name] else {
      throw BackendError("output \(name) is read before the first execution")
    }
    return array
  }
}

extension BackendError {
  /// Where a device has too little memory: for what, and what needs less. XLA says how much it asked for.
  func explained(playing graph: Graph) -> BackendError {
    guard description.contains("RESOURCE_EXHAUSTED") || description.contains("Out of memory") else {
      return self
    }
    let names = graph.outputs.map(\.name)
    let some = names.prefix(3).joined(separator: ", ") + (names.count > 3 ? ", …" : "")
    return BackendError(
      """
      the device's memory is too small for the graph of \(some.isEmpty ? "its updates" : some): \(description)
        = a smaller data.batch needs less, or schedule.accumulate, which plays a batch in parts
        = `gan-exp doctor` says which device it is; others may be using it
      """)
  }
}

/// A device computes them while its host does something else; nobody gives them away.
private struct ArraysOnDevice: PromisedOutputs {
  let arrays: [DeviceArray]
  var areThere: Bool { false }

  func read() throws(BackendError) -> [HostTensor] {
    var tensors: [HostTensor] = []
    for array in arrays { tensors.append(try array.read()) }
    return tensors
  }
}
