import Spec

/// Any data set in the IDX format of MNIST (Fashion-MNIST, KMNIST, EMNIST, your own): a file of images
/// and, if there are labels, a second one. Nothing but their own headers says what is right in them.
package struct Idx: DatasetSource, Equatable {
  package enum Place: Sendable, Equatable {
    /// A folder with the two files under MNIST's names.
    case folder(String, split: Mnist.Split)
    case files(images: String, labels: String?)
  }

  package static let folder = Field.optionalText(
    "folder", "A folder that holds the files under MNIST's names")
  package static let images = Field.optionalText(
    "images", "The file of images, in place of a folder")
  package static let labels = Field.optionalText("labels", "The file of labels that goes with it")
  package static let split = Field.choice(
    "split", of: Mnist.Split.self, default: .train, "Which files of the folder to use")

  package static let declaration = Declaration(
    "idx", "Grey images and labels in files of MNIST's format, plain or gzipped",
    details: """
      Fashion-MNIST, KMNIST, EMNIST or your own. A folder holds `train-images-idx3-ubyte` and, if \
      there are labels, `train-labels-idx1-ubyte` (`t10k-…` for `split: test`), with or without \
      `.gz`. Relative paths start where the experiment file lies, then at the data folder \
      (`--data-dir`), then at the current one.
      """,
    fields: [
      folder.declaration, images.declaration, labels.declaration, split.declaration,
    ],
    shorthand: "folder", example: "source: {idx: fashion/}",
    check: { record in
      switch (record[folder], record[images], record[labels]) {
      case (nil, nil, _):
        [
          Objection(
            "folder", "idx needs a folder, or a file of images", label: "write {idx: FOLDER}")
        ]
      case (.some, .some, _):
        [Objection("images", "idx has a folder and a file of images", label: "give one of the two")]
      case (.some, nil, .some):
        [
          Objection(
            "labels", "idx has a folder and a file of labels", label: "the folder's are used")
        ]
      case (.some, nil, nil), (nil, .some, _): []
      }
    })

  package static let published: Published? = nil
  package static var ready: [any DatasetSource] { [] }

  package let place: Place
  package let specFolder: String?

  package init(_ place: Place) { (self.place, specFolder) = (place, nil) }

  package static func source(_ record: Record) -> any DatasetSource { Self(record) }

  init(_ record: Record) {
    let key = record[Self.images] == nil ? Self.folder : Self.images
    specFolder = WrittenPath(record, "", at: key.declaration.name).specFolder
    if let images = record[Self.images] {
      place = .files(images: images, labels: record[Self.labels])
    } else {
      place = .folder(record[Self.folder] ?? "", split: record[Self.split])
    }
  }

  package var title: String {
    switch place {
    case .folder(let folder, let split): "idx \(folder) \(split.rawValue)"
    case .files(let images, _): "idx \(images)"
    }
  }

  package var storedFormat: SampleFormat? { nil }

  package func load(_ request: LoadRequest) throws(DatasetError) -> ImageSet {
    func places(_ path: String) -> [String] {
      WrittenPath(path, specFolder: specFolder).places(request)
    }
    switch place {
    case .files(let images, let labels):
      let imagesPath = try find(places(images), "the images")
      let labelsPath = try labels.map { labels throws(DatasetError) in
        try find(places(labels), "the labels")
      }
      return try load(images: imagesPath, labels: labelsPath)
    case .folder(let folder, let split):
      if let ambiguity = WrittenPath(folder, specFolder: specFolder).ambiguity(request) {
        request.report(ambiguity)
      }
      let folders = places(folder)
      let prefix = split == .train ? "train" : "t10k"
      let names = { (kind: String, rank: Int) in
        ["-", "."].map { "\(prefix)-\(kind)\($0)idx\(rank)-ubyte" }
      }
      let images = try find(names("images", 3), "the images", in: folders)
      let beside = FileSearch(folders: [parentFolder(images)])
      return try load(images: images, labels: beside.find(names("labels", 1)).found)
    }
  }

  private func find(
    _ names: [String], _ what: String, in folders: [String] = ["."]
  ) throws(DatasetError) -> String {
    let (path, looked) = FileSearch(folders: folders).find(names)
    guard let path else {
      throw .missing(
        what: "\(what) of {idx: …}", looked: looked,
        remedy: "give the folder of the files, or both files with images: and labels:; "
          + "relative paths start where the experiment file lies, then at --data-dir DIR")
    }
    return path
  }

  private func load(images: String, labels: String?) throws(DatasetError) -> ImageSet {
    let pair = IdxPair(
      images: IdxPair.Part(path: images, md5: nil),
      labels: labels.map { IdxPair.Part(path: $0, md5: nil) },
      remedy: "give the folder of the files, or both files with images: and labels:")
    return try pair.load(name: title, classNames: nil)
  }
}
