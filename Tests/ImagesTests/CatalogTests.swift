import Foundation
import Testing

@testable import Images
@testable import Spec

@Suite struct CatalogTests {
  @Test
  func everyFileInDatasetsIsInTheCatalogAndNothingElse() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../Sources/Images/Datasets").standardizedFileURL
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    #expect(files == DatasetCatalog.all.map { "\($0).swift" })
    let names = DatasetCatalog.declarations.map(\.name)
    #expect(
      names.map { $0.split(separator: "_").map(\.capitalized).joined() + ".swift" } == files)
  }

  @Test
  func aDeclarationSaysWhatItIsInOneSentenceAndShowsALineOfASpec() throws {
    for declaration in DatasetCatalog.declarations {
      #expect(!declaration.summary.isEmpty && !declaration.summary.hasSuffix("."))
      #expect(declaration.example?.hasPrefix("source: ") == true)
    }
  }

  @Test
  func whatCanBeListedWithoutMoreWordsIsListed() {
    let titles = DatasetCatalog.all.flatMap { $0.ready }.map(\.title)
    let split = ["cifar10", "cifar100", "fashion_mnist", "kmnist", "mnist"]
      .flatMap { ["\($0) train", "\($0) test"] }
    #expect(titles == split + ["synthetic digits", "synthetic ring8", "synthetic grid25"])
  }

  struct Written: Sendable, CustomTestStringConvertible {
    let text: String
    let means: any DatasetSource & Equatable
    var testDescription: String { text }
  }

  static let written: [Written] = [
    Written(text: "mnist", means: Mnist(split: .train)),
    Written(text: "{mnist: test}", means: Mnist(split: .test)),
    Written(text: "{mnist: {split: test}}", means: Mnist(split: .test)),
    Written(text: "cifar10", means: Cifar10(split: .train)),
    Written(
      text: "{cifar100: {split: test, classes: coarse}}",
      means: Cifar100(split: .test, classes: .coarse)),
    Written(text: "{fashion_mnist: test}", means: FashionMnist(split: .test)),
    Written(text: "kmnist", means: Kmnist(split: .train)),
    Written(text: "{numpy: a.npy}", means: Numpy("a.npy")),
    Written(
      text: "{numpy: {path: a.npz, images: x, labels: y, layout: nchw, values: [-1, 1]}}",
      means: Numpy("a.npz", images: "x", labels: "y", layout: .nchw, values: [-1, 1])),
    Written(text: "{synthetic: digits}", means: Synthetic(count: 10_000, seed: 0)),
    Written(text: "{synthetic: {count: 500, seed: 7}}", means: Synthetic(count: 500, seed: 7)),
    Written(
      text: "{synthetic: ring8}",
      means: MixtureSource("ring8", .ring8(), count: 10_000, seed: 0)),
    Written(
      text: "{synthetic: {of: grid25, count: 7, seed: 3, spacing: 1, standard_deviation: 0.1}}",
      means: MixtureSource(
        "grid25", .grid25(spacing: 1, standardDeviation: 0.1), count: 7, seed: 3)),
    Written(text: "{idx: fashion/}", means: Idx(.folder("fashion/", split: .train))),
    Written(
      text: "{idx: {folder: kmnist, split: test}}", means: Idx(.folder("kmnist", split: .test))),
    Written(
      text: "{idx: {images: a, labels: b}}", means: Idx(.files(images: "a", labels: "b"))),
    Written(text: "{folder: faces/}", means: Folder("faces/")),
    Written(
      text: "{folder: {path: a.zip, channels: 1, labels: none, on_bad_image: skip}}",
      means: Folder(
        "a.zip", ImageOptions(channels: 1, labels: .none, onBadImage: .skip))),
    Written(text: "{idx: {images: a}}", means: Idx(.files(images: "a", labels: nil))),
  ]

  static let vocabulary = Vocabulary([.source: DatasetCatalog.declarations])

  @Test(arguments: written)
  func aSourceIsWhatTheSpecSays(_ written: Written) throws {
    let choice = try loadChoice(written.text, .source, vocabulary: Self.vocabulary).get()
    func isSame<Source: Equatable>(_ source: Source) -> Bool {
      DatasetCatalog.source(choice) as? Source == source
    }
    let isRight = isSame(written.means)
    #expect(isRight)
  }

  @Test(arguments: [
    ("minst", "mnist"), ("{mnist: validation}", "train, test"), ("idx", "folder"),
    ("{idx: {folder: a, images: b}}", "a folder and a file of images"),
    ("{idx: {folder: a, labels: b}}", "a folder and a file of labels"),
    ("{idx: {labels: b}}", "a folder, or a file of images"),
    ("folder", "path"), ("{folder: {path: a, channels: 2}}", "1 channel (grey) or 3"),
    ("{folder: {path: a, on_bad_image: ignore}}", "fail, skip"),
    ("{synthetic: {count: 0}}", "count"),
    ("{synthetic: {of: grid25, radius: 1}}", "`radius` belongs to `of: ring8`"),
    ("{synthetic: {standard_deviation: 1}}", "belongs to `of: ring8 or grid25`"),
    ("{synthetic: letters}", "digits"),
  ])
  func aSourceThatMakesNoSenseIsAnErrorOfTheSpec(_ text: String, _ says: String) {
    switch loadChoice(text, .source, vocabulary: Self.vocabulary) {
    case .success(let choice): Issue.record("\(choice.record)")
    case .failure(let diagnostics): #expect("\(diagnostics)".contains(says), "\(diagnostics)")
    }
  }
}
