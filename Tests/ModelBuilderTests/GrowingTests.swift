import Foundation
import Spec
import TensorCore
import Testing

@testable import ModelBuilder

/// Both networks with levels of 2×2, 4×4 and 8×8 pixels.
struct GrowingNetworks {
  var generator = """
    [{linear: 8}, tanh, {image: {channels: 2, size: 2}},
     {grow: {to_image: [{conv: {channels: 1, kernel: 1}}]}},
     {grow: {layers: [upsample, {conv: {channels: 3, padding: 1}}, softplus],
             to_image: [{conv: {channels: 1, kernel: 1}}, tanh]}},
     {grow: {layers: [{conv_transpose: {channels: 2, kernel: 4, stride: 2, padding: 1}}, softplus],
             to_image: [{conv: {channels: 1, padding: 1}}]}}]
    """
  var discriminator = """
    [{grow: {from_image: [{conv: {channels: 2, kernel: 1}}, tanh],
             layers: [{conv: {channels: 3, padding: 1}}, softplus, average_pool]}},
     {grow: {from_image: [{conv: {channels: 3, kernel: 1}}],
             layers: [softplus, {conv: {channels: 2, kernel: 2, stride: 2}}]}},
     {grow: {from_image: [{conv: {channels: 2, kernel: 1}}, tanh]}},
     minibatch_stddev, flatten, {linear: 3}, softplus, {linear: 1}]
    """
  var growing = "{fade: 100 images, stable: 100 images}"
  var length = "900 images"
  var schedule = ""
  var loss = "{kind: wasserstein, drift: 0.1}"
  var rest = "penalties: [{gradient_penalty: 2}]"
  var size = 8

  var experiment: Experiment {
    get throws {
      try smallGame(
        generator: generator.replacing("\n", with: " "),
        discriminator: discriminator.replacing("\n", with: " "), loss: loss,
        schedule: "{length: \(length), growing: \(growing)\(schedule)}", rest: rest)
    }
  }

  var program: TrainingProgram {
    get throws {
      try TrainingProgram(
        try experiment, images: ImageFormat(channels: 1, height: size, width: size))
    }
  }
}

extension TrainingProgram {
  /// Numbers between −1 and 1 for every state; positive ones for statistics and what is counted.
  fileprivate var someStates: [String: [Double]] {
    var angle = 0.0
    return Dictionary(
      uniqueKeysWithValues: states.map { state in
        let values = (0..<state.type.shape.count).map { _ in
          angle += 1
          return state.role == .optimizer ? 0 : sin(angle * 1.3)
        }
        return (state.name, values)
      })
  }
}

private func numbers(_ count: Int, phase: Double = 0) -> [Double] {
  (0..<count).map { cos(Double($0) * 0.7 + phase) }
}

private func stage(_ level: Int, fading: Bool = false) -> GrowthStage {
  GrowthStage(level: level, isFading: fading)
}

