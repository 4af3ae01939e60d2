/// Any data set in the IDX format of MNIST: a file of images and, if there are labels, a second one.
package struct Idx: DatasetSource, Equatable {
  /// A folder that holds the two files under MNIST's names, or the file of images.
  package let images: String
  package let labels: String?

  package init(images: String, labels: String? = nil) {
    self.images = images
    self.labels = labels
  }

  package func load(dataDirectory: [String]) throws(DatasetError) -> ImageSet {
    throw .missing(what: "idx", looked: dataDirectory, remedy: "")
  }
}
