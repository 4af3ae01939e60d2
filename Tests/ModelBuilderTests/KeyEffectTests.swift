import Spec
import TensorCore
import Testing

@testable import ModelBuilder

/// What a key of a loss decides, in whichever form the loss has.
struct KeyEffectTests {
  /// A loss, one of its numbers, and what else is said of the loss.
  struct Case: Sendable, CustomTestStringConvertible {
    let loss: String
    let key: String
    let values: (String, String)
    let form: String
    var testDescription: String { "\(loss) \(key), \(form)" }
  }

  static let cases: [Case] = Catalog.vocabulary(sources: []).declarations(.loss).flatMap { loss in
    forms(of: loss).flatMap { form in
      loss.fields.compactMap { field -> Case? in
        guard case .number(let bounds) = field.kind else { return nil }
        let values = ["0.25", "0.75", "1.5", "2.5"].filter { bounds.contains(Double($0) ?? 0) }
        guard values.count > 1 else { return nil }
        return Case(
          loss: loss.name, key: field.name, values: (values[0], values[1]), form: form)
      }
    }
  }

  /// All that its words and switches may say together.
  private static func forms(of loss: Declaration) -> [String] {
    loss.fields.reduce([""]) { forms, field in
      let words: [String]
      switch field.kind {
      case .word(let choices): words = choices.map { "\($0)" }
      case .flag: words = ["true", "false"]
      default: return forms
      }
      return forms.flatMap { form in words.map { "\(form), \(field.name): \($0)" } }
    }
  }

  /// The graphs of both players' moves, with latents of their own.
  private func graphs(_ loss: String) throws -> [String] {
    let kind = Catalog.loss(try choice("{\(loss)}", .loss)).demands.critic
    let critic =
      switch kind {
      case .scores(let width): "[flatten, {linear: \(width)}]"
      case .reconstruction:
        "[flatten, {heads: {reconstruction: [{linear: 4}, {image: {channels: 1, size: 2}}]}}]"
      }
    let experiment = try smallGame(
      discriminator: critic, loss: "{\(loss)}", schedule: "{length: 1 epochs, latents: fresh}")
    let program = try TrainingProgram(experiment, images: smallImages)
    // A number may be where a state begins.
    let states = program.states.filter { $0.role == .controller }.map { "\($0.initial)" }
    return program.round(batch: 2).graphs.map { $0.text + states.joined() }
  }

  @Test(arguments: cases)
  func everyNumberOfALossDecidesSomethingInEveryForm(_ test: Case) throws {
    let (one, other) = test.values
    let a = try graphs("kind: \(test.loss), \(test.key): \(one)\(test.form)")
    let b = try graphs("kind: \(test.loss), \(test.key): \(other)\(test.form)")
    let changed = zip(a, b).count { $0 != $1 }
    #expect(changed > 0)
    if Self.isOfBoth(test) { #expect(changed == a.count, "\(test.key) is of both losses") }
  }

  private static func isOfBoth(_ test: Case) -> Bool {
    let loss = Catalog.vocabulary(sources: []).declaration(.loss, named: test.loss)
    let field = loss?.fields.first { $0.name == test.key }
    return field?.summary.contains("both losses") == true
  }
}
