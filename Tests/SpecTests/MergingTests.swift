import Testing

@testable import Spec

/// What stands below, what is laid over it by a file that extends it or by `--set`, and what a place of
/// the merged tree then says.
struct Merging: CustomTestStringConvertible, Sendable {
  let below: String
  var above = ""
  var set: [String] = []
  let path: [String]
  let gives: String

  var testDescription: String { "\(below) + \(above) \(set.joined(separator: " ")) → \(gives)" }
}

private let sweep =
  "sweep: {axes: {seed: [1, 2]}, early_stopping: {rule: asha, factor: 3}, "
  + "budget: {trials: 9, time: 2h}, on_failure: {retries: 2, stop_after: 3}}\n"

private let mergings: [Merging] = [
  .init(
    below: sweep, above: "sweep: {early_stopping: {grace: 2 epochs}}",
    path: ["sweep", "early_stopping"], gives: "{rule: asha, factor: 3, grace: \"2 epochs\"}"),
  .init(
    below: sweep, set: ["sweep.early_stopping.grace=2 epochs"],
    path: ["sweep", "early_stopping"], gives: "{rule: asha, factor: 3, grace: \"2 epochs\"}"),
  .init(
    below: "sweep: {early_stopping: median}", set: ["sweep.early_stopping.trials=7"],
    path: ["sweep", "early_stopping"], gives: "{rule: median, trials: 7}"),
  .init(
    below: sweep, set: ["sweep.early_stopping=none"], path: ["sweep", "early_stopping"],
    gives: "none"),
  .init(
    below: sweep, set: ["sweep.budget.trials=5"], path: ["sweep", "budget"],
    gives: "{trials: 5, time: 2h}"),
  .init(
    below: sweep, above: "sweep: {on_failure: {retries: 0}}", path: ["sweep", "on_failure"],
    gives: "{retries: 0, stop_after: 3}"),
  .init(
    below: sweep, above: "sweep: {axes: {latent.size: [1, 2]}}", path: ["sweep", "axes"],
    gives: "{seed: [1, 2], latent.size: [1, 2]}"),
  .init(
    below: sweep, above: "sweep: {axes: {seed: !unset , latent.size: [1, 2]}}",
    path: ["sweep", "axes"], gives: "{latent.size: [1, 2]}"),
  .init(
    below: sweep, set: ["sweep.axes.latent.size=[1, 2]"], path: ["sweep", "axes"],
    gives: "{seed: [1, 2], latent.size: [1, 2]}"),
  .init(
    below: "sweep: {axes: {latent.size: {log: [1, 9]}}}",
    set: ["sweep.axes.latent.size={int: [1, 9]}"], path: ["sweep", "axes"],
    gives: "{latent.size: {int: [1, 9]}}"),
  // Short forms stand for a map, which merges.
  .init(
    below: "schedule: {length: 2 epochs, ema: 0.9}", set: ["schedule.ema.start=5 steps"],
    path: ["schedule", "ema"], gives: "{decay: 0.9, start: \"5 steps\"}"),
  .init(
    below: "schedule: {length: 2 epochs, ema: none}", set: ["schedule.ema.start=5 steps"],
    path: ["schedule", "ema"], gives: "{start: \"5 steps\"}"),
  .init(
    below: "architecture: {init: {linear: {normal: [1, 0.2]}}}",
    set: ["architecture.init.linear.weight.normal.mean=2"],
    path: ["architecture", "init", "linear"],
    gives: "{weight: {normal: {mean: 2, standard_deviation: 0.2}}}"),
  .init(
    below: "architecture: {init: {linear: xavier}}",
    above: "architecture: {init: {linear: {bias: zeros}}}",
    path: ["architecture", "init", "linear"], gives: "{weight: xavier, bias: zeros}"),
  .init(
    below: "architecture: {generator: [{linear: 7}]}",
    set: ["architecture.generator[0].linear.bias=false"],
    path: ["architecture", "generator"], gives: "[{linear: {units: 7, bias: false}}]"),
  .init(
    below: "data: {source: {folder: pics}}", set: ["data.source.folder={}"],
    path: ["data", "source"], gives: "{folder: {path: pics}}"),
  .init(
    below: "loss: least_squares", set: ["loss.scale=2"], path: ["loss"],
    gives: "{kind: least_squares, scale: 2}"),
  // Lists and values replace.
  .init(
    below: "schedule: {length: 2 epochs, order: [generator, discriminator]}",
    above: "schedule: {order: [discriminator, generator]}", path: ["schedule", "order"],
    gives: "[discriminator, generator]"),
]

@Test(arguments: mergings)
func mapsMergeAndListsAndValuesReplace(_ merging: Merging) throws {
  var extends = Extends(
    files: .memory([
      "below.yaml": Array(merging.below.utf8),
      "above.yaml": Array("extends: below.yaml\n\(merging.above)\n".utf8),
    ]), vocabulary: vocabulary)
  let loaded = extends.load("above.yaml")
  var tree = try #require(loaded)
  var (findings, overlay) = (extends.findings, Overlay(vocabulary: vocabulary))
  let schema = SchemaPath(vocabulary: vocabulary, form: nil, parameters: [])
  for text in merging.set {
    let override = try #require(Override(text, schema, findings: &findings))
    tree = override.apply(to: tree, &overlay, &findings)
  }
  #expect(findings.isEmpty && overlay.findings.isEmpty)
  let found = merging.path.reduce(Optional(tree)) { $0?[$1] }
  #expect(found?.flowText == merging.gives)
}
