import CKernels
import TensorCore

/// A planned graph with all the memory it needs. It keeps the states it works on alive.
@safe final class CPUExecutable: Executable {
  private let graph: Graph
  private let threads: UInt32
  private let memory: ExecutableMemory
  private let actions: [Action]
  private let savedModes: UnsafeMutablePointer<UInt32>
  private var hasRun = false
  private var missingFeeds: Set<String>
  private let profiler: Profiler?
  /// What the profiler knows this as.
  private let profile: Int
  /// What each step is, in the order of execution; for tests and profiles.
  let labels: [String]

  init(
    _ source: Graph, _ engine: DNNL.Engine, threads: Int, states: [String: AlignedMemory],
    rules: ConvolutionRules = .measured, watching aside: Set<String> = [],
    profiler: Profiler? = nil
  ) throws(BackendError) {
    graph = source
    self.threads = UInt32(threads)
    let watched = WatchedGraph(source, watching: aside)
    let kept = watched.kept
    let facts = Facts(watched.graph, kept: kept)
    var fusion = Fusion(facts, kept: kept, firstWatcher: watched.firstWatcher)
    let schedule = Schedule(&fusion, kept: kept)
    var lowering = Lowering(
      fusion: fusion, stored: schedule.stored, inPlace: schedule.inPlace, engine: engine,
      threads: threads, rules: rules)
    var blueprints: [Blueprint] = []
    for step in schedule.order { blueprints.append(try lowering.blueprint(step)) }
    memory = try ExecutableMemory(facts, schedule, blueprints, states: states)
    var actions: [Action] = []
    for (index, blueprint) in blueprints.enumerated() {
      actions.append(try unsafe blueprint.bind(memory.placement(index, threads: threads)))
    }
    labels = blueprints.map(\.label) + memory.finalCopies.map { "update \($0.state)" }
    actions += memory.finalCopies.map(\.action)
    self.actions = actions
    unsafe savedModes = .allocate(capacity: threads)
    missingFeeds = Set(source.inputs(.feed).map(\.name))
    self.profiler = profiler
    guard let profiler else {
      profile = 0
      return
    }
    let works =
      schedule.order.map { StepWork($0, fusion, schedule) } + memory.finalCopies.map(\.work)
    profile = profiler.register(
      ExecutionProfile(
        steps: zip(labels, works).map { StepProfile(label: $0, work: $1) },
        memory: memory.plan))
  }

  deinit { unsafe savedModes.deallocate() }

  /// Bytes of the arena that holds every intermediate.
  var arenaByteCount: Int { memory.plan.used }

  func feed(_ name: String, _ bytes: UnsafeRawBufferPointer) throws(BackendError) {
    _ = try graph.feedType(name, byteCount: bytes.count)
    unsafe memory.feeds[name]?.write(bytes)
    missingFeeds.remove(name)
  }

  func run() throws(BackendError) {
    if let missing = missingFeeds.min() { throw BackendError("feed \(missing) is missing") }
    gan_set_threads(threads)
    unsafe gan_flush_denormals(savedModes, threads)
    defer { unsafe gan_restore_denormals(savedModes, threads) }
    if let profiler {
      try profiler.run(profile, actions)
    } else {
      for action in actions { try action() }
    }
    hasRun = true
  }

  func output(_ name: String) throws(BackendError) -> HostTensor {
    let type = try graph.outputType(name)
    guard hasRun else { throw BackendError("output \(name) is read before the first execution") }
    return try memory.output(name, type)
  }
}
