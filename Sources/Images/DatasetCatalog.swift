import Spec

/// Where samples come from: one word of `data.source`, one file in `Datasets/`.
package protocol DatasetSource: Sendable {
  /// What is read: images or vectors.
  associatedtype Loaded: SampleSet

  static var declaration: Declaration { get }
  /// What `data get` can bring, if anything.
  static var published: Published? { get }
  /// The sets that need no further words: what `data ls` lists.
  static var ready: [any DatasetSource] { get }

  /// What a record of `declaration` means.
  static func source(_ record: Record) -> any DatasetSource

  /// The set in two or three words: `mnist train`.
  var title: String { get }
  /// What one sample is, where that is known without reading the set.
  var storedFormat: SampleFormat? { get }

  /// How many classes the set has, where that is known without reading it.
  var classCount: Int? { get }

  /// Channels of pictures of any size, where the spec chooses them.
  var chosenChannels: Int? { get }

  /// The source of the same game with which it shares its order, each sample beside its partner; nil: it
  /// has an order of its own. Only for sources of files with names.
  var pairedWith: String? { get }

  /// The folder of the file that says a path, beside which that is looked for first; nil: there is no path, or it is not looked for
  /// there.
  var specFolder: String? { get }

  /// The whole set: as stored, or, where pictures are of any size, brought to `request.size`.
  func load(_ request: LoadRequest) throws(DatasetError) -> Loaded
}

extension DatasetSource {
  package var chosenChannels: Int? { nil }
  package var classCount: Int? { nil }
  package var pairedWith: String? { nil }
  package var specFolder: String? { nil }
}

/// Files that are to be had from mirrors.
package struct Published: Sendable, Equatable {
  /// `size` is that of the uncompressed content, or of an archive as it is.
  package struct File: Sendable, Equatable {
    /// The MD5 that the publisher states.
    package enum Digest: Sendable, Equatable {
      case ofContent(String)
      /// Of the gzipped file; nothing is stated of the unpacked one.
      case ofPacked(String)
      /// Of an archive, which is read as it is: packed or not, it is this file or none.
      case ofArchive(String)
    }
    package let name: String
    package let digest: Digest
    package let size: Int

    package init(name: String, md5: String, size: Int) {
      (self.name, digest, self.size) = (name, .ofContent(md5), size)
    }

    package init(archive: String, md5: String, size: Int) {
      (self.name, digest, self.size) = (archive, .ofArchive(md5), size)
    }

    package init(name: String, packedMD5: String, size: Int) {
      (self.name, digest, self.size) = (name, .ofPacked(packedMD5), size)
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
    Cifar10.self,
    Cifar100.self,
    FashionMnist.self,
    Folder.self,
    Idx.self,
    Kmnist.self,
    Mnist.self,
    Numpy.self,
    Synthetic.self,
  ]

  /// For the vocabulary of the spec.
  package static var declarations: [Declaration] { all.map { $0.declaration } }

  /// The source that a spec names. The spec has been read with `declarations`, so it is here.
  package static func source(_ choice: Choice) -> any DatasetSource {
    guard let source = all.first(where: { $0.declaration.name == choice.name }) else {
      preconditionFailure("`\(choice.name)` is declared as a data source and not in the catalog")
    }
    return source.source(choice.record)
  }

  package static var published: [Published] { all.compactMap { $0.published } }
}
