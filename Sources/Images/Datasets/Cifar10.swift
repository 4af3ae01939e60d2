import Spec

/// Krizhevsky's 60,000 small photographs in ten classes: 50,000 and 10,000 of 32×32, RGB.
///
/// The binary version, `cifar-10-binary.tar.gz` as published or unpacked.
package struct Cifar10: DatasetSource, Equatable {
  package static let split = Field.choice(
    "split", of: Mnist.Split.self, default: .train, "Which part of the set to use")

  package static let declaration = Declaration(
    "cifar10", "50,000 small photographs (test: 10,000), RGB, 32×32, ten classes",
    details: """
      Krizhevsky 2009, the binary version: `cifar-10-binary.tar.gz` as published, which `gan-exp data get cifar10` fetches, \
      or the folder in it, in the data folder.
      """,
    fields: [split.declaration], shorthand: "split", example: "source: cifar10")

  /// The authors' own address and MD5: https://www.cs.toronto.edu/~kriz/cifar.html
  package static let published: Published? = Published(
    name: "cifar10",
    files: [
      Published.File(
        archive: "cifar-10-binary.tar.gz", md5: "c32a1d4ab5d03f1284b67883e8d87530",
        size: 170_052_171)
    ],
    mirrors: ["https://www.cs.toronto.edu/~kriz/"])
  package static var ready: [any DatasetSource] { Mnist.Split.allCases.map(Cifar10.init) }

  package let split: Mnist.Split

  package init(split: Mnist.Split = .train) { self.split = split }
  package static func source(_ record: Record) -> any DatasetSource { Self(record) }

  init(_ record: Record) { split = record[Self.split] }

  package var title: String { "cifar10 \(split.rawValue)" }

  package var storedFormat: SampleFormat? {
    .image(ImageFormat(channels: 3, height: 32, width: 32))
  }

  package var classCount: Int? { 10 }

  package func load(_ request: LoadRequest) throws(DatasetError) -> ImageSet {
    let files = CifarFiles(
      folder: "cifar-10-batches-bin", archive: "cifar-10-binary.tar.gz",
      parts: split == .test ? ["test_batch.bin"] : (1...5).map { "data_batch_\($0).bin" },
      textFile: "batches.meta.txt", labelBytes: 1, label: 0, classes: 10)
    return try files.load(
      title, folders: request.folders.flatMap { [joined($0, "cifar10"), $0] },
      remedy:
        "fetch it with `gan-exp data get cifar10`, or say where it is with --data-dir DIR")
  }
}
