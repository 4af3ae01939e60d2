import Conformance
import Foundation
import TensorCore
import Testing

@testable import XLABackend

/// The suite of all backends on XLA's processor plugin, where it is installed.
enum XLAOnProcessor {
  static let plugin = PluginKind.xlaCPU.find().files.first
  static let isThere = ConditionTrait.enabled(
    if: plugin != nil, "no plugin: \(PluginKind.xlaCPU.advice)")
  private static let opened = Result { () throws(BackendError) in
    try XLABackend("xla-cpu", plugin: plugin ?? "")
  }
  static var backend: XLABackend { get throws { try opened.get() } }
}

@Suite(XLAOnProcessor.isThere) struct XLATests {
  @Test(arguments: OpSuite.cases)
  func theOperationAgreesWithTheReference(_ test: OpCase) throws {
    try hold(XLAOnProcessor.backend, to: test, seeds: 0..<2)
  }

  @Test(arguments: 0..<12 as Range<UInt64>)
  func randomGraphsAreWhatTheySay(seed: UInt64) throws {
    try expectAgreement(
      GraphTrial.random(seed: seed, size: 40), on: XLAOnProcessor.backend, times: 2,
      tolerance: 5e-5, "seed \(seed)")
  }

  @Test(arguments: StateSuite.cases)
  func statesTakeTheirNewValuesWhenAllAreComputed(_ test: StateCase) throws {
    let trial = test.trial(seed: 5)
    try expectAgreement(trial, on: XLAOnProcessor.backend, times: 3, tolerance: 1e-5, test.name)
  }

  /// The same words, on this device as on any other: ``Philox``.
  @Test func uniformDrawsAreTheSameBits() throws {
    let key = Philox.key(seed: 0x1234_5678_9ABC_DEF0, step: 77)
    for count in [1, 4, 4001] {
      let builder = GraphBuilder()
      let words = builder.feed("key", [3], .int32)
      let drawn = builder.add(
        .random(.uniform, stream: 0xFFFF_FFFE, shape: [count]), [words])
      let executable = try XLAOnProcessor.backend.makeSession(states: []).compile(
        builder.finish(outputs: [("drawn", drawn)], updates: []))
      try executable.feed("key", array: key)
      try executable.run()
      let expected = Philox(key: key, stream: 0xFFFF_FFFE).uniforms(count: count)
      #expect(try executable.output("drawn").floats == expected)
    }
  }

  /// A state's new value lies where the old one was: whoever keeps what he read there, by its address, is wrong from the
  /// second execution on. Large enough for all of XLA's ways to multiply.
  @Test func largeProductsReadAStatesNewValue() throws {
    var trial = GraphTrial(seed: 9)
    let x = trial.feed([64, 512])
    let weight = trial.state([512, 512])
    let y = x.matmul(weight)
    trial.output(y.mean(axes: [0]))
    trial.update(0, weight * 0.5 + x.matmul(y, transposeLeft: true) * 1e-3)
    try expectAgreement(trial, on: XLAOnProcessor.backend, times: 2, tolerance: 1e-5)
  }

