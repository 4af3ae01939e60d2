import Testing

@testable import Spec

/// A line that another program's words have found their way into, and the hint.
private let hints: [Written<String>] = [
  .init("learning_rate: 1e-3", "`learning_rate` belongs in optimizer"),
  .init("lr: 1e-3", "here it is `optimizer.learning_rate`"),
  .init("batch_size: 3", "here it is `data.batch`"),
  .init("epochs: 3", "here it is `schedule.length`"),
  .init("z_dim: 3", "here it is `latent.size`"),
  .init("nz: 3", "here it is `latent.size`"),
  .init("n_critic: 5", "here it is `schedule.discriminator_steps`"),
  .init("optim: adam", "here it is `optimizer`"),
  .init("dataa: 3", "did you mean `data`?"),
  .init("latent: {z_dim: 3}", "did you mean `size`?"),
  .init("latent: {lr: 3}", "here it is `optimizer.learning_rate`"),
  .init("guards: {keep: 3}", "`keep` belongs in record.checkpoint"),
  .init("architecture: {generator: [lrelu], discriminator: [tanh]}", "did you mean `leaky_relu`?"),
  .init("architecture: {generator: [Dense], discriminator: [tanh]}", "did you mean `linear`?"),
  .init(
    "architecture: {generator: [nn.BatchNorm2d], discriminator: [tanh]}",
    "did you mean `batch_norm`?"),
  .init(
    "architecture: {generator: [{Conv2d: 3}], discriminator: [tanh]}", "did you mean `conv`?"),
  .init(
    "architecture: {generator: [{conv: {out_channels: 3}}], discriminator: [tanh]}",
    "did you mean `channels`?"),
  .init(
    "architecture: {generator: [{leaky_relu: {negative_slope: 3}}], discriminator: [tanh]}",
    "did you mean `slope`?"),
  .init("architecture: {generator: [hinge], discriminator: [tanh]}", "`hinge` is a loss"),
  .init("architecture: {generator: [adam], discriminator: [tanh]}", "`adam` is an optimizer"),
]

@Test(arguments: hints)
func aHintLeadsToWhatMeansTheSame(_ hint: Written<String>) {
  let key = hint.text.prefix { $0 != ":" }
  let others = goodSpec.split(separator: "\n").drop { !$0.hasPrefix("loss") }
  let text =
    key == "architecture"
    ? "name: a\ndata: {source: mnist}\n\(hint.text)\n\(others.joined(separator: "\n"))"
    : goodSpec + "\n" + hint.text
  guard case .failure(let found) = loadExperiment(text: text, vocabulary: vocabulary) else {
    Issue.record("it was taken")
    return
  }
  #expect(found.entries.compactMap(\.label).contains(hint.value), "\(found.rendered())")
}

@Test(arguments: [
  ("networks: [critic]", "network: [critic]", "did you mean `networks`?"),
  ("networks: [critic]", "models: [critic]", "did you mean `networks`?"),
  ("optimizer: {kind", "n_critic: 5\noptimizer: {kind", "here it is `moves`"),
  ("optimizer: {kind", "z_dim: 5\noptimizer: {kind", "here it is `latents`"),
  ("optimizer: {kind", "num_classes: 5\noptimizer: {kind", "here it is `latents`"),
  ("optimizer: {kind", "lr_d: 5\noptimizer: {kind", "here it is `moves`"),
  ("optimizer: {kind", "lr: 5\noptimizer: {kind", "here it is `optimizer.learning_rate`"),
  ("adversarial:", "gan_loss:", "did you mean `adversarial`?"),
  ("from: horses", "target: horses", "did you mean `from`?"),
])
func aHintInAGameLeadsToItsOwnKeys(_ old: String, _ new: String, _ label: String) {
  let text = goodGame.replacing(old, with: new)
  guard case .failure(let found) = loadExperiment(text: text, vocabulary: generalWords) else {
    Issue.record("it was taken")
    return
  }
  #expect(found.entries.compactMap(\.label).contains(label), "\(found.rendered())")
}
