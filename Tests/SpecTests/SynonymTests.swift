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
