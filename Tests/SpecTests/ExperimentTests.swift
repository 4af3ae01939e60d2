import Testing

@testable import Spec

private func load(_ text: String, set: [String] = [], files: [String: String] = [:]) throws
  -> Experiment
{
  try loadExperiment(text: text, files: files, overrides: set, vocabulary: vocabulary).get()
}

private func generator(_ layers: String) throws -> [String] {
  let spec = """
    name: x
    data: {source: mnist}
    params: {width: 8, widths: [4, 8], slope: 0.3}
    architecture:
      generator: \(layers)
      discriminator: [flatten]
    loss: hinge
    optimizer: {kind: sgd, learning_rate: 1}
    schedule: {length: 1 epoch}
    """
  return try load(spec).twoPlayers!.architecture.generator.map(\.text)
}

@Test func aPlainSpecHasItsValuesAndTheDefaults() throws {
  let spec = try load(goodSpec)
  #expect(spec.name == "lsgan")
  #expect(spec.seed == 0)
  #expect(spec.data.source.name == "mnist")
  #expect(spec.data.size == 32)
  #expect(spec.data.batch == 512)
  #expect(spec.data.range == ValueRange(low: -1, high: 1))
  #expect(spec.twoPlayers!.latent.distribution == .normal(mean: 0, standardDeviation: 1))
  #expect(spec.twoPlayers!.labels == nil)
  #expect(spec.twoPlayers!.order == [.discriminator, .generator])
  #expect(spec.schedule.learningRate == nil)
  #expect(spec.record.samples?.grid == Grid(rows: 4, columns: 5))
  #expect(spec.record.checkpoint?.keepLast == 2)
  #expect(spec.guards.nonFinite == .stop)
  #expect(spec.sweep == nil)
  #expect(spec.warnings.isEmpty)
  #expect(spec.twoPlayers!.architecture.generator[2].origin.summary == "spec.yaml:7")
  #expect(spec.twoPlayers!.architecture.generator[2].position == "architecture.generator[2]")
}

@Test(arguments: [
  Written("[linear: 3]", ["linear: {units: 3, bias: true}"]),
  .init("[{linear: {units: 3, bias: no}}]", ["linear: {units: 3, bias: false}"]),
  .init("[relu, {relu: }, {relu: {}}]", ["relu", "relu", "relu"]),
  .init("[dropout]", ["dropout: {rate: 0.5}"]),
  .init("[image: {size: [4, 6]}]", ["image: {channels: 1, size: [4, 6]}"]),
  .init("[linear: \"${width * 2}\"]", ["linear: {units: 16, bias: true}"]),
  .init("[leaky_relu: \"${slope}\"]", ["leaky_relu: {slope: 0.3}"]),
  .init(
    "[{residual: [relu, {residual: [tanh]}]}]",
    ["residual: {layers: [relu, {residual: {layers: [tanh]}}]}"]),
  .init(
    "[{for: {w: [1, 2]}, do: [{linear: \"${w}\"}, relu]}]",
    [
      "linear: {units: 1, bias: true}", "relu", "linear: {units: 2, bias: true}", "relu",
    ]),
  .init(
    "[{for: {w: \"${widths}\", s: [0.1, 0.2]}, do: [{linear: \"${w}\"}, {leaky_relu: \"${s}\"}]}]",
    [
      "linear: {units: 4, bias: true}", "leaky_relu: {slope: 0.1}",
      "linear: {units: 8, bias: true}", "leaky_relu: {slope: 0.2}",
    ]),
  .init(
    "[{for: {a: [1, 2]}, do: [{for: {b: [10]}, do: [{linear: \"${a * b}\"}]}]}]",
    ["linear: {units: 10, bias: true}", "linear: {units: 20, bias: true}"]),
  .init(
    "[&a {linear: 3}, *a, {linear: &b {units: 4}}, {linear: {<<: *b, bias: off}}]",
    [
      "linear: {units: 3, bias: true}", "linear: {units: 3, bias: true}",
      "linear: {units: 4, bias: true}", "linear: {units: 4, bias: false}",
    ]),
  .init(
    "[&a {linear: &u {units: 1, bias: no}}, {linear: {<<: [{units: 7}, *u]}}]",
    ["linear: {units: 1, bias: false}", "linear: {units: 7, bias: false}"]),
])
func layersAreReadInEveryForm(_ layers: Written<[String]>) throws {
  #expect(try generator(layers.text) == layers.value)
}

