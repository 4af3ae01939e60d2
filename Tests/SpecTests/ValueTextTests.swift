import Testing

@testable import Spec

private let folderSpec =
  goodSpec.replacing("source: mnist", with: "source: {folder: pics}")
  .replacing("linear: 128", with: "linear: ${w}") + "\nparams: {w: 4}"

/// What is written behind `=`, and what the spec then says at a place.
private let values: [Written<String>] = [
  .init("data.source.folder.path=pics #2", "data.source.path=pics #2"),
  .init("data.source.folder=pics #2", "data.source.path=pics #2"),
  .init("data.source={folder: pics #2}", "data.source.path=pics #2"),
  .init("data.source={folder: {path: pics #2}}", "data.source.path=pics #2"),
  .init("data.source=folder: pics #2", "data.source.path=pics #2"),
  .init("data.source.folder=path: pics #2", "data.source.path=pics #2"),
  .init("data.source.folder.path=C:\\new #1\\a: b", "data.source.path=C:\\new #1\\a: b"),
  .init("data.source.folder.path=pics ", "data.source.path=pics "),
  .init("data.source.folder.path=\"pics #2\"", "data.source.path=pics #2"),
  .init("data.source.folder.path='it''s'", "data.source.path=it's"),
  .init("data.source.folder.path='tis", "data.source.path='tis"),
  .init("description=hinge: x", "description=hinge: x"),
  .init("description=#3", "description=#3"),
  .init("description=a # b # c", "description=a # b # c"),
  .init("description=[a, b", "description=[a, b"),
  .init("description={x}", "description={x}"),
  .init("description=&a", "description=&a"),
  .init("description=*a", "description=*a"),
  .init("description=!x y", "description=!x y"),
  .init("description=%d", "description=%d"),
  .init("description=@home", "description=@home"),
  .init("description=`ls`", "description=`ls`"),
  .init("description=-", "description=-"),
  .init("description=- a", "description=- a"),
  .init("description=? a", "description=? a"),
  .init("description=| a", "description=| a"),
  .init("description=> a", "description=> a"),
  .init("description=a=b", "description=a=b"),
  .init("description=\u{E023} #", "description=\u{E023} #"),
  .init("name=run #3", "name=run #3"),
  .init("name=007", "name=007"),
  .init("name=no", "name=no"),
  .init("name=\"x\" y", "name=\"x\" y"),
  .init("data.batch= 64 ", "data.batch=64"),
  .init("data.batch='64'", "data.batch=64"),
  .init("schedule.length= 2 epochs ", "schedule.length=2 epochs"),
  .init("loss={kind: hinge}", "loss.kind=hinge"),
  .init("loss= hinge ", "loss.kind=hinge"),
  .init("optimizer.betas=[0, 0.5]", "optimizer.generator.betas=[0, 0.5]"),
]

@Test(arguments: values)
func whatFollowsTheEqualsSignIsAValue(_ value: Written<String>) throws {
  let experiment = try loadExperiment(
    text: folderSpec, overrides: [value.text], vocabulary: vocabulary
  ).get()
  var found: [String: String] = [:]
  experiment.root.flatten(into: &found, "")
  let place = value.value.prefix { $0 != "=" }
  #expect("\(place)=\(found[String(place)] ?? "nothing")" == value.value)
  // What is resolved says the same when it is read again.
  let again = try loadExperiment(
    text: experiment.resolvedYAML(comments: true), vocabulary: vocabulary
  ).get()
  #expect(again.resolvedJSON == experiment.resolvedJSON)
}

@Test(arguments: [
  Written(
    "optimizer.learning_rate=1e-4 # small",
    "`learning_rate` in optimizer (adam) must be a number, found `1e-4 # small`"),
  .init("data.batch=-", "`batch` in data must be a whole number, found `-`"),
  .init("data.batch=*a", "`batch` in data must be a whole number, found `*a`"),
  .init(
    "schedule.length=2 epochs # two",
    "`length` in schedule must be a length such as 200 epochs, 10k steps or 5M images, found "
      + "`2 epochs # two`"),
  .init("loss=@x", "unknown loss `@x`"),
  .init("architecture.generator[0]=relu # why", "unknown layer `relu # why`"),
])
func aCommentBehindAValueIsPartOfIt(_ value: Written<String>) {
  guard
    case .failure(let found) = loadExperiment(
      text: goodSpec, overrides: [value.text], vocabulary: vocabulary)
  else {
    Issue.record("it was taken")
    return
  }
  #expect(Array(Set(found.entries.map(\.message))).sorted().contains(value.value))
}

@Test(arguments: [
  Written("data.source.folder.path=[pics, pics #2]", ["pics", "\"pics #2\""]),
  .init("data.source.folder.path=[a: b, &c, -]", ["\"a: b\"", "\"&c\"", "\"-\""]),
  .init("data.source.folder.path=['a, b', c]", ["\"a, b\"", "c"]),
  .init("data.source=[mnist, {folder: a #b}]", ["mnist", "{folder: \"a #b\"}"]),
  .init("optimizer.betas=[[0, 0.5], [0.5, 0.9]]", ["[0, 0.5]", "[0.5, 0.9]"]),
  .init("params.w=[3, 4]", ["3", "4"]),
])
func soAreTheValuesOfAnAxis(_ axis: Written<[String]>) throws {
  let experiment = try loadExperiment(
    text: folderSpec, sweeps: [axis.text], vocabulary: vocabulary
  ).get()
  let sweep = try #require(experiment.sweep)
  let points = try sweep.points(seed: 0)
  #expect(points.map { $0.settings[0].text } == axis.value)
  for point in points { _ = try sweep.experiment(at: point, seed: 0) }
}
