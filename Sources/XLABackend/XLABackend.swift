import TensorCore

/// A device that a PJRT plugin drives: graphs become StableHLO modules, which its compiler makes into one program each. States
/// stay on the device from one execution to the next.
package final class XLABackend: Backend {
  package let name: String
  /// The plugin's file.
  package let plugin: String
  private let device: PluginDevice
  private let flags: [CompilerFlag]

  /// - Parameter name: the word of `--device`.
  /// - Throws: what the plugin says if it cannot be opened or has no device.
  package init(
    _ name: String, plugin: String, options: [ClientOption] = []
  ) throws(BackendError) {
    self.name = name
    self.plugin = plugin
    do throws(BackendError) {
      device = try PluginDevice(plugin: plugin, options: options)
    } catch {
      throw BackendError("\(plugin): \(error)")
    }
    flags = CompilerFlag.exact(on: device.platform)
  }

  /// What the plugin says of itself and of its device.
  package var description: (platform: String, version: String, device: String, count: Int) {
    (device.platform, device.platformVersion, device.kind, device.count)
  }

  /// The most bytes of the device's memory that were in use at once; nil where the plugin doesn't say.
  package var peakByteCount: Int? { device.peakByteCount }

  /// The interface that the plugin speaks.
  package var interface: String { "\(device.interface.major).\(device.interface.minor)" }

  /// What a device's compiler gets for a graph.
  ///
  /// - Parameter products: as a card of NVIDIA's gets them.
  package static func moduleText(of graph: Graph, products: ProductPrecision = .float32) -> String {
    Module(graph, DeviceArithmetic(products, platform: "cuda")).text
  }

  package func makeSession(
    states: [(name: String, type: TensorType)], products: ProductPrecision
  ) throws(BackendError) -> any Session {
    XLASession(
      device, try uniqueStates(states), DeviceArithmetic(products, platform: device.platform),
      flags: flags)
  }

  package func products(_ asked: ProductPrecision) -> ProductPrecision { asked }
}

/// States as arrays on the device. Use a session and its executables from one thread at a time.
final class XLASession: Session {
  private let device: PluginDevice
  private let types: [String: TensorType]
  private let arithmetic: DeviceArithmetic
  private let flags: [CompilerFlag]
  /// Those that have been written; all others are zeros.
  private var arrays: [String: DeviceArray] = [:]
  /// By what error; until they are written again.
  private var lost: [String: BackendError] = [:]

  init(
    _ device: PluginDevice, _ types: [String: TensorType], _ arithmetic: DeviceArithmetic,
    flags: [CompilerFlag]
  ) {
    self.device = device
    self.types = types
    self.arithmetic = arithmetic
    self.flags = flags
  }

  func write(_ state: String, _ tensor: HostTensor) throws(BackendError) {
    try types.requireState(state, tensor.type)
    arrays[state] = try device.array(tensor)
    lost[state] = nil
  }

  func read(_ state: String) throws(BackendError) -> HostTensor {
    let type = try types.state(state)
    if let reason = lost[state] { throw BackendError("state \(state) was lost: \(reason)") }
    return try arrays[state]?.read() ?? HostTensor(zeros: type)
  }

  func compile(
    _ graph: Graph, watching aside: Set<String>
  ) throws(BackendError) -> any Executable {
    try graph.requireSound(states: types)
    return try XLAExecutable(graph, on: device, in: self, arithmetic, flags: flags)
  }

  /// Where a state lies now.
  func array(_ state: String) throws(BackendError) -> DeviceArray {
    if let reason = lost[state] { throw BackendError("state \(state) was lost: \(reason)") }
    if let array = arrays[state] { return array }
    let array = try device.array(HostTensor(zeros: try types.state(state)))
    arrays[state] = array
    return array
  }

  func replace(_ state: String, by array: DeviceArray) { arrays[state] = array }

  /// States that an execution was given to write over, and failed: what is there now, nobody knows.
  func lose(_ states: [String], _ reason: BackendError) {
    for state in states { lost[state] = reason }
  }
}
