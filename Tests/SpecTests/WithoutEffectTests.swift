import Testing

@testable import Spec

/// A spec in which something decides nothing, and what is said of it.
struct VainCase: CustomTestStringConvertible, Sendable {
  let name: String
  var text = goodSpec
  var files: [String: String] = [:]
  var set: [String] = []
  var sweeps: [String] = []
  let said: [String]
  var isError = false

  var testDescription: String { name }
}

private let split = goodSpec.replacing(
  "{kind: adam, learning_rate: 2e-4, betas: [0.5, 0.999]}",
  with: "{kind: adam, learning_rate: 1e-3, generator: {learning_rate: 2e-4}, "
    + "discriminator: {learning_rate: 4e-4}}")
private let ownRates =
  "optimizer: {generator: {learning_rate: 1}, discriminator: {learning_rate: 2}}"

private let cases: [VainCase] = [
  VainCase(
    name: "a rate that both networks override, in a file", text: split,
    said: [
      "`learning_rate` in optimizer decides nothing | discriminator and generator have their own | "
        + "optimizer.discriminator.learning_rate: 4e-4 (spec.yaml:15:111) wins; "
        + "optimizer.generator.learning_rate: 2e-4 (spec.yaml:15:73) wins"
    ]),
  VainCase(
    name: "the same by --set", text: split, set: ["optimizer.learning_rate=1e-5"],
    said: [
      "`learning_rate` in optimizer decides nothing | discriminator and generator have their own | "
        + "optimizer.discriminator.learning_rate: 4e-4 (spec.yaml:15:111) wins; "
        + "optimizer.generator.learning_rate: 2e-4 (spec.yaml:15:73) wins"
    ]),
  VainCase(
    name: "a rate that one network overrides",
    text: goodSpec.replacing("betas:", with: "generator: {learning_rate: 1}, betas:"), said: []),
  VainCase(
    name: "a rate of a file below, overridden above", text: "extends: base.yaml\n" + ownRates,
    files: ["base.yaml": goodSpec], said: []),
  VainCase(
    name: "a rate above that a file below overrides",
    text: "extends: base.yaml\noptimizer: {learning_rate: 3}",
    files: ["base.yaml": split],
    said: [
      "`learning_rate` in optimizer decides nothing | discriminator and generator have their own | "
        + "optimizer.discriminator.learning_rate: 4e-4 (base.yaml:15:111) wins; "
        + "optimizer.generator.learning_rate: 2e-4 (base.yaml:15:73) wins"
    ]),
  VainCase(
    name: "a kind that both networks override",
    text: goodSpec.replacing(
      "betas: [0.5, 0.999]",
      with: "generator: {kind: sgd}, discriminator: {kind: sgd}"),
    said: [
      "`kind` in optimizer decides nothing | discriminator and generator have their own | "
        + "optimizer.discriminator.kind: sgd (spec.yaml:15:92) wins; "
        + "optimizer.generator.kind: sgd (spec.yaml:15:64) wins"
    ]),
  VainCase(
    name: "a key that only one network can have and it has its own",
    text: goodSpec.replacing(
      "betas: [0.5, 0.999]",
      with: "betas: [0.5, 0.999], generator: {betas: [0, 0.9]}, discriminator: {kind: sgd}"),
    said: [
      "`betas` in optimizer decides nothing | generator has its own, and nobody else takes it | "
        + "optimizer.generator.betas: [0, 0.9] (spec.yaml:15:86) wins"
    ]),
  VainCase(
    name: "a key that is set twice", set: ["data.batch=64", "data.batch=65"],
    said: [
      "`data.batch` is set here and decides nothing | what comes later wins: --set data.batch=65 | "
    ]),
  VainCase(
    name: "a key that is set, and then the whole around it",
    set: ["loss.scale=3", "loss=hinge"],
    said: [
      "`loss.scale` is set here and decides nothing | what comes later wins: --set loss=hinge | "
    ]),
  VainCase(
    name: "keys of one section that are set", set: ["latent.size=3", "latent={mean: 1}"], said: []),
  VainCase(
    name: "a section that is set to nothing", text: goodSpec + "\nguards: {max_time: 2h}",
    set: ["guards="],
    said: ["`guards` is set here and decides nothing | there is nothing behind `=` | "]),
  VainCase(name: "what is unset", set: ["loss=hinge", "data.size=!unset"], said: []),
  VainCase(
    name: "a key of one optimizer, and then another optimizer",
    set: ["optimizer.betas=!unset", "optimizer.epsilon=1e-7", "optimizer.kind=sgd"],
    said: ["`epsilon` of adam is no key of sgd: dropped |  | "]),
  VainCase(
    name: "a parameter that nothing asks for", text: goodSpec + "\nparams: {width: 3}",
    set: ["params.width=4"],
    said: ["the parameter `width` decides nothing | no `${width}` asks for it | "]),
  VainCase(
    name: "parameters that are asked for, one by the other",
    text: goodSpec.replacing("linear: 128", with: "linear: ${a}") + "\nparams: {a: '${b}', b: 3}",
    said: []),
  VainCase(
    name: "a parameter that only a sweep asks for",
    text: goodSpec + "\nparams: {tag: a}\nsweep: {axes: {params.tag: [a, b]}, "
      + "when: [{if: 'params.tag == \"a\"', axes: {seed: [1, 2]}}]}",
    said: []),
  VainCase(
    name: "a key that is set and swept", set: ["latent.size=5"], sweeps: ["latent.size=[4, 6]"],
    said: [
      "this is set, and the sweep varies `latent.size`: the axis would win | "
        + "for one value alone write --sweep 'latent.size=[5]' | "
    ], isError: true),
  VainCase(
    name: "a key inside of one that is swept", set: ["loss.scale=5"], sweeps: ["loss=[hinge]"],
    said: [
      "this is set, and the sweep varies `loss`: the axis would win | "
        + "for one value alone write --sweep 'loss=[…]' | "
    ], isError: true),
  VainCase(
    name: "a key beside one that is swept", set: ["loss.scale=5"], sweeps: ["latent.size=[4, 6]"],
    said: []),
  VainCase(
    name: "an axis that is given twice", sweeps: ["latent.size=[4]", "latent.size=[6]"],
    said: ["`latent.size` is varied by --sweep twice | write all its values in one list | "],
    isError: true),
]

