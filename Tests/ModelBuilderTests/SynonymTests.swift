import Spec
import Testing

@testable import ModelBuilder

/// A synonym for a word that there is not would be a hint that leads nowhere.
@Test(arguments: [
  Category.layer, .loss, .penalty, .augmentation, .optimizer, .initializer, .rate,
])
func everySynonymStandsForAWordOfTheCatalog(_ category: Spec.Category) throws {
  let targets = try #require(Synonyms.targets.words[category])
  #expect(!targets.isEmpty)
  for word in targets { #expect(vocabulary.declaration(category, named: word) != nil, "\(word)") }
}