@Suite struct GrowingTests {
  private func samples(
    _ program: TrainingProgram, at stage: GrowthStage, alpha: Double? = nil
  ) throws -> [Double] {
    let graph = program.sampler(count: 3, at: stage)
    #expect(graph.problems() == [])
    var feeds = ["latents": numbers(9)]
    feeds[GrowthStage.alphaFeed] = alpha.map { [$0] }
    return try #require(
      try Reference.evaluate(graph, feeds: feeds, states: program.someStates).outputs["samples"])
  }

  @Test(arguments: [1, 2])
  func aFadeBeginsAtTheEnlargedImagesOfTheLevelBelowAndEndsAtItsOwn(
    _ level: Int
  ) throws {
    let program = try GrowingNetworks().program
    let (below, own) = (
      try samples(program, at: stage(level - 1)), try samples(program, at: stage(level))
    )
    #expect(below != own)
    #expect(try samples(program, at: stage(level, fading: true), alpha: 0) == below)
    #expect(try samples(program, at: stage(level, fading: true), alpha: 1) == own)
    let half = try samples(program, at: stage(level, fading: true), alpha: 0.5)
    expectClose(half, zip(below, own).map { ($0 + $1) / 2 }, "half-way")
  }

  /// Losses of a whole round on given images, at a stage.
  private func losses(
    _ program: TrainingProgram, at stage: GrowthStage, alpha: Double? = nil, _ real: [Double]
  ) throws -> [String: [Double]] {
    let graph = program.round(batch: 2, at: stage).graphs[0]
    #expect(graph.problems() == [])
    var feeds = ["real": real, "key": [1, 2, 3]]
    feeds[GrowthStage.alphaFeed] = alpha.map { [$0] }
    return try Reference.evaluate(graph, feeds: feeds, states: program.someStates).outputs
  }

  @Test(arguments: [1, 2])
  func atBothEndsOfAFadeTheGameIsThatOfALevelAlone(_ level: Int) throws {
    let program = try GrowingNetworks().program
    let real = numbers(2 * 64)
    for (alpha, alone) in [(0.0, level - 1), (1, level)] {
      let fading = try losses(program, at: stage(level, fading: true), alpha: alpha, real)
      let steady = try losses(program, at: stage(alone), real)
      // The penalty is on the slope in each pixel: of the enlarged image, which is a quarter of that
      // in a pixel of the small one at four places.
      for name in ["0/real_score", "0/fake_score"] {
        expectClose(fading[name], try #require(steady[name]), "\(name) at \(alpha)")
      }
      if alpha == 1 {
        for name in ["0/loss", "1/loss"] {
          expectClose(fading[name], try #require(steady[name]), name)
        }
      }
    }
  }

  @Test func theCriticSeesTheDataAveragedDownAndInAFadeBlendedWithLessOfThem()
    throws
  {
    let program = try GrowingNetworks().program
    let growth = try #require(program.growth)
    let real = numbers(64)
    func seen(_ stage: GrowthStage, _ alpha: Double? = nil) throws -> [Double] {
      let builder = GraphBuilder()
      let images = growth.seen(builder.feed("real", [1, 8, 8, 1]), in: stage)
      var feeds = ["real": real]
      feeds[GrowthStage.alphaFeed] = alpha.map { [$0] }
      let graph = builder.finish(outputs: [("seen", images)], updates: [])
      return try #require(try Reference.evaluate(graph, feeds: feeds, states: [:]).outputs["seen"])
    }
    func averaged(_ images: [Double], _ size: Int) -> [Double] {
      (0..<(size * size / 4)).map { place in
        let (row, column) = (place / (size / 2) * 2, place % (size / 2) * 2)
        let first = row * size + column
        let (above, below) = (
          images[first...(first + 1)], images[(first + size)...(first + size + 1)]
        )
        return (above.reduce(0, +) + below.reduce(0, +)) / 4
      }
    }
    func doubled(_ images: [Double], _ size: Int) -> [Double] {
      (0..<(4 * size * size)).map { place in
        let (row, column) = (place / (2 * size), place % (2 * size))
        return images[row / 2 * size + column / 2]
      }
    }
    let (four, two) = (averaged(real, 8), averaged(averaged(real, 8), 4))
    expectClose(try seen(stage(2)), real, "8×8")
    expectClose(try seen(stage(1)), four, "4×4")
    expectClose(try seen(stage(0)), two, "2×2")
    #expect(try seen(stage(2, fading: true), 1) == real)
    expectClose(try seen(stage(2, fading: true), 0), doubled(four, 4), "8×8, as a fade begins")
    expectClose(
      try seen(stage(1, fading: true), 0.25),
      zip(doubled(two, 2), four).map { 0.75 * $0 + 0.25 * $1 }, "4×4, a quarter in")
  }

  /// Of the first move of a round, whose loss is that of the parameters as they are given.
  @Test(arguments: [Spec.Player.discriminator, .generator], [0.3, 0.8])
  func gradientsOfAFadeAreThoseOfDifferences(
    _ player: Spec.Player, _ alpha: Double
  ) throws {
    var networks = GrowingNetworks()
    if player == .generator { networks.schedule = ", order: [generator, discriminator]" }
    let program = try networks.program
    for level in [1, 2] {
      let graph = program.round(batch: 2, observing: true, at: stage(level, fading: true)).graphs[0]
        .withDrawsFed()
      #expect(graph.problems() == [])
      var feeds = ["real": numbers(2 * 64), "key": [1, 2, 3], GrowthStage.alphaFeed: [alpha]]
      for node in graph.inputs(.feed) where node.name.hasPrefix("draw") {
        feeds[node.name] = numbers(node.type.shape.count, phase: 2).map { ($0 + 1) / 2 }
      }
      let states = program.someStates
      let outputs = try Reference.evaluate(graph, feeds: feeds, states: states).outputs
      let moving = outputs.keys.filter { $0.hasPrefix("0/gradient/") }
        .map { String($0.dropFirst("0/gradient/".count)) }
      #expect(moving.contains { $0.contains("to_image") || $0.contains("from_image") })
      for name in moving {
        let gradient = try #require(outputs["0/gradient/\(name)"])
        let direction = numbers(gradient.count, phase: 1)
        func loss(_ length: Double) throws -> Double {
          var states = states
          states[name] = zip(states[name] ?? [], direction).map { $0 + length * $1 }
          return try Reference.evaluate(graph, feeds: feeds, states: states).outputs["0/loss"]?[0]
            ?? .nan
        }
        let along = zip(gradient, direction).map { $0 * $1 }.reduce(0, +)
        let difference = (try loss(1e-5) - loss(-1e-5)) / 2e-5
        #expect(abs(along - difference) <= 1e-6 * max(1, abs(difference)), "\(name)")
      }
    }
  }

  @Test func allLevelsAreThereFromTheStartAndAStageMovesWhatPlaysInIt() throws {
    let program = try GrowingNetworks().program
    let parameters = program.states.filter { $0.role == .parameter }.map(\.name)
    for name in [
      "generator.3.to_image.0.weight", "generator.5.0.weight",
      "discriminator.0.from_image.0.weight",
      "discriminator.2.from_image.0.bias", "discriminator.5.weight",
    ] {
      #expect(parameters.contains(name))
    }
    #expect(parameters.count == Set(parameters).count)
    for name in program.networks {
      #expect(program.summary(of: name).parameters == program.parameterCount(of: name))
    }
    func moved(_ stage: GrowthStage) -> Set<String> {
      Set(program.round(batch: 2, at: stage).graphs.flatMap(\.updates).map(\.name))
        .intersection(parameters)
    }
    let ofFirst = moved(stage(0))
    #expect(
      ofFirst.filter { $0.hasPrefix("generator") }.sorted() == [
        "generator.0.bias", "generator.0.weight", "generator.3.to_image.0.bias",
        "generator.3.to_image.0.weight",
      ])
    #expect(moved(stage(1, fading: true)).isSuperset(of: ofFirst))
    #expect(!moved(stage(1)).contains("generator.3.to_image.0.weight"))
    #expect(!moved(stage(1)).contains("discriminator.2.from_image.0.weight"))
    #expect(!moved(stage(1)).contains("generator.5.0.weight"))
    #expect(moved(stage(2)).contains("generator.5.0.weight"))
    let all = try #require(program.growth).stages.reduce(into: Set<String>()) {
      $0.formUnion(moved($1))
    }
    #expect(all == Set(parameters))
    // What begins anew: moments and steps, and not how often the average has moved.
    var averaging = GrowingNetworks()
    averaging.schedule = ", ema: 0.9"
    let memory = try averaging.program.optimizerMemory.map(\.name)
    #expect(memory == ["optimizer.generator.step", "optimizer.discriminator.step"])
  }

  @Test func aStageCostsWhatItsNetworksDo() throws {
    let program = try GrowingNetworks().program
    let costs = try #require(program.growth).stages.map { program.cost(of: "generator", at: $0) }
    // 3·8 + 8 and 2 + 1; then 2·3·9 + 3 and 3 + 1; then 3·2·16 + 2 and 2·9 + 1.
    #expect(costs.map(\.parameters) == [35, 96, 93, 210, 206])
    #expect(costs[4].flops == program.summary(of: "generator").flops)
    #expect(
      program.cost(of: "discriminator", at: stage(2)).flops
        == program.summary(of: "discriminator").flops)
  }

  @Test func aResolvedFileWithLevelsIsASpecOfItsOwn() throws {
    var networks = GrowingNetworks()
    networks.growing = "{fade: [1k images, 2k images], stable: 3 epochs, reset_optimizer: levels}"
    let resolved = try networks.experiment.resolvedYAML(comments: false)
    #expect(resolved.contains("fade: [1000 images, 2000 images]\n    stable: 3 epochs\n"))
    let again = try loadExperiment(text: resolved, vocabulary: vocabulary).get()
    #expect(again.resolvedYAML(comments: false) == resolved)
    #expect(again.twoPlayers!.growing?.reset == .levels)
  }
}
