import Spec

/// Krizhevsky's 60,000 small photographs in a hundred classes, or the twenty that these make up: 50,000
/// and 10,000 of 32×32, RGB.
///
/// The binary version, `cifar-100-binary.tar.gz` as published or unpacked.
package struct Cifar100: DatasetSource, Equatable {
  package enum Classes: String, CaseIterable, Sendable {
    case fine, coarse

    var count: Int { self == .coarse ? 20 : 100 }
  }

  package static let split = Field.choice(
    "split", of: Mnist.Split.self, default: .train, "Which part of the set to use")
  package static let classes = Field.choice(
    "classes", of: Classes.self, default: .fine, "The hundred, or the twenty they are grouped in")

  package static let declaration = Declaration(
    "cifar100", "50,000 small photographs (test: 10,000), RGB, 32×32, a hundred classes",
    details: """
      Krizhevsky 2009, the binary version: `cifar-100-binary.tar.gz` as published, which `gan-exp data get cifar100` fetches, \
      or the folder in it, in the data folder.
      """,
    fields: [split.declaration, classes.declaration], shorthand: "split",
    example: "source: {cifar100: {classes: coarse}}")

  /// The authors' own address and MD5: https://www.cs.toronto.edu/~kriz/cifar.html
  package static let published: Published? = Published(
    name: "cifar100",
    files: [
      Published.File(
        archive: "cifar-100-binary.tar.gz", md5: "03b5dce01913d631647c71ecec9e9cb8",
        size: 168_513_733)
    ],
    mirrors: ["https://www.cs.toronto.edu/~kriz/"])
  package static var ready: [any DatasetSource] {
    Mnist.Split.allCases.map { Cifar100(split: $0) }
  }

  package let split: Mnist.Split
  package let classes: Classes

  package init(split: Mnist.Split = .train, classes: Classes = .fine) {
    (self.split, self.classes) = (split, classes)
  }
  package static func source(_ record: Record) -> any DatasetSource { Self(record) }

  init(_ record: Record) {
    self.init(split: record[Self.split], classes: record[Self.classes])
  }

  package var title: String {
    "cifar100 \(split.rawValue)" + (classes == .coarse ? ", coarse classes" : "")
  }

  package var storedFormat: SampleFormat? {
    .image(ImageFormat(channels: 3, height: 32, width: 32))
  }

  package var classCount: Int? { classes.count }

  package func load(_ request: LoadRequest) throws(DatasetError) -> ImageSet {
    let files = CifarFiles(
      folder: "cifar-100-binary", archive: "cifar-100-binary.tar.gz",
      parts: ["\(split.rawValue).bin"],
      textFile: "\(classes.rawValue)_label_names.txt", labelBytes: 2,
      label: classes == .coarse ? 0 : 1, classes: classes.count)
    return try files.load(
      title, folders: request.folders.flatMap { [joined($0, "cifar100"), $0] },
      remedy:
        "fetch it with `gan-exp data get cifar100`, or say where it is with --data-dir DIR")
  }
}
