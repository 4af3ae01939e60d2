import Conformance
import TensorCore

/// One round (a critic move, then a generator move with the critic's new parameters) of a GAN of
/// linear layers as one graph, with batch norm in training mode, cross entropy and Adam.
struct Recipe {
  var latent = 100
  var generator = [128, 256, 512, 1024]
  var image = 1024
  var critic = [1024, 512, 256]
  var batch = 512
  /// The critic sees real images and fakes in one pass.
  var isJoint = false

  static let gan = Recipe()
  static let gan784 = Recipe(generator: [128], image: 784, critic: [128], batch: 128)
  static let medium = Recipe(
    latent: 20, generator: [64, 160], image: 300, critic: [200, 70], batch: 64)
  static let small = Recipe(latent: 7, generator: [12, 33], image: 20, critic: [40, 9], batch: 6)

  struct State {
    let name: String
    let shape: Shape
  }

  final class Construction {
    let builder = GraphBuilder()
    var states: [State] = []
    var updates: [(name: String, value: Value)] = []
    func state(_ name: String, _ shape: Shape) -> Value {
      states.append(State(name: name, shape: shape))
      return builder.state(name, shape)
    }
  }

  struct Layer {
    var weight: Value
    var bias: Value
    var gamma: Value?
    var beta: Value?
    var parameters: [Value] { [weight, bias] + [gamma, beta].compactMap { $0 } }
    func replacing(_ new: [Value]) -> Layer {
      Layer(
        weight: new[0], bias: new[1], gamma: gamma == nil ? nil : new[2],
        beta: beta == nil ? nil : new[3])
    }
  }

  private func layers(
    _ c: Construction, _ player: String, from: Int, _ widths: [Int], normalized: Bool
  ) -> [Layer] {
    var input = from
    return widths.enumerated().map { index, width in
      defer { input = width }
      let name = "\(player).\(index)"
      let isNormalized = normalized && index < widths.count - 1
      return Layer(
        weight: c.state("\(name).weight", [input, width]), bias: c.state("\(name).bias", [width]),
        gamma: isNormalized ? c.state("\(name).gamma", [width]) : nil,
        beta: isNormalized ? c.state("\(name).beta", [width]) : nil)
    }
  }

  private func forward(_ x: Value, _ layers: [Layer]) -> Value {
    var x = x
    for (index, layer) in layers.enumerated() {
      var y = x.matmul(layer.weight)
      y = y + layer.bias.broadcastChannels(to: y.shape)
      if let gamma = layer.gamma, let beta = layer.beta {
        let mean = y.mean(axes: [0]).broadcastChannels(to: y.shape)
        let centered = y - mean
        let scale = (centered.squared.mean(axes: [0]) + 1e-5).reciprocalSquareRoot
        y =
          centered * (scale * gamma).broadcastChannels(to: y.shape)
          + beta.broadcastChannels(to: y.shape)
      }
      if index < layers.count - 1 {
        y = y.compared(.greater, to: 0).select(y, else: y * 0.2)
      }
      x = y
    }
    return x
  }

  /// Adam as PyTorch has it (Kingma and Ba, 2015); returns the new parameters.
  private func adam(
    _ c: Construction, _ player: String, _ layers: [Layer], _ gradients: [Value]
  ) -> [Layer] {
    let (beta1, beta2) = (0.5, 0.999)
    let step = c.state("\(player).step", []) + 1
    c.updates.append(("\(player).step", step))
    let one = c.builder.constant(1)
    let correction1 = one - c.builder.constant(beta1).power(step)
    let correction2 = (one - c.builder.constant(beta2).power(step)).squareRoot
    let rate = c.builder.constant(2e-4) / correction1
    var gradients = gradients[...]
    return layers.map { layer in
      layer.replacing(
        layer.parameters.map { parameter in
          let gradient = gradients.removeFirst()
          guard case .input(let name, _, _) = parameter.node.op else { return parameter }
          let m = c.state("\(name).m", parameter.shape) * beta1 + gradient * (1 - beta1)
          let v = c.state("\(name).v", parameter.shape) * beta2 + gradient.squared * (1 - beta2)
          let new = parameter - rate * (m / (v.squareRoot / correction2 + 1e-8))
          c.updates += [("\(name).m", m), ("\(name).v", v), (name, new)]
          return new
        })
    }
  }

  func build() -> (graph: Graph, states: [State]) {
    let c = Construction()
    let b = c.builder
    let g = layers(c, "generator", from: latent, generator + [image], normalized: true)
    let d = layers(c, "critic", from: image, critic + [1], normalized: false)
    let real = b.feed("real", [batch, image])
    let fake = forward(b.feed("latents", [batch, latent]), g).tanh
    let criticLoss: Value
    if isJoint {
      let scores = forward(real.concatenated(with: fake, axis: 0), d)
      criticLoss =
        scores.slice(axis: 0, 0..<batch).negated.softplus.mean()
        + scores.slice(axis: 0, batch..<2 * batch).softplus.mean()
    } else {
      criticLoss = forward(real, d).negated.softplus.mean() + forward(fake, d).softplus.mean()
    }
    let criticGradients = b.gradient(of: criticLoss, withRespectTo: d.flatMap(\.parameters))
    let newCritic = adam(c, "critic", d, criticGradients)
    let generatorLoss = forward(fake, newCritic).negated.softplus.mean()
    let gradients = b.gradient(
      of: generatorLoss, withRespectTo: g.flatMap(\.parameters),
      holding: newCritic.flatMap(\.parameters))
    _ = adam(c, "generator", g, gradients)
    let graph = b.finish(
      outputs: [("critic loss", criticLoss), ("generator loss", generatorLoss)],
      updates: c.updates)
    return (graph, c.states)
  }

  /// A session with random parameters (or zeros), and the round with its feeds in place.
  func prepare(
    on backend: any Backend, seed: UInt64 = 1, isRandom: Bool = true
  ) throws -> (session: any Session, round: any Executable, states: [State]) {
    let (graph, states) = build()
    var trial = GraphTrial(seed: seed)
    let session = try backend.makeSession(states: states.map { ($0.name, TensorType($0.shape)) })
    for state in states where isRandom {
      let fan = Float(state.shape.rank == 2 ? state.shape[0] : 1).squareRoot()
      let isMoment = state.name.hasSuffix(".m") || state.name.hasSuffix(".v")
      let range: ClosedRange<Float> =
        state.name.hasSuffix(".gamma")
        ? 1...1
        : isMoment || state.name.hasSuffix(".step")
          ? 0...0
          : -1 / fan...1 / fan
      try session.write(
        state.name, HostTensor(state.shape, trial.numbers(state.shape.count, in: range)))
    }
    let round = try session.compile(graph)
    for (name, count) in [("real", batch * image), ("latents", batch * latent)] {
      try round.feed(
        name,
        array: isRandom
          ? trial.numbers(count, in: -1...1) : [Float](repeating: 0.5, count: count))
    }
    return (session, round, states)
  }
}
