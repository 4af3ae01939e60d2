import Spec
import Testing

@testable import gan_exp

/// What the table of other programs' words leads to is there.
@Suite struct SynonymTargetTests {
  @Test func everyCommandKeyAndOptionThatASynonymStandsForIsThere() throws {
    let names = GanExp.configuration.subcommands.map { $0.word }
    // `watch` where there is one.
    for line in Synonyms.targets.commands where line != "watch" {
      let first = try #require(line.split(separator: " ").first)
      #expect(names.contains(String(first)), "\(line)")
    }
    let place = try Place()
    let help = CommandWords.all.compactMap { try? place.start(["help"] + $0.words).finish() }
    let places = Set(SpecPlace.all(vocabulary).map(\.path))
    for place in Synonyms.targets.places { #expect(places.contains(place), "\(place)") }
    for line in Synonyms.targets.options {
      let first = try #require(line.split(separator: " ").first)
      #expect(help.contains { $0.output.contains("\(first)") }, "\(line)")
    }
  }
}
