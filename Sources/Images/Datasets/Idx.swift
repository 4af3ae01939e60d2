/// Any data set in the IDX format of MNIST (Fashion-MNIST, KMNIST, EMNIST, your own): a file of images
/// and, if there are labels, a second one. Nothing but their own headers says what is right in them.
package struct Idx: DatasetSource, Equatable {
  package enum Place: Sendable, Equatable {
    /// A folder with the two files under MNIST's names.
    case folder(String, split: Mnist.Split)
    case files(images: String, labels: String?)
  }

  package let place: Place
  /// A name for each label from 0 on; without them the classes are called by their numbers.
  package let classNames: [String]?

  package init(_ place: Place, classNames: [String]? = nil) {
    self.place = place
    self.classNames = classNames
  }

  /// A relative path is looked for in every folder of `dataDirectory` and then in the current one.
  package func load(dataDirectory: [String]) throws(DatasetError) -> ImageSet {
    let places = dataDirectory + ["."]
    switch place {
    case .files(let images, let labels):
      let imagesPath = try find([images], "the images", in: images.hasPrefix("/") ? [""] : places)
      let labelsPath = try labels.map { labels throws(DatasetError) in
        try find([labels], "the labels", in: labels.hasPrefix("/") ? [""] : places)
      }
      return try load(images: imagesPath, labels: labelsPath)
    case .folder(let folder, let split):
      let folders = folder.hasPrefix("/") ? [folder] : places.map { joined($0, folder) }
      let prefix = split == .train ? "train" : "t10k"
      let names = { (kind: String) in ["\(prefix)-\(kind)-ubyte", "\(prefix)-\(kind).ubyte"] }
      let images = try find(names("images-idx3"), "the images", in: folders)
      let beside = FileSearch(folders: [parentFolder(images)])
      return try load(images: images, labels: beside.find(names("labels-idx1")).found)
    }
  }

  private func find(
    _ names: [String], _ what: String, in folders: [String]
  ) throws(DatasetError) -> String {
    let (path, looked) = FileSearch(folders: folders).find(names)
    guard let path else {
      throw .missing(
        what: "\(what) of {idx: …}", looked: looked,
        remedy: "give the folder of the files, or both files with images: and labels:; "
          + "relative paths start at --data-dir DIR")
    }
    return path
  }

  private func load(images: String, labels: String?) throws(DatasetError) -> ImageSet {
    let pair = IdxPair(
      images: IdxPair.Part(path: images, md5: nil),
      labels: labels.map { IdxPair.Part(path: $0, md5: nil) },
      remedy: "give the folder of the files, or both files with images: and labels:")
    return try pair.load(name: "idx", classNames: classNames)
  }
}
