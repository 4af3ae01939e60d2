import Spec

/// The handwritten digits of LeCun, Cortes and Burges: 60,000 and 10,000 images of 28×28, grey.
///
/// The four files, gzipped or not, lie in `DIR/mnist`, in `DIR/MNIST/raw` (torchvision's place) or in
/// `DIR` itself. Their content is checked against the published MD5.
package struct Mnist: DatasetSource, Equatable {
  package enum Split: String, CaseIterable, Sendable { case train, test }

  package static let split = Field.choice(
    "split", of: Split.self, default: .train, "Which part of the set to use")

  package static let declaration = Declaration(
    "mnist", "60,000 handwritten digits (test: 10,000), grey, 28×28, ten classes",
    details: "LeCun, Cortes and Burges 1998. `gan-exp data get mnist` fetches it.",
    fields: [split.declaration], shorthand: "split", example: "source: mnist")

  package static let published: Published? = Published(
    name: "mnist",
    files: [
      Published.File(
        name: "train-images-idx3-ubyte.gz", md5: "6bbc9ace898e44ae57da46a324031adb",
        size: 47_040_016),
      Published.File(
        name: "train-labels-idx1-ubyte.gz", md5: "a25bea736e30d166cdddb491f175f624", size: 60_008),
      Published.File(
        name: "t10k-images-idx3-ubyte.gz", md5: "2646ac647ad5339dbf082846283269ea",
        size: 7_840_016),
      Published.File(
        name: "t10k-labels-idx1-ubyte.gz", md5: "27ae3e4e09519cfbb04c329615203637", size: 10_008),
    ],
    mirrors: [
      "https://ossci-datasets.s3.amazonaws.com/mnist/",
      "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ])

  package static var ready: [any DatasetSource] { Split.allCases.map(Mnist.init) }

  package let split: Split

  package init(split: Split = .train) { self.split = split }
  package static func source(_ record: Record) -> any DatasetSource { Self(record) }

  init(_ record: Record) { split = record[Self.split] }

  package var title: String { "mnist \(split.rawValue)" }

  package var storedFormat: SampleFormat? {
    .image(ImageFormat(channels: 1, height: 28, width: 28))
  }

  package var classCount: Int? { 10 }

  package func load(_ request: LoadRequest) throws(DatasetError) -> ImageSet {
    let search = FileSearch(
      folders: request.folders.flatMap { [joined($0, "mnist"), joined($0, "MNIST/raw"), $0] })
    let all = Self.published?.files ?? []
    let files = all.filter { $0.name.hasPrefix(split == .train ? "train" : "t10k") }
    var parts: [IdxPair.Part] = []
    for file in files {
      let (path, looked) = search.find([file.plainName])
      guard let path else {
        throw .missing(
          what: "MNIST (\(file.plainName))", looked: looked,
          remedy: "fetch it with `gan-exp data get mnist`, or say where it is with --data-dir DIR")
      }
      guard case .ofContent(let md5) = file.digest else { continue }
      parts.append(IdxPair.Part(path: path, md5: md5))
    }
    let pair = IdxPair(
      images: parts[0], labels: parts[1],
      remedy: "remove the file and fetch it again with `gan-exp data get mnist`; "
        + "for a data set of your own in this format, write source: {idx: FOLDER}")
    return try pair.load(name: title, classNames: (0...9).map(String.init))
  }
}
