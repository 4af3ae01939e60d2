import Testing

@testable import Spec

private func load(_ text: String, set: [String] = [], files: [String: String] = [:]) throws
  -> Experiment
{
  try loadExperiment(text: text, files: files, overrides: set, vocabulary: vocabulary).get()
}

struct Written<Value: Sendable>: Sendable, CustomTestStringConvertible {
  let text: String
  let value: Value

  init(_ text: String, _ value: Value) {
    self.text = text
    self.value = value
  }

  var testDescription: String { text }
}

@Test(arguments: [
  Written("2e-4", 2e-4), .init("2.0E-4", 2e-4), .init("1e5", 1e5), .init("40_000", 40_000),
  .init(".5", 0.5), .init("5.", 5), .init("+1", 1), .init("010", 10), .init("-0.0", 0),
  .init("1_000.000_1", 1000.0001), .init("1e+2", 100),
])
func numbersAreReadAsWritten(_ number: Written<Double>) {
  #expect(NumberText.number(number.text) == number.value)
}

@Test(arguments: [
  "", "nan", ".nan", "inf", "-.inf", "0x10", "1__0", "_1", "1_", "1e", "e5", ".", "-", "1 2", "1k",
  "12:30", "1e999", "1e-999", "１",
])
func theseAreNoNumbers(_ text: String) {
  #expect(NumberText.number(text) == nil)
}

@Test(arguments: [
  Written("512", NumberText.Whole.value(512)), .init("-3", .value(-3)), .init("0", .value(0)),
  .init("1e5", .value(100_000)), .init("2.0", .value(2)), .init("40_000", .value(40_000)),
  .init("9223372036854775807", .value(.max)), .init("9223372036854775808", .tooLarge),
  .init("1e300", .tooLarge), .init("2.5", .fractional), .init("1e-3", .fractional),
  .init("010", .ambiguous("10")), .init("-007", .ambiguous("-7")), .init("00", .ambiguous("0")),
  .init("ten", .notANumber), .init("", .notANumber),
])
func wholeNumbersAreReadAsWritten(_ number: Written<NumberText.Whole>) {
  #expect(NumberText.whole(number.text) == number.value)
}

@Test(arguments: [
  Written("200 epochs", TrainingLength.epochs(200)), .init("1 epoch", .epochs(1)),
  .init("10k steps", .steps(10_000)), .init("1.5k steps", .steps(1_500)),
  .init("5M images", .images(5_000_000)), .init("10_000 steps", .steps(10_000)),
  .init("1e4 steps", .steps(10_000)),
])
func lengthsHaveUnits(_ length: Written<TrainingLength>) throws {
  let spec = goodSpec.replacing("200 epochs", with: length.text)
  #expect(try load(spec).schedule.length == length.value)
}

@Test(arguments: [
  Written("600k images", [TrainingLength.images(600_000)]), .init("[2 epochs]", [.epochs(2)]),
  .init("[1 steps, 2 epochs, 3 images]", [.steps(1), .epochs(2), .images(3)]),
])
func oneLengthOrAListOfThem(_ lengths: Written<[TrainingLength]>) throws {
  let spec = goodSpec.replacing("200 epochs", with: "200 epochs, growing: {fade: \(lengths.text)}")
  let growing = try #require(try load(spec).twoPlayers!.growing)
  #expect(growing.fade == lengths.value)
  #expect(growing.stable == [.images(800_000)])
}

@Test(arguments: [
  ("[]", "`fade` in schedule.growing is an empty list"),
  (
    "{a: 1}",
    "`fade` in schedule.growing must be a length such as 10 epochs, 10k steps or 600k images, or a "
      + "list of them, found a map"
  ),
])
func lengthsThatAreNone(_ text: String, _ said: String) {
  let spec = goodSpec.replacing("200 epochs", with: "200 epochs, growing: {fade: \(text)}")
  #expect(throws: (any Error).self) { try load(spec) }
  if case .failure(let diagnostics) = loadExperiment(text: spec, vocabulary: vocabulary) {
    #expect(diagnostics.entries.map(\.message) == [said])
  }
}

@Test(arguments: [
  Written("50 steps", Period.steps(50)), .init("every 10 epochs", .epochs(10)),
  .init("1k steps", .steps(1_000)), .init("every 1 epoch", .epochs(1)),
])
func periodsHaveUnits(_ period: Written<Period>) throws {
  #expect(try load(goodSpec + "\nrecord: {log: \(period.text)}").record.log == period.value)
}

