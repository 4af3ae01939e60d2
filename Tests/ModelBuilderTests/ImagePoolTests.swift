import Spec
import TensorCore
import Testing

@testable import ModelBuilder

/// The pool of earlier fakes (Shrivastava et al. 2017, section 2.3) as Zhu et al. 2017 fill it, one fake
/// after the other, in plain Swift.
private struct PlainPool {
  let size: Int
  private(set) var kept: [[Double]] = []

  /// What is shown in place of a new fake.
  ///
  /// - Parameters:
  ///   - swap: uniform on [0, 1): below ½ an old one is shown.
  ///   - place: uniform on [0, 1): which.
  mutating func shown(_ fake: [Double], swap: Double, place: Double) -> [Double] {
    if kept.count < size {
      kept.append(fake)
      return fake
    }
    if swap >= 0.5 { return fake }
    let index = min(Int(place * Double(size)), size - 1)
    defer { kept[index] = fake }
    return kept[index]
  }
}

@Suite struct ImagePoolTests {
  private static func game(_ pool: Int, second: Bool = false) throws -> Experiment {
    let other = """
      , again: {adversarial: {loss: {kind: wasserstein}, critic: eye, real: images, fake: made, critic_sees: {pool: 2}}}
      """
    return try generalGame(
      networks:
        "{generator: [{linear: 4}, {image: {channels: 1, size: 2}}], critic: [flatten, {linear: 1}]"
        + (second ? ", eye: [flatten, {linear: 1}]}" : "}"),
      values: "{made: generator(z)}",
      terms: """
        {game: {adversarial: {loss: {kind: wasserstein}, critic: critic, real: images, fake: made, critic_sees: {pool: \(pool)}}}\(second ? other : "")}
        """,
      moves: second
        ? "[{networks: [critic, eye], name: judges}, {networks: [generator]}]"
        : "[{networks: [critic]}, {networks: [generator]}]")
  }

  /// Sizes of pools, among them one less than a batch.
  @Test(arguments: [1, 2, 3, 7, 10])
  func thirtyRoundsOfAPoolAreThoseOfItsDefinition(_ size: Int) throws {
    var bench = try GameBench(try Self.game(size), batch: 3)
    var pool = PlainPool(size: size)
    let graph = bench.program.round(batch: 3, observing: true).graphs[0]
    #expect(graph.problems() == [])
    var swapped = 0
    for round in 0..<30 {
      bench.feeds["key"] = [5, 0, Double(round)]
      bench.feeds["real"] = (0..<12).map { Double(($0 * 7 + round) % 11) / 11 }
      let result = try bench.run(graph)
      let outputs = result.outputs
      let latents = try #require(outputs["0/latents"])
      let made = try bench.values(of: [.name("made")], ["latents": latents])
      let fakes = try #require(made)
      let swaps = try #require(outputs["0/pool/swap"])
      let places = try #require(outputs["0/pool/place"])
      #expect(swaps.count == 3 && places.count == 3)
      var shown: [[Double]] = []
      for index in 0..<3 {
        let fake = Array(fakes[(4 * index)..<(4 * index + 4)])
        shown.append(pool.shown(fake, swap: swaps[index], place: places[index]))
        swapped += shown[index] == fake ? 0 : 1
      }
      // The critic, E D(fake) − E D(real), is linear: its gradient is the difference of the means.
      let real = try #require(bench.feeds["real"])
      let wanted = (0..<4).map { pixel -> Double in
        let ofShown = shown.map { $0[pixel] }.reduce(0, +)
        let ofReal = (0..<3).map { real[4 * $0 + pixel] }.reduce(0, +)
        return (ofShown - ofReal) / 3
      }
      expectClose(
        outputs["0/gradient/critic.1.weight"], wanted, tolerance: 1e-12, "gradient \(round)")
      // The generator's move looks at what is made now.
      let weight = try #require(result.updates["critic.1.weight"])
      let bias = try #require(result.updates["critic.1.bias"])
      var score = 0.0
      for index in 0..<3 {
        score += bias[0]
        for (factor, pixel) in zip(weight, fakes[(4 * index)..<(4 * index + 4)]) {
          score += factor * pixel
        }
      }
      expectClose(outputs["1/loss"], [-score / 3], tolerance: 1e-12, "generator's loss \(round)")
      bench.states.merge(result.updates) { $1 }
      #expect(bench.states["loss.pool_count"] == [Double(pool.kept.count)])
      let kept = pool.kept.flatMap { $0 }
      expectClose(
        bench.states["loss.pool"].map { Array($0.prefix(kept.count)) }, kept, tolerance: 1e-12,
        "the pool after round \(round)")
    }
    #expect(pool.kept.count == size)
    // 90 fakes, of which half of those behind the first `size` are swapped.
    #expect(abs(Double(swapped) - Double(90 - size) / 2) < 18)
  }

  @Test func thePoolsOfTwoGamesAreTwo() throws {
    let bench = try GameBench(try Self.game(4, second: true), batch: 3)
    let kept = bench.program.states.filter { $0.role == .controller }
    #expect(
      kept.map { "\($0.name) \($0.network) \($0.type.shape)" } == [
        "loss.game.pool critic [4, 2, 2, 1]", "loss.game.pool_count critic []",
        "loss.again.pool eye [2, 2, 2, 1]", "loss.again.pool_count eye []",
      ])
    let outputs = try bench.run(bench.graph(["judges"])).outputs
    #expect(outputs["0/game/pool/swap"] != outputs["0/again/pool/swap"])
    let after = try bench.after(["judges"])
    #expect(after.states["loss.game.pool_count"] == [3])
    #expect(after.states["loss.again.pool_count"] == [2])
  }
}
