import Images
import ModelBuilder
import RunFormat
import Spec
import TensorCore

/// What one move of a round came to.
package struct MoveResult: Sendable, Hashable {
  /// `discriminator0`, `generator0`, `information0`.
  package let name: String
  /// The name without its number.
  package let mover: String
  package let loss: Float
  package let gradientNorm: Float?
  /// What losses.csv has of this move, by the column.
  package let recorded: [LossColumn: Float]

  package init(
    name: String, mover: String, loss: Float, gradientNorm: Float? = nil,
    recorded: [LossColumn: Float]
  ) {
    (self.name, self.mover, self.loss, self.gradientNorm) = (name, mover, loss, gradientNorm)
    self.recorded = recorded
  }
}

/// One execution of a round that has just run, while its outputs are still there.
struct PlayedStep {
  let moves: [RoundMove]
  /// The move for which a batch of the data went in; nil if none did.
  let consumer: String?
  /// For each source indices into its data of the batch that went in; nil if none did.
  let batch: [ArraySlice<Int>]?
  let executable: any Executable
}

/// A round that a device has been given; what its moves came to is there when it is asked for.
struct BegunRound {
  private struct Execution {
    let moves: [RoundMove]
    let names: [String]
    let outputs: any PromisedOutputs
  }
  private let columns: [RecordedColumn]
  private var executions: [Execution] = []

  fileprivate init(_ columns: [RecordedColumn]) { self.columns = columns }

  /// Whether ``results()`` waits for nothing.
  var isOver: Bool { executions.allSatisfy(\.outputs.areThere) }

  fileprivate mutating func add(
    _ moves: [RoundMove], _ executable: any Executable
  ) throws(RunError) {
    let names = moves.flatMap { move in
      let labels = columns.filter { $0.mover == move.mover }.map(\.label)
      return move.outputs.filter {
        ["loss", "gradient_norm"].contains($0.label) || labels.contains($0.label)
      }
      .map(\.name)
    }
    let outputs = try onDevice { () throws(BackendError) in try executable.outputs(names) }
    executions.append(Execution(moves: moves, names: names, outputs: outputs))
  }

  /// Waits for the device.
  func results() throws(RunError) -> [MoveResult] {
    var results: [MoveResult] = []
    for execution in executions {
      let tensors = try onDevice { () throws(BackendError) in try execution.outputs.read() }
      let scalars = Dictionary(
        zip(execution.names, tensors.map { $0.floats.first }),
        uniquingKeysWith: { first, _ in first })
      for move in execution.moves {
        func scalar(_ label: String) -> Float? {
          move.outputs.first { $0.label == label }.flatMap { scalars[$0.name] ?? nil }
        }
        var recorded: [LossColumn: Float] = [:]
        for column in columns where column.mover == move.mover {
          recorded[LossColumn(rawValue: column.name)] = scalar(column.label)
        }
        results.append(
          MoveResult(
            name: move.name, mover: move.mover, loss: scalar("loss") ?? .nan,
            gradientNorm: scalar("gradient_norm"), recorded: recorded))
      }
    }
    return results
  }
}

/// Plays rounds on a device: gives each graph its batch, its labels and its key.
final class RoundPlayer {
  private struct Compiled {
    let feeds: Set<String>
    let executable: any Executable
  }
  private struct Place: Hashable {
    let batch: Int
    let graph: Int
  }

  let program: TrainingProgram
  let session: any Session
  private let observing: Bool
  private let timetable: Timetable
  /// nil: the networks are whole from the start.
  let levels: LevelTimetable?
  private let feeder: BatchFeeder
  /// As the feeder has them.
  private let sources: [ProgramSource]
  /// What plays now of networks that grow; programs and graphs are those of this stage.
  private var stage: GrowthStage?
  /// Round programs by batch size; the last batch of an epoch has its own.
  private var programs: [Int: RoundProgram] = [:]
  private var compiled: [Place: Compiled] = [:]
  /// Names of outputs without those for an observer, of each graph, by batch size.
  private var unobserved: [Int: [Set<String>]] = [:]

  private var search: FiniteSearch?

  /// Seconds that rounds have waited for data.
  var waited: Double { feeder.waited }

  /// Puts the first values of all states on the device.
  init(
    _ program: TrainingProgram, data: TrainingSources, timetable: Timetable, backend: any Backend,
    start: StartingWeights = StartingWeights(), observing: Bool = false
  ) throws(RunError) {
    self.program = program
    self.observing = observing
    self.timetable = timetable
    levels = LevelTimetable(program, timetable)
    sources = data.played.map { entry in
      guard let source = program.sources.first(where: { $0.name == entry.name }) else {
        preconditionFailure("the program has no source `\(entry.name)`")
      }
      return source
    }
    feeder = BatchFeeder(data, timetable, seed: program.experiment.seed)
    session = try program.makeSession(on: backend)
    for state in program.states {
      let tensor = start.first(state, seed: program.experiment.seed)
      try onDevice { () throws(BackendError) in try session.write(state.name, tensor) }
    }
  }

  /// Plays round `round`, counted from 0, and lets `watch` look at each of its executions.
  func play(
    round: Int, watch: (PlayedStep) throws(RunError) -> Void = { _ in }
  ) throws(RunError) -> [MoveResult] {
    try begin(round: round, watch: watch).results()
  }