  /// The operands have as many bits as a form keeps, and one more: with that many a product is what it is, with one more it
  /// is that of rounded numbers.
  @Test(arguments: [(ProductPrecision.tf32, 11), (.bfloat16, 8)])
  func productsRoundTheirOperandsAsTheyAreAskedTo(_ products: ProductPrecision, bits: Int) throws {
    func product(_ a: Float, _ b: Float, _ products: ProductPrecision) throws -> [Float] {
      let builder = GraphBuilder()
      let (x, y) = (builder.feed("x", [3, 40]), builder.feed("y", [40, 2]))
      let (image, kernel) = (
        builder.feed("image", [1, 4, 4, 2]), builder.feed("kernel", [2, 2, 2, 1])
      )
      let executable = try XLAOnProcessor.backend.makeSession(states: [], products: products)
        .compile(
          builder.finish(
            outputs: [
              ("xy", x.matmul(y)),
              ("convolved", builder.add(.convolution(ConvGeometry()), [image, kernel])),
            ], updates: []))
      for (name, count, number) in [
        ("x", 120, a), ("y", 80, b), ("image", 32, a), ("kernel", 8, b),
      ] { try executable.feed(name, array: [Float](repeating: number, count: count)) }
      try executable.run()
      return try executable.output("xy").floats + executable.output("convolved").floats
    }
    let kept = 1 + Float(sign: .plus, exponent: 1 - bits, significand: 1)
    let lost = 1 + Float(sign: .plus, exponent: -bits, significand: 1)
    #expect(try product(kept, 1, products) == product(kept, 1, .float32))
    #expect(try product(1, kept, products) == product(1, kept, .float32))
    // Halfway between two neighbours: to the even one.
    #expect(try product(lost, 1, products) == product(1, 1, .float32))
    #expect(try product(1, lost, products) == product(1, 1, .float32))
    #expect(try product(lost, 1, .float32) != product(1, 1, .float32))
  }

  /// Numbers that cancel, as the gradient of a bias has them: one after the other they lose what halves keep.
  @Test(arguments: [[16, 32, 32, 1], [16, 32, 32, 2], [3, 129, 43, 1], [16384], [20011]])
  func longSumsLoseLittle(_ extents: [Int]) throws {
    let builder = GraphBuilder()
    let x = builder.feed("x", Shape(extents))
    let axes = Array(0..<max(extents.count - 1, 1))
    let executable = try XLAOnProcessor.backend.makeSession(states: []).compile(
      builder.finish(outputs: [("sum", x.sum(axes: axes))], updates: []))
    let count = extents.reduce(1, *)
    let numbers = Philox(key: Philox.key(seed: 5, step: 1), stream: 3).uniforms(count: count).map {
      100 + $0
    }
    try executable.feed("x", array: numbers)
    try executable.run()
    let sums = try executable.output("sum").floats
    for (channel, sum) in sums.enumerated() {
      let exact = stride(from: channel, to: count, by: sums.count).reduce(0.0) {
        $0 + Double(numbers[$1])
      }
      #expect(abs(Double(sum) - exact) / exact < 1e-6, "\(extents), channel \(channel)")
    }
  }

  @Test func anIndexOutsideATableIsAnErrorOfTheExecutionNotOfTheProcess() throws {
    try ContractSuite.holdIndices(XLAOnProcessor.backend)
  }

  @Test func namesAndSizesThatDoNotFitAreRefused() throws {
    try ContractSuite.holdNamesAndSizes(XLAOnProcessor.backend)
  }

  /// A state that was written from such rows, or not at all, is not to be had.
  @Test func whatAFailedExecutionWroteIsLostUntilItIsWrittenAgain() throws {
    let builder = GraphBuilder()
    let table = builder.state("table", [3, 2])
    // Rows that are computed, which only the device knows.
    let rows = table.gather((builder.feed("rows", [2]) * 1).converted(to: .int32))
    let session = try XLAOnProcessor.backend.makeSession(states: [("table", TensorType([3, 2]))])
    let executable = try session.compile(
      builder.finish(outputs: [("y", rows)], updates: [("table", table + rows.sum())]))
    try executable.feed("rows", array: [0, 7] as [Float])
    #expect(throws: BackendError.self) { try executable.run() }
    let lost = BackendError("state table was lost: an index lies outside a table of 3 rows")
    #expect(throws: lost) { _ = try session.read("table") }
    #expect(throws: BackendError.self) { _ = try executable.output("y") }
    try executable.feed("rows", array: [0, 1] as [Float])
    #expect(throws: lost) { try executable.run() }
    try session.write("table", HostTensor([3, 2], [1, 2, 3, 4, 5, 6] as [Float]))
    try executable.run()
    #expect(try session.read("table").floats == [11, 12, 13, 14, 15, 16])
  }

