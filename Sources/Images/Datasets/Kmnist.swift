import Spec

/// Cursive Japanese characters from old books: 60,000 and 10,000 images of 28×28, grey (Clanuwat et al.
/// 2018).
package struct Kmnist: DatasetSource, Equatable {
  package static let split = Field.choice(
    "split", of: Mnist.Split.self, default: .train, "Which part of the set to use")

  package static let declaration = Declaration(
    "kmnist", "60,000 cursive Japanese characters (test: 10,000), grey, 28×28, ten classes",
    details: "Clanuwat et al. 2018. `gan-exp data get kmnist` fetches it.",
    fields: [split.declaration], shorthand: "split", example: "source: kmnist")

  package static var published: Published? { files.published }
  package static var ready: [any DatasetSource] { Mnist.Split.allCases.map(Kmnist.init) }

  private static let files = MnistFiles(
    name: "kmnist", torchFolder: "KMNIST/raw",
    packedDigests: [
      "bdb82020997e1d708af4cf47b453dcf7", "e144d726b3acfaa3e44228e80efcd344",
      "5c965bf0a639b31b8f53240b1b52f4d7", "7320c461ea6c1c855c0b718fb2a4b134",
    ],
    mirrors: ["http://codh.rois.ac.jp/kmnist/dataset/kmnist/"],
    classNames: ["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"])

  package let split: Mnist.Split

  package init(split: Mnist.Split = .train) { self.split = split }
  package static func source(_ record: Record) -> any DatasetSource { Self(record) }

  init(_ record: Record) { split = record[Self.split] }

  package var title: String { "kmnist \(split.rawValue)" }

  package var storedFormat: SampleFormat? {
    .image(ImageFormat(channels: 1, height: 28, width: 28))
  }

  package var classCount: Int? { Self.files.classNames.count }

  package func load(_ request: LoadRequest) throws(DatasetError) -> ImageSet {
    try Self.files.load(title, split, folders: request.folders)
  }
}