@Test(arguments: [
  Written("2h", 7200.0), .init("90 min", 5400), .init("1h 30m", 5400), .init("30s", 30),
  .init("1.5 d", 129_600), .init("2 hours", 7200),
])
func durationsHaveUnits(_ duration: Written<Double>) throws {
  let spec = goodSpec + "\nguards: {max_time: \(duration.text)}"
  #expect(try load(spec).guards.maxSeconds == duration.value)
}

@Test(arguments: [
  Written("2GB", 2_000_000_000), .init("500 MB", 500_000_000), .init("1.5GiB", 1_610_612_736),
])
func bytesHaveUnits(_ bytes: Written<Int>) throws {
  let spec = goodSpec + "\nguards: {min_free_disk: \(bytes.text)}"
  #expect(try load(spec).guards.minFreeDiskBytes == bytes.value)
}

@Test(arguments: [
  Written("no", "no"), .init("on", "on"), .init("12:30", "12:30"), .init("010", "010"),
  .init("1e5", "1e5"), .init("'it''s'", "it's"), .init("null", "null"),
  .init(">-\n  folded\n  text", "folded text"),
  .init("\"none\"", "none"), .init("$${x}", "${x}"), .init("größer", "größer"),
])
func namesAreWhatIsWritten(_ text: Written<String>) throws {
  let spec = goodSpec.replacing("name: lsgan", with: "name: \(text.text)")
  #expect(try load(spec).name == text.value)
}

@Test(arguments: [
  Written("\"a\\tb\"", "a\tb"), .init("|\n  two\n  lines", "two\nlines\n"),
])
func textIsWhatIsWritten(_ text: Written<String>) throws {
  #expect(try load(goodSpec + "\ndescription: \(text.text)\n").description == text.value)
}

@Test(arguments: [
  Written("true", true), .init("yes", true), .init("on", true), .init("False", false),
  .init("no", false), .init("off", false),
])
func flagsTakeTheUsualWords(_ flag: Written<Bool>) throws {
  let spec = goodSpec.replacing("batch: 512", with: "drop_last: \(flag.text)")
  #expect(try load(spec).data.dropLast == flag.value)
}

@Test(arguments: ["none", "null", "~", "", "!unset"])
func nothingHasManyNames(_ word: String) throws {
  let base = goodSpec + "\nlabels: {classes: 10}"
  let spec = "extends: base.yaml\nlabels: \(word)\n"
  #expect(try load(spec, files: ["base.yaml": base]).twoPlayers!.labels == nil || word.isEmpty)
}

@Test(arguments: [
  Written("1 + 2 * 3", "7"), .init("(1 + 2) * 3", "9"), .init("2 ** 3 ** 2", "512"),
  .init("-2 ** 2", "-4"), .init("7 // 2", "3"), .init("-7 // 2", "-4"), .init("-7 % 3", "2"),
  .init("7 / 2", "3.5"), .init("6 / 2", "3"), .init("2 ** -1", "0.5"), .init("1e3 + 1", "1001"),
  .init("a * b", "20"), .init("a / b", "0.8"), .init("1.5 * 2", "3"), .init("- -3", "3"),
  .init("10 % 4 - 2", "0"), .init("text", "plain"), .init("2 - -2", "4"), .init("7.5 // 2", "3"),
])
func arithmeticFollowsTheUsualRules(_ expression: Written<String>) throws {
  let spec =
    goodSpec.replacing("name: lsgan", with: "name: \"${\(expression.text)}\"")
    + "\nparams: {a: 4, b: 5, text: plain}"
  #expect(try load(spec).name == expression.value)
}

@Test(arguments: [
  Written("1 < 2 and not 3 == 4", true), .init("kind == \"hinge\"", true),
  .init("kind in ['hinge', 'other']", true), .init("a.b == 16 or false", true),
  .init("kind not in ['hinge']", false), .init("1 + 1 >= 2", true), .init("2 != 2.0", false),
])
func conditionsCompareAndCombine(_ condition: Written<Bool>) throws {
  let value = try ExpressionParser.parse(condition.text, .condition)
    .evaluate { name, offset throws(ExpressionError) in
      switch name {
      case "kind": .text("hinge")
      case "a.b": .integer(16)
      default: throw ExpressionError(message: "unknown", offset: offset)
      }
    }
  #expect(value == .flag(condition.value))
}

@Test(arguments: [
  Written("lerning_rate", "learning_rate"), .init("lr", "learning_rate"),
  .init("eps", "epsilon"), .init("LearningRate", "learning_rate"), .init("epsilno", "epsilon"),
  .init("z", nil), .init("momentum", nil), .init("", nil),
])
func theNearestWordIsSuggested(_ word: Written<String?>) {
  #expect(nearest(to: word.text, in: ["learning_rate", "betas", "epsilon"]) == word.value)
}
