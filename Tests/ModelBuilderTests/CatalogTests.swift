import Foundation
import Spec
import Testing

@testable import ModelBuilder

@Suite struct CatalogTests {
  /// Folder, what the catalog has of it, and the files that are no words.
  static let folders: [(String, [any Any.Type], Set<String>)] = [
    ("Layers", Catalog.layers, []),
    ("Losses", Catalog.losses, ["Loss", "CriticTargets"]),
    ("Penalties", Catalog.penalties, ["Penalty", "SlopeSource", "TermScope"]),
    ("Measures", Catalog.measures, ["Measure"]),
    ("Augmentations", Catalog.augmentations, ["Augmentation"]),
    ("Transformations", Catalog.transformations, ["Transformation"]),
    ("Optimizers", Catalog.optimizers, ["Optimizer", "GradientClipping"]),
    ("Schedules", Catalog.rates, ["RateSchedule"]),
    ("Initializers", Catalog.initializers, ["Initializer", "InitializerSet"]),
  ]

  @Test(arguments: folders.indices)
  func everyFileOfAFolderHasItsLineInTheCatalog(_ index: Int) throws {
    let (folder, types, others) = Self.folders[index]
    let place = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Sources/ModelBuilder/\(folder)")
    let files = try FileManager.default.contentsOfDirectory(atPath: place.path)
    let stems = Set(files.map { $0.replacingOccurrences(of: ".swift", with: "") })
    #expect(stems.subtracting(others) == Set(types.map { "\($0)" }))
  }

  /// Data sources are read by Images; `{weight: …}` is a set of initializers, which a spec's reader takes.
  static let declarations = Category.allCases.filter { $0 != .source }.flatMap { category in
    vocabulary.declarations(category).map { (category, $0) }
  }.filter { $0 != .initializer || $1.example?.contains("weight:") != true }

  @Test(arguments: declarations.indices)
  func theExampleOfEveryWordIsUnderstood(_ index: Int) throws {
    let (category, declaration) = Self.declarations[index]
    let example = try #require(declaration.example, "\(declaration.name) has no example")
    // What stands behind `conv:` or `optimizer:` is the choice; a layer is an entry of a list.
    let text =
      switch category {
      case .layer, .penalty, .term, .constraint, .augmentation, .transformation, .metric:
        example.contains(":") ? "{\(example)}" : example
      case .loss, .optimizer, .initializer, .rate, .source:
        String(example.drop { $0 != ":" }.dropFirst(2))
      }
    _ = try choice(text, category)
  }

  @Test func everyLayerIsHeldAgainstPyTorchOrHasATestOfItsOwn() {
    let tested = Set(LayerCase.all.map { $0.layer.prefix { $0 != ":" } }.map(String.init))
    let others: Set = ["dropout", "noise", "heads", "grow", "network"]
    #expect(tested.union(others) == Set(Catalog.layers.map { $0.declaration.name }))
  }
}
