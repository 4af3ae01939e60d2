import Foundation
import Testing

@Suite struct SurvivalTests {
  /// docs/failures.md: three-million-point grid: `--plan` counts without building it; `run` refuses
  /// above the budget
  @Test func aPlanOfMillionsIsCountedAndNotBuilt() throws {
    let place = try Place()
    let values = "[\((1...12).map(String.init).joined(separator: ", "))]"
    let axes = [
      "latent.size", "data.batch", "schedule.discriminator_steps", "schedule.generator_steps",
    ]
    .map { "\($0): \(values)" }.joined(separator: ", ")
    let rates = (1...12).map { "\($0)e-4" }.joined(separator: ", ")
    let sweep = "{axes: {\(axes), optimizer.learning_rate: [\(rates)]}, replicates: 12}"
    try place.write("huge.yaml", TinySpec(more: "sweep: \(sweep)").yaml)
    let plan = try place.run("run", "huge.yaml", "--plan")
    #expect(plan.end == .exit(0))
    #expect(plan.output == "2985984 trials, before `when` and `exclude`\n")
    #expect(plan.seconds < 10)
    let run = try place.run("run", "huge.yaml")
    #expect(run.end == .exit(3))
    #expect(run.errors.contains("this sweep has 2985984 trials, the limit is 1000000"))

    let small = "sweep: {axes: {latent.size: [2, 3, 4]}, budget: {trials: 2}}"
    try place.write("small.yaml", TinySpec(more: small).yaml)
    let refused = try place.run("run", "small.yaml")
    #expect(refused.end == .exit(3))
    #expect(refused.errors.contains("this sweep has 3 trials, sweep.budget.trials is 2"))
    #expect(try place.names() == ["huge.yaml", "small.yaml"])
  }

  @Test func everyRowOfTheTableOfFailuresHasATestThatNamesIt() throws {
    let table = try String(contentsOfFile: "\(Program.package)/docs/failures.md", encoding: .utf8)
    let rows = table.split(separator: "\n").filter { $0.hasPrefix("| ") }.dropFirst()
      .map { $0.split(separator: "|")[0].trimmingCharacters(in: .whitespaces) }
      .filter { $0.contains { $0 != "-" } }
    #expect(rows.count >= 15)
    let tests = "\(Program.package)/Tests"
    var names = ""
    for path in try FileManager.default.subpathsOfDirectory(atPath: tests)
    where path.hasSuffix(".swift") {
      let text = try String(contentsOfFile: "\(tests)/\(path)", encoding: .utf8)
      let lines = text.replacing(#/\n *\/\/\/ /#, with: " ").replacing(#/\s+/#, with: " ")
      for piece in lines.components(separatedBy: "docs/failures.md: ").dropFirst() {
        names += piece.prefix(400) + "\n"
      }
    }
    for row in rows { #expect(names.contains(row), "\(row)") }
  }
}
