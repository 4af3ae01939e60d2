import Testing

@testable import Spec

/// A line that another program's words have found their way into, and the hint.
private let hints: [Written<String>] = [
  .init("learning_rate: 1e-3", "`learning_rate` belongs in optimizer"),
  .init("lr: 1e-3", "here it is `optimizer.learning_rate`"),
  .init("batch_size: 3", "here it is `data.batch`"),
  .init("epochs: 3", "here it is `schedule.length: 3 epochs`"),
  .init("total_kimg: 25000", "here it is `schedule.length: 25M images`"),
  .init("max_steps: 5e4", "here it is `schedule.length: 50k steps`"),
  .init("num_workers: 4", "data are read beside the work; there is nothing to say"),
  .init("device: cuda", "what computes is said on the command line: --device"),
  .init("z_dim: 3", "here it is `latent.size`"),
  .init("nz: 3", "here it is `latent.size`"),
  .init("n_critic: 5", "here it is `schedule.discriminator_steps`"),
  .init("optim: adam", "here it is `optimizer`"),
  .init("dataa: 3", "did you mean `data`?"),
  .init("latent: {z_dim: 3}", "did you mean `size`?"),
  .init("latent: {lr: 3}", "here it is `optimizer.learning_rate`"),
  .init("latent: {type: gaussian}", "did you mean `distribution`?"),
  .init("latent: {size: 3, distribution: gaussian}", "did you mean `normal`?"),
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

/// How long something goes on, as others write it.
@Test(arguments: [
  ("20", "write `20 epochs` or `20 steps`"), ("1e5", "did you mean `100k steps`?"),
  ("20 kimg", "did you mean `20k images`?"), ("25000kimg", "did you mean `25M images`?"),
  ("1000 iterations", "did you mean `1000 steps`?"), ("30ep", "did you mean `30 epochs`?"),
  ("1.5M imgs", "did you mean `1500k images`?"), ("10k its", "did you mean `10k steps`?"),
  ("20 weeks", nil), ("soon", nil),
])
func aLengthIsToldInItsOwnUnits(_ written: String, _ label: String?) throws {
  let text = goodSpec.replacing(/length: [^,}\n]*/, with: "length: \(written)")
  try #require(text != goodSpec)
  guard case .failure(let found) = loadExperiment(text: text, vocabulary: vocabulary) else {
    Issue.record("it was taken")
    return
  }
  #expect(found.entries.count == 1 && found.entries[0].label == label, "\(found.rendered())")
}

/// A key that stands for a required one is one error, and so is a missing `kind`.
@Test(arguments: [
  ("length: 200 epochs", "n_epochs: 200", "did you mean `length: 200 epochs`?"),
  ("kind: adam", "type: adam", "did you mean `kind`?"),
])
func whatWasMeantIsNotMissingToo(_ old: String, _ new: String, _ label: String) throws {
  let text = goodSpec.replacing(old, with: new)
  try #require(text != goodSpec)
  guard case .failure(let found) = loadExperiment(text: text, vocabulary: vocabulary) else {
    Issue.record("it was taken")
    return
  }
  #expect(found.entries.map(\.label) == [label], "\(found.rendered())")
}

@Test(arguments: [
  ("./photos", "did you mean `{folder: ./photos}`?"),
  ("~/faces.zip", "did you mean `{folder: ~/faces.zip}`?"),
  ("celeba", "did you mean `{folder: celeba}`?"), ("a.npz", "did you mean `{numpy: a.npz}`?"),
  ("MNIST", "did you mean `mnist`?"),
  ("zebras", "for pictures of your own write `{folder: zebras}`"),
])
func whatIsNoSourceIsToldAsAFolder(_ word: String, _ label: String) throws {
  let sources = ["mnist", "folder", "numpy"].map { Declaration($0, "") }
  let words = Vocabulary([.source: sources])
  guard case .failure(let found) = loadChoice("'\(word)'", .source, vocabulary: words) else {
    Issue.record("it was taken")
    return
  }
  #expect(found.entries.map(\.label) == [label], "\(found.rendered())")
}

@Test func aListIsShownOnceBelowSeveralErrors() {
  let text = goodSpec + "\nlr: 1\nnz: 2\nshuffle: true\n"
  guard case .failure(let found) = loadExperiment(text: text, vocabulary: vocabulary) else {
    Issue.record("it was taken")
    return
  }
  #expect(found.entries.count == 3)
  #expect(found.rendered().split(separator: "keys here: ").count == 2)
}
