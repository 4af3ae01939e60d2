import Testing

@testable import Spec

private func parsed(_ text: String) throws -> Formula {
  let source = SourceText(name: "f", text: text)
  let located = try FormulaParser.parse(text) {
    Origin(source: source, mark: Mark(line: 1, column: $0 + 1, length: $1))
  }
  return located.formula
}

private let horse = Formula.name("horse")
private let z = Formula.name("z")

@Test(
  arguments: [
    ("horse", horse),
    ("  horse\t", horse),
    ("(horse)", horse),
    ("[horse]", horse),
    ("G(z)", .call(network: "G", [z], label: nil)),
    ("G(F(z))", .call(network: "G", [.call(network: "F", [z], label: nil)], label: nil)),
    ("G(z, label: y)", .call(network: "G", [z], label: .name("y"))),
    ("G(label: y, z)", .call(network: "G", [z], label: .name("y"))),
    ("G(label)", .call(network: "G", [.name("label")], label: nil)),
    (
      "G(z,horse, label : x.label)",
      .call(network: "G", [z, horse], label: .part(.name("x"), "label"))
    ),
    ("E(horse).mean", .part(.call(network: "E", [horse], label: nil), "mean")),
    ("a.b.c", .part(.part(.name("a"), "b"), "c")),
    ("[z, horse]", .joined([z, horse])),
    ("(z, G(horse))", .inputs([z, .call(network: "G", [horse], label: nil)])),
    ("G([z, horse])", .call(network: "G", [.joined([z, horse])], label: nil)),
    ("[z, horse].x", .part(.joined([z, horse]), "x")),
  ] as [(String, Formula)])
func aFormulaIsReadAsPapersWriteIt(_ text: String, _ formula: Formula) throws {
  #expect(try parsed(text) == formula)
  #expect(try parsed(formula.description) == formula)
}

@Test(arguments: [
  ("", "the formula ends where a name is expected", 0),
  ("G(z", "this `(` is never closed", 1),
  ("G(F(z)", "this `(` is never closed", 1),
  ("G(z))", "this `)` closes nothing", 4),
  ("[a, b)", "this `)` closes nothing", 5),
  ("G(z h)", "expected `,` or the end, found `h`", 4),
  ("a b", "expected `,` or the end, found `b`", 2),
  ("G()", "`G` is called without an input", 1),
  ("G(label: y)", "`G` is called with a label alone", 1),
  ("G(z, label: y, label: y)", "`label:` twice in a call", 15),
  ("G(z, labels: y)", "unknown `labels:` in a call", 5),
  ("G(z,)", "expected a name, found `)`", 4),
  ("G(z, ", "the formula ends where a name is expected", 4),
  ("E(x).", "the formula ends where the name of a part is expected", 4),
  ("E(x).2", "expected the name of a part, found `2`", 5),
  ("E.mean(x)", "only a network can be called, and `mean` is a part of a value", 6),
  ("2 * a", "expected a name, found `2`", 0),
  ("a + b", "a formula does not compute with `+`", 2),
  ("G(z;)", "did not expect `;`", 3),
  (
    String(repeating: "(", count: 60) + "a" + String(repeating: ")", count: 60),
    "nested more than 50 deep", 50
  ),
  (String(repeating: "a", count: 1_001), "a formula has at most 1000 characters", 0),
])
func aFormulaThatIsWrongSaysWhere(_ text: String, _ message: String, _ offset: Int) {
  let error = #expect(throws: FormulaError.self) { try parsed(text) }
  #expect(error?.message == message)
  #expect(error?.offset == offset)
}

private let ofSomething = Vocabulary([
  .term: [
    Declaration(
      "distance", "How far apart",
      fields: [
        Field<Formula>.formula("of", "What").declaration,
        Field<Formula?>.optionalFormula("from", "From what").declaration,
        Field<String?>.optionalName("game", of: .game, "Whose").declaration,
        Field<[String]>.names("others", of: .free, default: [], "Others").declaration,
      ], shorthand: "of")
  ]
])

@Test(arguments: [
  ("distance: a", "distance: {of: a, from: none, game: none, others: []}"),
  (
    "distance: {of: 'G(z, label: y)', from: [a, 'G(z).x']}",
    "distance: {of: \"G(z, label: y)\", from: [a, G(z).x], game: none, others: []}"
  ),
  (
    "distance: {of: '(a, [b, c])', game: g1, others: [a_1, b]}",
    "distance: {of: \"(a, [b, c])\", from: none, game: g1, others: [a_1, b]}"
  ),
  (
    "distance: {of: [a], others: b}",
    "distance: {of: a, from: none, game: none, others: [b]}"
  ),
])
func formulasAndNamesAreFieldsThatPrintAsTheyRead(_ text: String, _ printed: String) throws {
  let choice = try loadChoice(text, .term, vocabulary: ofSomething).get()
  #expect(choice.text == printed)
  #expect(try loadChoice(printed, .term, vocabulary: ofSomething).get().text == printed)
}

@Test(arguments: [
  (
    "distance: {of: G(a, b), from: c}", 17,
    "this `(` is never closed"
  ),
  ("distance: {of: ['a', 'b(']}", 24, "the formula ends where a name is expected"),
  (
    "distance: {of: {a: b}}", 16,
    "`of` in distance must be a formula such as generator(z) or encoder(faces).mean, found a map"
  ),
  ("distance: {of: [], from: b}", 16, "found a list"),
  ("distance: {of: }", 16, "`of` in distance has no value"),
  (
    "distance: {of: a, game: 2d}", 25,
    "`game` in distance must be the name of an adversarial term, found `2d`"
  ),
  ("distance: {of: a, others: [b, c d]}", 31, "found `c d`"),
])
func aFormulaThatIsWrongIsShownInsideOfItsText(_ text: String, _ column: Int, _ message: String)
  throws
{
  guard case .failure(let found) = loadChoice(text, .term, vocabulary: ofSomething) else {
    Issue.record("this is read: \(text)")
    return
  }
  let first = try #require(found.entries.first { $0.message.contains(message) })
  #expect(first.origin.mark.column == column)
}
