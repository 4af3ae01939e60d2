/// Arrays in a `.npy` file, or by name in a `.npz` (a zip of them, packed or not).
struct NumpyFile {
  /// An array and the bytes of its elements.
  struct Content {
    let array: NumpyArray
    let bytes: PixelStore
  }

  private let file: DataFile
  /// By name, without `.npy`; nil for a single array.
  private let members: [(name: String, member: ZipDirectory.Member)]?

  init(_ path: String) throws(DatasetError) {
    guard let file = try DataFile(path) else {
      throw .missing(what: "the file", looked: [path], remedy: "give the path of a .npy or .npz")
    }
    self.file = file
    guard try file.bytes(0..<min(file.count, 2)) == Array("PK".utf8) else {
      members = nil
      return
    }
    members = try ZipDirectory(file).members.map { member in
      let name = String(decoding: member.name, as: UTF8.self)
      return (name.hasSuffix(".npy") ? String(name.dropLast(4)) : name, member)
    }
  }

  var path: String { file.path }

  /// Names of the arrays; empty for a single one.
  var names: [String] { members?.map(\.name) ?? [] }

  /// The array `name`; nil where there is none, or nil for a single array.
  func content(_ name: String?) throws(DatasetError) -> Content? {
    guard let members else {
      return try content(PixelStore(file, 0..<file.count), path: path)
    }
    guard let name, let found = members.last(where: { $0.name == name }) else { return nil }
    let place = "\(path): \(name)"
    let bytes: PixelStore
    do throws(ImageFault) {
      bytes = try ZipContent.store(found.member, in: file, limit: FileBytes.sizeLimit)
    } catch {
      throw .malformed(
        path: place, offset: nil, expected: "an array in a zip file", found: error.reason,
        remedy: nil)
    }
    return try content(bytes, path: place)
  }

  private func content(_ bytes: PixelStore, path: String) throws(DatasetError) -> Content {
    let head = try bytes.bytes(0..<min(bytes.count, NumpyArray.headLimit))
    do throws(NumpyArray.Fault) {
      let array = try NumpyArray(head: head, size: bytes.count)
      return Content(array: array, bytes: bytes.part(array.start..<bytes.count))
    } catch {
      throw .malformed(
        path: path, offset: error.offset, expected: error.expected, found: error.found, remedy: nil)
    }
  }
}
