import Synchronization

/// What there is in a folder or an archive of pictures, as the files say of themselves: only their
/// headers are read.
package struct FolderSurvey: Sendable {
  package struct Size: Hashable, Sendable, Comparable {
    package let width: Int
    package let height: Int

    package static func < (a: Size, b: Size) -> Bool {
      (a.width * a.height, a.width) < (b.width * b.height, b.width)
    }
  }

  /// How many pictures there are of each size, upright.
  package let sizes: [Size: Int]
  /// How many of them are grey.
  package let greyCount: Int
  /// How many there are of each kind.
  package let kinds: [PictureKind: Int]
  package let unread: UnreadFiles
  /// Folders of the first level, where these are classes.
  package let classNames: [String]

  /// Whether the pictures are to be made small before they are looked at: they have many sizes, or are
  /// too many bytes as they are.
  package var needsSize: Bool {
    let bytes = sizes.reduce(0.0) { $0 + 3 * Double($1.key.width * $1.key.height * $1.value) }
    return sizes.count > 1 || bytes > Double(1 << 30)
  }

  init(_ collection: any ImageCollection, _ labels: ImageOptions.Labels) throws(DatasetError) {
    let found = Mutex((sizes: [Size: Int](), grey: 0, kinds: [PictureKind: Int]()))
    try collection.read(Array(collection.listing.entries.indices)) { _, bytes in
      guard case .success(let bytes) = bytes,
        let header = try? DecodedPicture.Header(bytes)
      else { return true }
      let turned = Orientation(ofFile: bytes).swapsSides
      found.withLock { found in
        let size = Size(
          width: turned ? header.height : header.width,
          height: turned ? header.width : header.height)
        found.sizes[size, default: 0] += 1
        if header.isGrey { found.grey += 1 }
        found.kinds[header.kind, default: 0] += 1
      }
      return true
    }
    (sizes, greyCount, kinds) = found.withLock { $0 }
    unread = collection.listing.unread
    classNames = FolderLabels(collection.listing, labels).classNames
  }
}

extension Folder {
  package func survey(_ request: LoadRequest) throws(DatasetError) -> FolderSurvey {
    try FolderSurvey(loader(request).collection, options.labels)
  }

  /// Whether a bad file ends a run.
  package var isStrict: Bool { options.onBadImage == .fail }

  /// The same pictures, whatever is bad among them being left out and counted.
  package var tolerant: Folder {
    var options = options
    options.onBadImage = .skip
    return Folder(written, options, pairedWith: pairedWith)
  }

  /// The pictures at `path`, as they are taken without any further word.
  package init(at path: String) { self.init(path) }
}
