import Spec

/// Zalando's pictures of clothes: 60,000 and 10,000 images of 28×28, grey (Xiao, Rasul and Vollgraf 2017).
package struct FashionMnist: DatasetSource, Equatable {
  package static let split = Field.choice(
    "split", of: Mnist.Split.self, default: .train, "Which part of the set to use")

  package static let declaration = Declaration(
    "fashion_mnist", "60,000 pictures of clothes (test: 10,000), grey, 28×28, ten classes",
    details: "Xiao, Rasul and Vollgraf 2017. `gan-exp data get fashion_mnist` fetches it.",
    fields: [split.declaration], shorthand: "split", example: "source: fashion_mnist")

  package static var published: Published? { files.published }
  package static var ready: [any DatasetSource] { Mnist.Split.allCases.map(FashionMnist.init) }

  private static let files = MnistFiles(
    name: "fashion_mnist", torchFolder: "FashionMNIST/raw",
    packedDigests: [
      "8d4fb7e6c68d591d4c3dfef9ec88bf0d", "25c81989df183df01b3e8a0aad5dffbe",
      "bef4ecab320f06d8554ea6380940ec79", "bb300cfdad3c16e7a12a480ee83cd310",
    ],
    mirrors: [
      "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
      "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    ],
    classNames: [
      "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
      "Ankle boot",
    ])

  package let split: Mnist.Split

  package init(split: Mnist.Split = .train) { self.split = split }
  package static func source(_ record: Record) -> any DatasetSource { Self(record) }

  init(_ record: Record) { split = record[Self.split] }

  package var title: String { "fashion_mnist \(split.rawValue)" }

  package var storedFormat: SampleFormat? {
    .image(ImageFormat(channels: 1, height: 28, width: 28))
  }

  package var classCount: Int? { Self.files.classNames.count }

  package func load(_ request: LoadRequest) throws(DatasetError) -> ImageSet {
    try Self.files.load(title, split, folders: request.folders)
  }
}