@Test func positionsCountInTheUnrolledListAndMarksStayWhereTheyWereWritten() throws {
  let spec = goodSpec.replacing(
    "- linear: 1024",
    with: "- for: {w: [1, 2]}\n      do:\n        - linear: \"${w}\"\n        - residual: [relu]")
  let layers = try load(spec).twoPlayers!.architecture.generator
  #expect(layers[5].position == "architecture.generator[5]")
  #expect(layers[5].origin.summary == "spec.yaml:10 ".trimmingSuffix(" "))
  #expect(
    layers[6].record[Field<[Choice]>.layers("layers", "")][0].position.hasPrefix(layers[6].position)
  )
}

extension String {
  fileprivate func trimmingSuffix(_ suffix: String) -> String {
    hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
  }
}

@Test(arguments: [
  Written("{default: xavier}", "xavier | nil nil | nil | nil"),
  .init("{linear: xavier}", "torch | xavier nil | nil | nil"),
  .init(
    "{conv: {normal: 0.02}, batch_norm: {scale: {normal: [1, 0.02]}, bias: zeros}}",
    "torch | nil nil | normal: {mean: 0, standard_deviation: 0.02} | "
      + "normal: {mean: 1, standard_deviation: 0.02}"),
  .init(
    "{linear: {weight: {normal: }, bias: zeros}}",
    "torch | normal: {mean: 0, standard_deviation: 0.02} zeros | nil | nil"),
])
func initializersGoByKindOfLayer(_ initializers: Written<String>) throws {
  let spec = goodSpec.replacing(
    "architecture:", with: "architecture:\n  init: \(initializers.text)")
  let section = try load(spec).twoPlayers!.architecture.initializers
  func text(_ choice: Choice?) -> String { choice?.text ?? "nil" }
  #expect(
    "\(section.default.text) | \(text(section.linear.weight)) \(text(section.linear.bias)) | "
      + "\(text(section.conv.weight)) | \(text(section.batchNorm.weight))" == initializers.value)
}

@Test(arguments: [
  Written(
    "{kind: adam, learning_rate: 1, discriminator: {learning_rate: 2}}",
    [
      "{kind: adam, learning_rate: 1, betas: [0.9, 0.999], epsilon: 1.0e-08}",
      "{kind: adam, learning_rate: 2, betas: [0.9, 0.999], epsilon: 1.0e-08}",
    ]),
  .init(
    "{kind: adam, learning_rate: 1, betas: [0, 0.5], discriminator: {kind: sgd, momentum: 0.5}}",
    [
      "{kind: adam, learning_rate: 1, betas: [0, 0.5], epsilon: 1.0e-08}",
      "{kind: sgd, learning_rate: 1, momentum: 0.5}",
    ]),
  .init(
    "{generator: {kind: sgd, learning_rate: 1}, discriminator: {kind: sgd, learning_rate: 2}}",
    [
      "{kind: sgd, learning_rate: 1, momentum: 0}", "{kind: sgd, learning_rate: 2, momentum: 0}",
    ]),
])
func eachNetworkHasItsOptimizer(_ optimizer: Written<[String]>) throws {
  let spec = goodSpec.replacing(
    "{kind: adam, learning_rate: 2e-4, betas: [0.5, 0.999]}", with: optimizer.text)
  let section = try load(spec).twoPlayers!.optimizer
  #expect([section.generator.text, section.discriminator.text] == optimizer.value)
}

