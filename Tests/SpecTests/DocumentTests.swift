import Foundation
import Spec
import Testing

private func schema() throws -> [String: Any] {
  let object = try JSONSerialization.jsonObject(with: Data(jsonSchema(vocabulary).utf8))
  return try #require(object as? [String: Any])
}

private func at(_ path: String, in object: [String: Any]) -> Any? {
  path.split(separator: "/").reduce(Optional<Any>(object)) { value, key in
    if let list = value as? [Any] {
      return Int(key).flatMap { list.indices.contains($0) ? list[$0] : nil }
    }
    return (value as? [String: Any])?[String(key)]
  }
}

@Test func everyReferenceOfTheSchemaLeadsSomewhere() throws {
  let schema = try schema()
  var references: Set<String> = []
  func collect(_ value: Any) {
    if let object = value as? [String: Any] {
      if let reference = object["$ref"] as? String { references.insert(reference) }
      object.values.forEach(collect)
    } else if let list = value as? [Any] {
      list.forEach(collect)
    }
  }
  collect(schema)
  #expect(references.count >= 6)
  for reference in references {
    #expect(at(String(reference.dropFirst(2)), in: schema) != nil, "\(reference)")
  }
}

@Test func theSchemaSaysWhatTheDeclarationsSay() throws {
  let schema = try schema()
  #expect(
    at("properties/data/anyOf/0/properties/batch/default", in: schema) as? Int == 64)
  #expect(
    at("properties/data/anyOf/0/properties/batch/anyOf/0/maximum", in: schema) as? Int == 1_000_000)
  #expect(
    at("properties/latent/anyOf/0/properties/distribution/anyOf/0/enum", in: schema) as? [String]
      == ["normal", "uniform"])
  #expect(at("$defs/layer/anyOf/0/const", in: schema) as? String == "linear")
  let keyed = vocabulary.declarations(.layer).count
  #expect(
    at(
      "$defs/layer/anyOf/\(keyed)/properties/linear/anyOf/0/properties/units/description",
      in: schema)
      as? String == "Outputs. Required.")
  #expect(
    at("$defs/layer/anyOf/\(keyed)/properties/linear/anyOf/2/anyOf/0/type", in: schema) as? String
      == "number")
  #expect(at("properties/sweep/anyOf/0/properties/axes/type", in: schema) as? String == "object")
}

@Test func theReferenceNamesEveryWordAndEveryKey() {
  let text = referenceMarkdown(vocabulary)
  for category in Category.allCases {
    for word in vocabulary.declarations(category) {
      #expect(text.contains("### `\(word.name)`"))
      for field in word.fields { #expect(text.contains("| `\(field.name)` |")) }
    }
  }
  for key in ["data", "latent", "record.checkpoint.keep", "sweep", "guards"] {
    #expect(text.contains("### `\(key)`"))
  }
}

@Test func aListingHasOneLineAWord() {
  let lines = listing(.layer, vocabulary).split(separator: "\n")
  #expect(lines.count == vocabulary.declarations(.layer).count)
  #expect(lines[0] == "linear      A fully connected layer")
}

@Test func aWordIsDescribedWithItsKeysAndItsShortForm() throws {
  let word = try #require(vocabulary.declaration(.layer, named: "linear"))
  #expect(
    description(of: word, vocabulary) == """
      linear: A fully connected layer.

        units  Outputs; a whole number between 1 and 100000, required
        bias   Whether a bias is added; true or false, default true

      Short form: linear: UNITS

      Example: linear: 128
      """)
}

@Test func diagnosticsAreJSONToo() throws {
  let result = loadExperiment(text: "name: x\nseed: \"-\\t1\"", vocabulary: vocabulary)
  guard case .failure(let diagnostics) = result else {
    Issue.record("loaded")
    return
  }
  let json = try JSONSerialization.jsonObject(with: Data(diagnostics.json.utf8))
  let first = try #require((json as? [[String: Any]])?.last)
  #expect(first["file"] as? String == "spec.yaml")
  #expect(first["line"] as? Int == 2)
  #expect(first["column"] as? Int == 7)
  #expect(first["severity"] as? String == "error")
}

@Test func coloursAreEscapesAndNothingElse() {
  let diagnostic = Diagnostic(
    "wrong",
    at: Origin(source: SourceText(name: "a.yaml", text: "x: 1"), mark: Mark(line: 1, column: 4)),
    label: "right")
  let plain = Diagnostics([diagnostic]).rendered()
  let coloured = Diagnostics([diagnostic]).rendered(colour: true)
  #expect(coloured != plain)
  #expect(coloured.replacing(/\u{1B}\[[0-9;]*m/, with: "") == plain)
}