  @Test func aGraphOfWatchersAloneIsPlayed() throws {
    let builder = GraphBuilder()
    let x = builder.feed("x", [2])
    let session = try XLAOnProcessor.backend.makeSession(states: [])
    let executable = try session.compile(
      builder.finish(outputs: [("y", x * 2)], updates: []), watching: ["y"])
    try executable.feed("x", array: [1, 2] as [Float])
    try executable.run()
    #expect(try executable.output("y").floats == [2, 4])
  }

  /// What is seen is what was done: the gradient that an output shows is the one that has moved the state, bit by bit, though it is
  /// nothing but rounding.
  @Test func whatWatchersSeeIsWhatWasDone() throws {
    let builder = GraphBuilder()
    let x = builder.feed("x", [301, 7])
    let weight = builder.state("weight", [7])
    let y = x * weight.broadcast(to: [301, 7], axes: [1])
    let centred = y - y.mean(axes: [0]).broadcast(to: [301, 7], axes: [1])
    let gradient = centred.sum(axes: [0])
    let session = try XLAOnProcessor.backend.makeSession(states: [("weight", TensorType([7]))])
    try session.write("weight", HostTensor([7], [Float](repeating: 0, count: 7)))
    let executable = try session.compile(
      builder.finish(
        outputs: [("gradient", gradient)], updates: [("weight", gradient * -1)]),
      watching: ["gradient"])
    try executable.feed("x", array: (0..<2107).map { Float($0 % 101) / 101 - 0.4 })
    for weights in [[1, 2, 3, 4, 5, 6, 7], [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]] as [[Float]] {
      try session.write("weight", HostTensor([7], weights))
      try executable.run()
      let seen = try executable.output("gradient").floats
      #expect(try session.read("weight").floats == seen.map { -$0 })
      #expect(seen.contains { $0 != 0 })
    }
  }

  @Test func aFileThatIsNoPluginIsNamed() {
    #expect(throws: BackendError.self) { _ = try XLABackend("x", plugin: "/nowhere/plugin.so") }
  }
}

@Suite struct PluginSearchTests {
  @Test func aVariableNamesThePluginBeforeAnyIsLookedFor() {
    let found = PluginKind.gpu.find(environment: ["GAN_EXP_PJRT_PLUGIN": "/opt/mine.so"])
    #expect(found.files.first == "/opt/mine.so")
  }

  @Test func cardsAreThoseThatTheVariableNamesOrTheDriverHas() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    for card in ["0000:01:00.0", "0000:41:00.0", "0000:81:00.0"] {
      try FileManager.default.createDirectory(
        at: folder.appending(path: card), withIntermediateDirectories: true)
    }
    #expect(Cards.names(environment: [:], folder: folder.path) == ["0", "1", "2"])
    #expect(
      Cards.names(environment: [Cards.variable: "2, GPU-5ab"], folder: folder.path)
        == ["2", "GPU-5ab"])
    #expect(Cards.names(environment: [Cards.variable: ""], folder: folder.path) == [nil])
    #expect(Cards.names(environment: [:], folder: "/nowhere") == [nil])
  }

  @Test func aDeviceWithoutRoomSaysForWhatAndWhatNeedsLess() {
    let builder = GraphBuilder()
    let x = builder.feed("x", [2])
    let graph = builder.finish(outputs: [("discriminator0/loss", x.sum())], updates: [])
    let said = "RESOURCE_EXHAUSTED: Out of memory while trying to allocate 7516192768 bytes."
    let told = BackendError(said).explained(playing: graph).description
    #expect(
      told.hasPrefix(
        "the device's memory is too small for the graph of discriminator0/loss: \(said)\n"))
    #expect(told.contains("schedule.accumulate"))
    #expect(BackendError("else").explained(playing: graph) == BackendError("else"))
  }

  @Test func compilerOptionsAreAMessageOfTheirs() {
    #expect(CompilerFlag.message([]) == [0x1A, 4, 0x20, 1, 0x28, 1])
    let flagged = CompilerFlag.message([CompilerFlag("ab", true)])
    #expect(flagged.dropFirst(6) == [0x3A, 8, 0x0A, 2, 0x61, 0x62, 0x12, 2, 0x10, 1])
  }
}
