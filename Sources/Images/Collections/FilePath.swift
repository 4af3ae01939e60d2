/// A path below the root of a collection, as the bytes the system has: names are in any script, and
/// not always in UTF-8.
struct FilePath: Hashable, Sendable {
  let components: [[UInt8]]

  init(_ components: [[UInt8]] = []) { self.components = components }

  /// From a path in an archive. Nil for one that leads out of it: absolute, or with `..`.
  init?(archived path: [UInt8]) {
    let slash = UInt8(ascii: "/")
    if path.first == slash { return nil }
    let parts = path.split(separator: slash).map(Array.init).filter { $0 != [UInt8(ascii: ".")] }
    if parts.contains(Array("..".utf8)) || path.contains(0) { return nil }
    components = parts
  }

  func appending(_ name: [UInt8]) -> FilePath { FilePath(components + [name]) }

  var name: [UInt8] { components.last ?? [] }

  var bytes: [UInt8] { Array(components.joined(separator: [UInt8(ascii: "/")])) }

  /// For people: what is not UTF-8 shows as �.
  var text: String { String(decoding: bytes, as: UTF8.self) }

  /// Names that begin with a dot, and the folders that a Mac adds to archives.
  var isHidden: Bool {
    components.contains { $0.first == UInt8(ascii: ".") || $0 == Array("__MACOSX".utf8) }
  }

  /// In lower case, without the dot; empty without one.
  var suffix: String {
    guard let dot = name.lastIndex(of: UInt8(ascii: ".")) else { return "" }
    return String(decoding: name[(dot + 1)...], as: UTF8.self).lowercased()
  }

  /// The bytes without the suffix and its dot: what partners of a pair have in common.
  var withoutSuffix: [UInt8] {
    guard let dot = name.lastIndex(of: UInt8(ascii: ".")) else { return bytes }
    return FilePath(components.dropLast() + [Array(name[..<dot])]).bytes
  }

  /// Whether it is called as the pictures that are read are: it is one, or damaged.
  var isNamedPicture: Bool { Self.pictureSuffixes.contains(suffix) }

  /// Whether it is what an editor or a transfer has left behind, which may well hold a picture.
  var isLeftover: Bool {
    suffix.last == "~" || ["bak", "orig", "old", "tmp", "part", "crdownload"].contains(suffix)
  }

  private static let pictureSuffixes: Set<String> = [
    "jpg", "jpeg", "jpe", "jfif", "jif", "pjpeg", "pjp", "png", "webp",
  ]

  /// The order of torchvision's `ImageFolder`: folder by folder, names by code points.
  static func precedes(_ a: FilePath, _ b: FilePath) -> Bool {
    let (folderA, folderB) = (a.components.dropLast(), b.components.dropLast())
    if let first = folderA.first, let other = folderB.first, first != other {
      return first.lexicographicallyPrecedes(other)
    }
    if folderA != folderB {
      let slash = [UInt8(ascii: "/")]
      let (pathA, pathB) = (folderA.joined(separator: slash), folderB.joined(separator: slash))
      return pathA.lexicographicallyPrecedes(pathB)
    }
    return a.name.lexicographicallyPrecedes(b.name)
  }
}
