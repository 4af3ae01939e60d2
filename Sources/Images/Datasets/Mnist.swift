/// The handwritten digits of LeCun, Cortes and Burges: 60,000 and 10,000 images of 28×28, grey.
package struct Mnist: DatasetSource, Equatable {
  package enum Split: String, CaseIterable, Sendable { case train, test }

  package let split: Split

  package init(split: Split = .train) { self.split = split }

  package func load(dataDirectory: [String]) throws(DatasetError) -> ImageSet {
    throw .missing(what: "mnist", looked: dataDirectory, remedy: "")
  }
}