  /// The same, without waiting for a device that computes by itself.
  func begin(
    round: Int, watch: (PlayedStep) throws(RunError) -> Void = { _ in }
  ) throws(RunError) -> BegunRound {
    try enterStage(ofRound: round)
    var begun = BegunRound(program.columns)
    var nextBatch = timetable.batches(after: round)
    var batch = try feeder.batch(nextBatch)
    var scheduled =
      program.learningRates(round: round, of: timetable.rounds) + program.momenta(round: round)
    if let levels {
      scheduled.append((GrowthStage.alphaFeed, levels.moment(after: round).alpha))
    }
    let stepCount = roundProgram(batch: batch.count).steps.count
    for index in 0..<stepCount {
      var step = roundProgram(batch: batch.count).steps[index]
      if step.consumesData {
        batch = try feeder.batch(nextBatch)
        nextBatch += 1
        step = roundProgram(batch: batch.count).steps[index]
      }
      let compiled = try compiled(batch: batch.count, graph: step.graph)
      try feed(compiled, batch, execution: round * stepCount + index)
      for (name, number) in scheduled where compiled.feeds.contains(name) {
        try onDevice { () throws(BackendError) in
          try compiled.executable.feed(name, array: [number])
        }
      }
      try onDevice { () throws(BackendError) in try compiled.executable.run() }
      try begun.add(step.moves, compiled.executable)
      try watch(
        PlayedStep(
          moves: step.moves, consumer: step.consumer,
          batch: step.consumesData ? batch.parts.map(\.samples) : nil,
          executable: compiled.executable))
    }
    return begun
  }

  /// Where networks that grow stand when so many rounds have been played; nil for others.
  func moment(after rounds: Int) -> GrowthMoment? { levels?.moment(after: rounds) }

  /// Lets networks that grow play what they are in this round.
  private func enterStage(ofRound round: Int) throws(RunError) {
    guard let levels else { return }
    let stage = levels.moment(after: round).stage
    if stage != self.stage {
      self.stage = stage
      programs = [:]
      compiled = [:]
      unobserved = [:]
    }
    guard levels.optimizersBegin(inRound: round) else { return }
    for state in program.optimizerMemory {
      let tensor = state.initialTensor(seed: program.experiment.seed)
      try onDevice { () throws(BackendError) in try session.write(state.name, tensor) }
    }
  }

  private func roundProgram(batch: Int) -> RoundProgram {
    if let known = programs[batch] { return known }
    let written = program.round(
      batch: batch, observing: observing, real: program.realInput, at: stage)
    programs[batch] = written
    return written
  }

  private func compiled(batch: Int, graph index: Int) throws(RunError) -> Compiled {
    let place = Place(batch: batch, graph: index)
    if let known = compiled[place] { return known }
    let graph = roundProgram(batch: batch).graphs[index]
    let outputs = Set(graph.outputs.map(\.name))
    let aside = observing ? outputs.subtracting(playedOutputs(batch: batch)[index]) : []
    let made = Compiled(
      feeds: Set(graph.inputs(.feed).map(\.name)),
      executable: try onDevice { () throws(BackendError) in
        try session.compile(graph, watching: aside)
      })
    compiled[place] = made
    return made
  }

  /// What each graph gives out in a run that nobody observes.
  private func playedOutputs(batch: Int) -> [Set<String>] {
    if let known = unobserved[batch] { return known }
    let played = program.round(batch: batch, real: program.realInput, at: stage)
    let outputs = played.graphs.map { Set($0.outputs.map(\.name)) }
    unobserved[batch] = outputs
    return outputs
  }

  private func feed(
    _ compiled: Compiled, _ batch: Batch, execution: Int
  ) throws(RunError) {
    let executable = compiled.executable
    try onDevice { () throws(BackendError) in
      for (source, part) in zip(sources, batch.parts) {
        if compiled.feeds.contains(source.feed) {
          switch part.real {
          case .uint8(let bytes): try executable.feed(source.feed, array: bytes)
          case .float32(let values): try executable.feed(source.feed, array: values)
          case .int32(let values): try executable.feed(source.feed, array: values)
          }
        }
        if compiled.feeds.contains(source.labelsFeed), let labels = part.labels {
          try executable.feed(source.labelsFeed, array: labels)
        }
      }
    }
    if compiled.feeds.contains("key") {
      let key = Philox.key(
        seed: program.experiment.seed, step: UInt32(truncatingIfNeeded: execution))
      try onDevice { () throws(BackendError) in try executable.feed("key", array: key) }
    }
  }

  func finiteSearch() throws(RunError) -> FiniteSearch {
    if let search { return search }
    let made = try FiniteSearch(program, in: session)
    search = made
    return made
  }

  /// The present value of a state, in our own layout.
  func read(_ state: StateDeclaration) throws(RunError) -> HostTensor {
    try onDevice { () throws(BackendError) in try session.read(state.name) }
  }
}

extension TrainingProgram {
  func makeSession(on backend: any Backend) throws(RunError) -> any Session {
    try onDevice { () throws(BackendError) in
      try backend.makeSession(states: states.map { ($0.name, $0.type) }, products: products)
    }
  }

  /// What `precision.products` asks for.
  package var products: ProductPrecision {
    switch experiment.precision.products {
    case .float32: .float32
    case .tf32: .tf32
    case .bfloat16: .bfloat16
    }
  }

  /// What is to be said where a device computes more exactly than the spec asks it to; nil where it does as it is told.
  func remark(on backend: any Backend) -> String? {
    let given = backend.products(products)
    guard given != products else { return nil }
    return "precision.products: \(products.rawValue) is for devices behind XLA; "
      + "--device \(backend.name) multiplies in \(given.rawValue)"
  }
}

extension Timetable {
  /// The timetable of a program over so many samples.
  package init(_ program: TrainingProgram, imageCount: Int) throws(RunError) {
    let experiment = program.experiment
    try self.init(
      length: experiment.schedule.length, imageCount: imageCount, batch: experiment.data.batch,
      dropLast: experiment.data.dropLast, batchesPerRound: program.batchesPerRound)
  }
}
