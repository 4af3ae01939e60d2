#if canImport(Glibc)
  import Glibc
#endif
import TensorCore
import Testing

@testable import CPUBackend

@Suite struct RoundTests {
  /// Milliseconds of one round: `GAN_EXP_BENCHMARK=gan swift test --filter milliseconds`.
  @Test(
    "milliseconds of a round",
    .enabled(if: getenv("GAN_EXP_BENCHMARK") != nil))
  func benchmark() throws {
    let name = getenv("GAN_EXP_BENCHMARK").map { String(cString: $0) } ?? ""
    var recipe = name.hasPrefix("gan784") ? Recipe.gan784 : Recipe.gan
    recipe.isJoint = name.hasSuffix("joint")
    let clock = ContinuousClock()
    let start = clock.now
    let (_, round, _) = try recipe.prepare(on: CPUBackend())
    let planned = clock.now - start
    var times: [Duration] = []
    for _ in 0..<40 { times.append(try clock.measure { try round.run() }) }
    let loss = try round.output("critic loss").floats[0]
    times.sort()
    let executable = try #require(round as? CPUExecutable)
    print(
      "\(name): least \(times[0]), median \(times[20]), planned in \(planned),",
      "arena \(executable.arenaByteCount / 1_048_576) MiB, \(executable.labels.count) steps,",
      "critic loss \(loss)")
  }
}
