import Spec

/// Where images come from: one word of `data.source`, one file in `Datasets/`.
package protocol DatasetSource: Sendable {
  static var declaration: Declaration { get }
  /// What `data get` can bring, if anything.
  static var published: Published? { get }
  /// The sets that need no further words: what `data ls` lists.
  static var ready: [any DatasetSource] { get }

  init(_ record: Record)

  /// The set in two or three words: `mnist train`.
  var title: String { get }
  /// What one image is, where that is known without reading the set.
  var storedFormat: StoredFormat? { get }

  /// The whole set: as stored, or, where pictures are of any size, brought to `request.size`.
  func load(_ request: LoadRequest) throws(DatasetError) -> ImageSet
}

/// Files that are to be had from mirrors.
package struct Published: Sendable, Equatable {
  /// `md5` and `size` are those of the uncompressed content.
  package struct File: Sendable, Equatable {
    package let name: String
    package let md5: String
    package let size: Int

    package init(name: String, md5: String, size: Int) {
      self.name = name
      self.md5 = md5
      self.size = size
    }
  }

  /// The word that `data get` takes, and the folder that the files go to.
  package let name: String
  package let files: [File]
  /// Addresses to which a file's name is appended, the preferred one first.
  package let mirrors: [String]

  package init(name: String, files: [File], mirrors: [String]) {
    self.name = name
    self.files = files
    self.mirrors = mirrors
  }
}

/// Every data set there is, a line each.
package enum DatasetCatalog {
  package static let all: [any DatasetSource.Type] = [
    Folder.self,
    Idx.self,
    Mnist.self,
    Synthetic.self,
  ]

  /// For the vocabulary of the spec.
  package static var declarations: [Declaration] { all.map { $0.declaration } }

  /// The source that a spec names. The spec has been read with `declarations`, so it is here.
  package static func source(_ choice: Choice) -> any DatasetSource {
    guard let source = all.first(where: { $0.declaration.name == choice.name }) else {
      preconditionFailure("`\(choice.name)` is declared as a data source and not in the catalog")
    }
    return source.init(choice.record)
  }

  package static var published: [Published] { all.compactMap { $0.published } }
}
