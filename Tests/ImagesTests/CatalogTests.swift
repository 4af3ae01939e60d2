import Foundation
import Testing

@testable import Images
@testable import Spec

@Suite struct CatalogTests {
  @Test("Every file in Datasets is in the catalog, and nothing else")
  func files() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../Sources/Images/Datasets").standardizedFileURL
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    #expect(files == DatasetCatalog.all.map { "\($0).swift" })
    let names = DatasetCatalog.declarations.map(\.name)
    #expect(names.map { $0.capitalized + ".swift" } == files)
  }

  @Test("A declaration says what it is in one sentence, and shows a line of a spec")
  func declarations() throws {
    for declaration in DatasetCatalog.declarations {
      #expect(!declaration.summary.isEmpty && !declaration.summary.hasSuffix("."))
      #expect(declaration.example?.hasPrefix("source: ") == true)
    }
  }

  @Test("What can be listed without more words is listed")
  func ready() {
    let titles = DatasetCatalog.all.flatMap { $0.ready }.map(\.title)
    #expect(titles == ["mnist train", "mnist test", "synthetic digits"])
  }
}