@Test func extendsMergesMapsAndReplacesListsAndUnsets() throws {
  let base = goodSpec + "\nlabels: {classes: 10, fake: random}\nlatent: {size: 7}"
  let child = """
    extends: ../shared/base.yaml
    name: child
    data: {batch: 64}
    labels: {fake: !unset }
    latent: !unset
    architecture:
      discriminator: [flatten]
    loss: {kind: cross_entropy, real: 0.9}
    """
  let spec = try loadExperiment(
    text: child, name: "experiments/child.yaml", files: ["shared/base.yaml": base],
    vocabulary: vocabulary
  ).get()
  #expect(spec.name == "child")
  #expect(spec.data.batch == 64)
  #expect(spec.data.size == 32)
  #expect(spec.twoPlayers!.labels?.fake == .data)
  #expect(spec.twoPlayers!.latent.size == 100)
  #expect(spec.twoPlayers!.architecture.discriminator.map(\.name) == ["flatten"])
  #expect(spec.twoPlayers!.architecture.generator.count == 6)
  #expect(spec.twoPlayers!.loss.text == "{kind: cross_entropy, real: 0.9, form: non_saturating}")
  #expect(spec.data.sizeOrigin.summary == "shared/base.yaml:2")
  #expect(spec.data.batchOrigin.summary == "experiments/child.yaml:3")
}

struct Change: Sendable, CustomTestStringConvertible {
  let set: [String]
  let expected: String
  let value: @Sendable (Experiment) -> String
  var testDescription: String { self.set.joined(separator: " ") }

  init(
    _ set: String..., gives expected: String, _ value: @escaping @Sendable (Experiment) -> String
  ) {
    self.set = set
    self.expected = expected
    self.value = value
  }
}

@Test(arguments: [
  Change("data.batch=64", gives: "64") { "\($0.data.batch)" },
  Change("data.batch=64", "data.batch=65", gives: "65") { "\($0.data.batch)" },
  Change("schedule.length=2 epochs", gives: "epochs(2)") { "\($0.schedule.length)" },
  Change("data.source={folder: faces/}", gives: "folder: {path: faces/}") { $0.data.source.text },
  Change("loss.kind=hinge", gives: "{kind: hinge}") { $0.twoPlayers!.loss.text },
  Change(
    "loss.scale=0.5", gives: "{kind: least_squares, real: 1, fake: 0, generator: 1, scale: 0.5}"
  ) { $0.twoPlayers!.loss.text },
  Change("optimizer.kind=sgd", gives: "{kind: sgd, learning_rate: 0.0002, momentum: 0}") {
    $0.twoPlayers!.optimizer.generator.text
  },
  Change("optimizer.generator.learning_rate=1", gives: "0.0002") {
    "\($0.twoPlayers!.optimizer.discriminator.record[Field<Double>.number("learning_rate", ""),])"
  },
  Change("architecture.generator[2].leaky_relu=0.1", gives: "leaky_relu: {slope: 0.1}") {
    $0.twoPlayers!.architecture.generator[2].text
  },
  Change("architecture.generator[5].image.size=28", gives: "image: {channels: 1, size: 28}") {
    $0.twoPlayers!.architecture.generator[5].text
  },
  Change("name=a=b", gives: "a=b") { $0.name },
  Change("name=a b", gives: "--set") { $0.root.origin(of: "name").summary },
  Change("labels={classes: 3}", gives: "3") { "\($0.twoPlayers!.labels?.classes ?? 0)" },
  Change("params={n: 3}", "data.batch=${n * 2}", gives: "6") { "\($0.data.batch)" },
])
func setLaysAValueOverTheFile(_ change: Change) throws {
  #expect(change.value(try load(goodSpec, set: change.set)) == change.expected)
}

@Test func droppedKeysOfAnotherKindAreWarnedOf() throws {
  let warnings = try load(goodSpec, set: ["optimizer.kind=sgd"]).warnings
  #expect(warnings.map(\.message) == ["`betas` of adam is no key of sgd: dropped"])
}

@Test func aKeyOfAnotherKindThatIsUnsetByNameIsNotWarnedOf() throws {
  let spec = try load(
    "extends: base.yaml\noptimizer: {kind: sgd, betas: !unset }\n", files: ["base.yaml": goodSpec])
  #expect(spec.warnings.map(\.message) == [])
  #expect(spec.twoPlayers!.optimizer.generator.name == "sgd")
}

