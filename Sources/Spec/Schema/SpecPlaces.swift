/// A key of the file, with the sections that it stands in: `schedule.length`, `optimizer.betas`.
package struct SpecPlace: Sendable {
  package let path: String
  package let field: FieldDeclaration
  /// What the key holds, where that has keys itself.
  package let section: Declaration?

  /// The key alone.
  package var name: String { field.name }

  /// What may stand there.
  package func expectation(_ vocabulary: Vocabulary) -> String {
    field.kind.expectation(vocabulary)
  }

  /// Every key that has one place in a file, in the order of the reference, both forms of a file together; what stands in lists, and
  /// what a file names itself, is left out.
  package static func all(_ vocabulary: Vocabulary) -> [SpecPlace] {
    var places: [SpecPlace] = []
    var seen: Set<String> = []
    func add(_ fields: [FieldDeclaration], below path: String) {
      for field in fields {
        let place = path.isEmpty ? field.name : "\(path).\(field.name)"
        guard seen.insert(place).inserted else { continue }
        switch field.kind {
        case .section(let section):
          places.append(SpecPlace(path: place, field: field, section: section))
          add(section.fields, below: place)
        case .choice(let category), .choicePerNetwork(let category):
          places.append(SpecPlace(path: place, field: field, section: nil))
          guard category.isWrittenWithKind else { continue }
          let words = vocabulary.declarations(category)
          let kind = FieldDeclaration(
            name: "kind", kind: .word(words.map(\.name)), fallback: nil, isOptional: false,
            summary: "Which \(category.singular)")
          add([kind] + words.flatMap(\.fields), below: place)
          if case .choicePerNetwork = field.kind {
            for player in Player.allCases {
              add([kind] + words.flatMap(\.fields), below: "\(place).\(player.rawValue)")
            }
          }
        case .sweep:
          places.append(SpecPlace(path: place, field: field, section: SweepSection.declaration))
        default:
          places.append(SpecPlace(path: place, field: field, section: nil))
        }
      }
    }
    add(ExperimentSchema.declaration(vocabulary, nil).fields, below: "")
    return places
  }
}
