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

@Test func noKeyOfTheSchemaStandsTwice() {
  var keys: [[Substring]] = []
  for line in jsonSchema(vocabulary).split(separator: "\n") {
    let depth = line.prefix { $0 == " " }.count / 2
    while keys.count <= depth { keys.append([]) }
    keys.removeSubrange((depth + 1)...)
    guard let colon = line.firstRange(of: "\": ") else { continue }
    let key = line[..<colon.lowerBound]
    #expect(!keys[depth].contains(key), "\(line)")
    keys[depth].append(key)
  }
}

@Test func theSchemaSaysWhatTheDeclarationsSay() throws {
  let schema = try schema()
  let batch = "properties/data/properties/batch"
  #expect(at("\(batch)/default", in: schema) as? Int == 64)
  #expect(at("\(batch)/maximum", in: schema) as? Int == 1_000_000)
  #expect(
    (at("properties/latent/properties/distribution/else/enum", in: schema) as? [Any])?.prefix(2)
      .compactMap { $0 as? String } == ["normal", "uniform"])
  // A bare word is one of the words; a map has one of them, with its own keys.
  #expect(
    (at("$defs/layer/else/else/enum", in: schema) as? [Any])?.first as? String == "linear")
  let linear = "$defs/layer/then/properties/linear"
  #expect(
    at("\(linear)/then/properties/units/description", in: schema) as? String
      == "Outputs. Required.")
  #expect(
    (at("\(linear)/else/type", in: schema) as? [String]) == ["number", "string", "null"])
  // An optimizer has the keys of its kind; those of others may only be unset.
  let sgd = "$defs/optimizer/then/allOf/1"
  #expect(at("\(sgd)/if/properties/kind/const", in: schema) as? String == "sgd")
  #expect(at("\(sgd)/then/properties/betas/type", in: schema) as? String == "null")
  let network = "\(sgd)/then/properties/generator/else/allOf/2/else"
  #expect(at("\(network)/additionalProperties", in: schema) as? Bool == false)
  #expect(at("\(network)/properties/learning_rate/exclusiveMinimum", in: schema) as? Int == 0)
  #expect(
    at("properties/sweep/else/properties/axes/type", in: schema) as? [String]
      == ["object", "null"])
}

@Test func theReferenceNamesEveryWordAndEveryKey() {
  let text = referencePages(vocabulary).map(\.text).joined()
  for category in Category.allCases {
    for word in vocabulary.declarations(category) {
      #expect(text.contains("## `\(word.name)`"))
      for field in word.fields { #expect(text.contains("| `\(field.name)` |")) }
    }
  }
  for key in ["data", "latent", "record.checkpoint.keep", "sweep", "guards"] {
    #expect(text.contains("## `\(key)`"))
  }
}

@Test func theReferenceAndTheSchemaKnowTheGeneralForm() throws {
  let text = referencePages(generalWords).map(\.text).joined()
  for key in ["data.sources.NAME", "latents.NAME", "networks.NAME", "moves[N]"] {
    #expect(text.contains("## `\(key)`"))
  }
  for key in [
    "data.sources", "latents", "networks", "values", "terms", "moves", "init", "schedule.epoch",
  ] {
    #expect(text.contains("\n| `\(key)` |"))
  }
  let schema = try #require(
    try JSONSerialization.jsonObject(with: Data(jsonSchema(generalWords).utf8)) as? [String: Any])
  for key in ["sources", "source"] {
    #expect(at("properties/data/properties/\(key)", in: schema) != nil)
  }
  let game = "allOf/0/then/properties"
  for path in ["loss", "latent", "data/properties/source", "optimizer/properties/generator"] {
    #expect(at("\(game)/\(path)", in: schema) as? Bool == false)
  }
  #expect(
    (at("else/then/required", in: schema) as? [String])
      == ["name", "data", "networks", "terms", "moves", "schedule"])
  #expect(
    (at("else/else/required", in: schema) as? [String])
      == ["name", "data", "architecture", "loss", "optimizer", "schedule"])
  let move = "properties/moves/items/properties"
  #expect(
    (at("\(move)/fresh/else/enum", in: schema) as? [Any])?.compactMap { $0 as? String }
      == ["nothing", "latents", "batch"])
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
