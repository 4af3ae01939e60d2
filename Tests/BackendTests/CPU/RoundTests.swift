import CLibrary
import Foundation
import Conformance
import TensorCore
import Testing

@testable import CPUBackend

/// Whole rounds of training.
@Suite struct RoundTests {
  private func trained(
    _ recipe: Recipe, rounds: Int, on backend: any Backend
  ) throws -> (losses: [Float], states: [HostTensor]) {
    let (session, round, states) = try recipe.prepare(on: backend)
    var losses: [Float] = []
    for _ in 0..<rounds {
      try round.run()
      losses += try round.output("critic loss").floats + round.output("generator loss").floats
    }
    return (losses, try states.map { try session.read($0.name) })
  }

  @Test(arguments: [false, true])
  func roundsOfTrainingGiveWhatTheReferenceGives(isJoint: Bool) throws {
    var recipe = Recipe.small
    recipe.isJoint = isJoint
    let seen = try trained(recipe, rounds: 4, on: CPUBackend(threads: 2))
    let expected = try trained(recipe, rounds: 4, on: ReferenceBackend())
    for (a, b) in zip(seen.losses, expected.losses) { #expect(abs(a - b) <= 1e-5 * abs(b)) }
    // The gradient of a bias before batch norm is zero but for rounding.
    for (a, b) in zip(seen.states, expected.states) {
      #expect(worstError(a, b, floor: 1e-5) < 2e-3)
    }
  }

  @Test
  func theSameRoundsTwiceGiveTheSameBitsAlsoInAnotherOrderOfThreads() throws {
    let first = try trained(.medium, rounds: 5, on: CPUBackend(threads: 2))
    let second = try trained(.medium, rounds: 5, on: CPUBackend(threads: 2))
    #expect(first.losses == second.losses)
    #expect(first.states == second.states)
  }

  @Test
  func oneThreadAndTwoAgree() throws {
    let one = try trained(.medium, rounds: 20, on: CPUBackend(threads: 1)).losses
    let two = try trained(.medium, rounds: 20, on: CPUBackend(threads: 2)).losses
    for (a, b) in zip(one, two) { #expect(abs(a - b) <= 1e-4 * abs(a)) }
  }

  @Test
  func parametersAndMomentsAreUpdatedInPlaceOnePassForEachTensor() throws {
    let (_, round, states) = try Recipe.small.prepare(on: CPUBackend(threads: 1))
    let labels = try #require(round as? CPUExecutable).labels
    #expect(!labels.contains { $0.hasPrefix("update") || $0.hasPrefix("copy") })
    let tensors = states.count { $0.name.hasSuffix(".m") }
    #expect(labels.count < 12 * tensors)
  }

  #if os(Linux)
    @Test
    func noBufferIsKeptByARoundOfTheGanRecipeAndItStaysSmall() async {
      await #expect(processExitsWith: .success) {
        let (session, round, _) = try Recipe.gan.prepare(on: CPUBackend(), isRandom: false)
        for _ in 0..<2 { try round.run() }
        let before = CPUBackend.heapByteCount
        for _ in 0..<20 { try round.run() }
        #expect(CPUBackend.heapByteCount - before < 8192, "a buffer of a round is kept")
        #expect(before > 0)
        // That of this process alone: `ru_maxrss` begins with what the tests that started it had.
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let peak = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        let kilobytes = peak?.split(separator: " ").compactMap { Int($0) }.first
        #expect(try #require(kilobytes) < 300 * 1024, "\(kilobytes ?? 0) kB")
        withExtendedLifetime(session) {}
      }
    }

    /// The heap is that of the whole process: a thread of the runtime that ends or begins moves it by
    /// some 2,000 bytes, and its smallest block, of 32 bytes, is seen in lots of eight at a time. Over
    /// thousands of rounds neither hides a round that keeps one block.
    @Test
    func notOneBlockOfMemoryIsKeptByARound() async {
      await #expect(processExitsWith: .success) {
        let rounds = 4000
        let (session, round, _) = try Recipe.small.prepare(on: CPUBackend())
        for _ in 0..<10 { try round.run() }
        let before = CPUBackend.heapByteCount
        for _ in 0..<rounds { try round.run() }
        #expect(CPUBackend.heapByteCount - before < 8 * rounds)
        withExtendedLifetime(session) {}
      }
    }

    @Test(arguments: [0, 1])
    func everyInstructionSetGivesWhatTheReferenceGives(_ set: Int) async {
      await #expect(processExitsWith: .success) { [set] in
        let used = CPUBackend.use(instructionSet: set)
        #expect(used <= set)
        try ExponentialTests.hold()
        for test in OpSuite.unary + OpSuite.binary + OpSuite.comparisons + OpSuite.elements
          + OpSuite.folds
        {
          try hold(CPUBackend(threads: 2), to: test, seeds: 20..<22)
        }
        for test in OpSuite.convolutions {
          try hold(CPUBackend(threads: 2, rules: .always), to: test, seeds: 20..<22)
        }
        let places = CPUBackend(threads: 2, rules: .places)
        try hold(places, to: OpSuite.fewPlaces, seeds: 20..<22)
      }
    }
  #endif

  /// Milliseconds of one round: `GAN_EXP_BENCHMARK=gan swift test --filter RoundTests/benchmark`.
  @Test(.enabled(if: getenv("GAN_EXP_BENCHMARK") != nil))
  func millisecondsOfARound() throws {
    let name = getenv("GAN_EXP_BENCHMARK").map { String(cString: $0) } ?? ""
    var recipe = name.hasPrefix("gan784") ? Recipe.gan784 : Recipe.gan
    recipe.isJoint = name.hasSuffix("joint")
    let (_, round, _) = try recipe.prepare(on: CPUBackend())
    let clock = ContinuousClock()
    var times: [Duration] = []
    for _ in 0..<60 { times.append(try clock.measure { try round.run() }) }
    let loss = try round.output("critic loss").floats[0]
    times.sort()
    let executable = try #require(round as? CPUExecutable)
    print(
      "\(name): least \(times[0]), median \(times[30]),",
      "arena \(executable.arenaByteCount / 1_048_576) MiB, \(executable.labels.count) steps,",
      "critic loss \(loss)")
  }
}
