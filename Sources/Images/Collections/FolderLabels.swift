/// The classes of a collection: its first-level folders, in the order of their names.
struct FolderLabels: Sendable {
  /// One for each entry; nil without classes.
  let labels: [Int32]?
  let classNames: [String]
  /// Class folders without pictures, and pictures without a class folder.
  let faults: [BadImage]
  /// Entries that have no class where all should have one.
  let withoutClass: Set<Int>

  init(_ listing: Listing, _ wanted: ImageOptions.Labels) {
    let loose = listing.entries.indices.filter { listing.entries[$0].path.components.count == 1 }
    let hasClasses =
      switch wanted {
      case .auto: loose.isEmpty && !listing.folders.isEmpty
      case .folders: true
      case .none: false
      }
    guard hasClasses else {
      (labels, classNames, faults, withoutClass) = (nil, [], [], [])
      return
    }
    let names = listing.folders.sorted { $0.lexicographicallyPrecedes($1) }
    let numbers = Dictionary(uniqueKeysWithValues: zip(names, (0..<names.count).map(Int32.init)))
    let known = listing.entries.map { entry in
      entry.path.components.count > 1 ? numbers[entry.path.components[0]] : nil
    }
    let used = Set(known.compactMap(\.self))
    labels = known.map { $0 ?? 0 }
    classNames = names.map { String(decoding: $0, as: UTF8.self) }
    withoutClass = Set(loose)
    faults =
      zip(names, classNames).filter { numbers[$0.0].map { !used.contains($0) } ?? true }
      .map { BadImage(name: "\($0.1)/", reason: "a class folder without pictures") }
      + loose.map {
        BadImage(name: listing.entries[$0].path.text, reason: "it lies in no class folder")
      }
  }
}