@Test func byteOrderMarksAndWindowsLineEndsDoNotMatter() throws {
  let windows = "\u{FEFF}" + goodSpec.replacing("\n", with: "\r\n")
  let spec = try load(windows)
  #expect(spec.resolvedYAML(comments: true) == (try load(goodSpec)).resolvedYAML(comments: true))
}

@Test(arguments: [
  "axes: {loss.kind: [least_squares, hinge], latent.size: [16, 100]}",
  "axes: {optimizer.learning_rate: {log: [1.0e-5, 1.0e-3]}}\n  method: random",
  "linked: {recipe: [{loss.kind: hinge, schedule.discriminator_steps: 5}, {loss.kind: hinge, "
    + "schedule.discriminator_steps: 1}]}",
  "axes: {loss.kind: [hinge]}\n  when: [{if: 'loss.kind == \"hinge\"', axes: {loss.scale: [1, 2]}}]",
  "axes: {seed: [1]}\n  exclude: ['latent.size == 16 and data.batch == 512']\n  replicates: 3\n"
    + "  budget: {trials: 40, time: 8h}\n  on_failure: {retries: 1, stop_after: 3}",
  "axes: {params.w: [1, 2], 'architecture.generator[2].leaky_relu': [0.1, 0.2]}",
  "axes: {architecture.init.conv.normal.standard_deviation: [0.1], labels: [none, {classes: 3}]}",
])
func sweepsAreRecognised(_ sweep: String) throws {
  let spec = try load(goodSpec + "\nparams: {w: 1}\nsweep:\n  \(sweep)")
  #expect(try #require(spec.sweep).axes.isEmpty == false)
}

@Test(arguments: [
  goodSpec,
  goodSpec + "\nlatent: {distribution: uniform, low: -1}\nlabels: {classes: 10}",
  goodSpec.replacing("- tanh", with: "- residual: [relu, {residual: [tanh]}, {conv: 3}]"),
  goodSpec.replacing("architecture:", with: "architecture:\n  init: {conv: {normal: [0, 1]}}"),
  goodSpec + "\ndescription: \"1: a # ${\\x24\\x24{b} \\n\\\"q\\\" null\"",
  goodSpec + "\nrecord: {samples: none, checkpoint: none}\nguards: {max_time: 90 min, "
    + "min_free_disk: 1.5GB}\ndescription: |\n  two\n  lines",
  goodSpec.replacing("loss: least", with: "description: \"null\"\nloss: least"),
])
func theResolvedFileIsTheSameExperiment(_ text: String) throws {
  let text = text.replacing("${\\x24\\x24{b}", with: "\\x24\\x24{b}")
  let spec = try load(text)
  for comments in [true, false] {
    let again = try load(spec.resolvedYAML(comments: comments))
    #expect(again.resolvedYAML(comments: false) == spec.resolvedYAML(comments: false))
    #expect(again.resolvedJSON == spec.resolvedJSON)
  }
}

@Test func theResolvedFileSaysWhereEveryValueComesFrom() throws {
  let text =
    goodSpec.replacing("batch: 512", with: "batch: \"${b * 2}\"")
    + "\nparams: {b: 4}"
  let lines = try load(text, set: ["optimizer.learning_rate=1"]).resolvedYAML(comments: true)
    .split(separator: "\n")
  func comment(_ start: String) -> String? {
    lines.first { $0.drop { $0 == " " }.hasPrefix(start) }?.split(separator: "# ").last.map {
      String($0)
    }
  }
  #expect(comment("name:") == "spec.yaml:1")
  #expect(comment("seed:") == "default")
  #expect(comment("batch:") == "spec.yaml:2 ${b * 2}")
  #expect(comment("learning_rate:") == "--set")
  #expect(comment("- leaky_relu") == "spec.yaml:7")
  #expect(comment("- linear: {units: 128") == "spec.yaml:5, default: bias")
}

@Test func aSpecLoadsWellUnder20Milliseconds() throws {
  let seconds = try (0..<5).map { _ in
    let start = processorSeconds()
    _ = try load(goodSpec)
    return processorSeconds() - start
  }
  #expect(try #require(seconds.min()) < 0.020)
}