@Test(arguments: cases)
func whatDecidesNothingIsSaidWithWhatWins(_ vain: VainCase) {
  let result = loadExperiment(
    text: vain.text, files: vain.files, overrides: vain.set, sweeps: vain.sweeps,
    vocabulary: vocabulary)
  let found: [Diagnostic]
  switch result {
  case .success(let experiment):
    found = experiment.warnings
    #expect(!vain.isError)
    #expect(found.allSatisfy { $0.isWithoutEffect && $0.severity == .warning })
  case .failure(let diagnostics):
    found = diagnostics.entries
    #expect(vain.isError)
  }
  #expect(
    found.map { "\($0.message) | \($0.label ?? "") | \($0.notes.joined(separator: "; "))" }
      == vain.said)
}

@Test func anAxisThatDecidesNothingInATrialIsKnownByItsPath() throws {
  let experiment = try loadExperiment(
    text: split, sweeps: ["optimizer.learning_rate=[1, 2]", "seed=[1]"], vocabulary: vocabulary
  ).get()
  let sweep = try #require(experiment.sweep)
  for point in try sweep.points(seed: 0) {
    let trial = try sweep.experiment(at: point, seed: 0)
    #expect(sweep.pathsWithoutEffect(trial.warnings) == ["optimizer.learning_rate"])
    let said = sweep.axisWithoutEffect("optimizer.learning_rate", trial.warnings)
    #expect(
      said.message
        == "the axis `optimizer.learning_rate` decides nothing: its trials would all be the same")
    #expect(said.notes.count == 2 && said.origin.source.name == "--sweep")
  }
}
