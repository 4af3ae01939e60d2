/// The binary files of CIFAR-10 and CIFAR-100 (Krizhevsky 2009): records of one or two labels and 3,072
/// bytes, the red plane, the green and the blue, 32 × 32 each.
///
/// They lie in a folder, or in the tar or tar.gz in which they are published, which is not unpacked.
struct CifarFiles {
  /// `cifar-10-batches-bin`: the folder in the published archive.
  let folder: String
  let archive: String
  let parts: [String]
  let textFile: String
  /// Bytes before the pixels, and which of them is the class.
  let labelBytes: Int
  let label: Int
  let classes: Int

  private static let side = 32
  private static let pixels = 3 * side * side

  func load(_ title: String, folders: [String], remedy: String) throws(DatasetError) -> ImageSet {
    let content = try read(folders, remedy)
    let record = labelBytes + Self.pixels
    var (pixels, labels): ([UInt8], [Int32]) = ([], [])
    for (path, bytes) in content.parts {
      guard !bytes.isEmpty, bytes.count % record == 0 else {
        throw .malformed(
          path: path, offset: bytes.count - bytes.count % record,
          expected: "whole records of \(record) bytes", found: "\(bytes.count) bytes",
          remedy: remedy)
      }
      pixels.reserveCapacity(pixels.count + bytes.count / record * Self.pixels)
      for image in 0..<(bytes.count / record) {
        let start = image * record
        let number = Int(bytes[start + label])
        guard number < classes else {
          throw .malformed(
            path: path, offset: start + label, expected: "labels from 0 to \(classes - 1)",
            found: "label \(number) of image \(image)", remedy: remedy)
        }
        labels.append(Int32(number))
        let planes = start + labelBytes
        for place in 0..<(Self.side * Self.side) {
          for channel in 0..<3 {
            pixels.append(bytes[planes + channel * Self.side * Self.side + place])
          }
        }
      }
    }
    return ImageSet(
      name: title, count: labels.count, height: Self.side, width: Self.side, channels: 3,
      pixels: pixels, labels: labels, classNames: names(content.text))
  }

  /// The published names, or numbers where their file is not there.
  private func names(_ text: [UInt8]?) -> [String] {
    let lines = String(decoding: text ?? [], as: UTF8.self).split(whereSeparator: \.isNewline)
      .map(String.init)
    return lines.count == classes ? lines : (0..<classes).map(String.init)
  }

  private typealias Content = (parts: [(path: String, bytes: [UInt8])], text: [UInt8]?)

  private func read(_ folders: [String], _ remedy: String) throws(DatasetError) -> Content {
    var looked: [String] = []
    for place in folders.flatMap({ [joined($0, folder), $0] }) {
      let first = joined(place, parts[0])
      guard FileBytes.exists(first) else {
        looked.append(first)
        continue
      }
      var found: [(path: String, bytes: [UInt8])] = []
      for part in parts {
        let path = joined(place, part)
        guard let bytes = try FileBytes.readIfPresent(path) else {
          throw .missing(what: part, looked: [path], remedy: remedy)
        }
        found.append((path, bytes))
      }
      return (found, try FileBytes.readIfPresent(joined(place, textFile)))
    }
    for place in folders {
      for name in [archive, String(archive.dropLast(3))] {
        let path = joined(place, name)
        if let file = try DataFile(path) { return try read(file, remedy) }
        looked.append(path)
      }
    }
    throw .missing(what: parts[0], looked: looked, remedy: remedy)
  }

  private func read(_ file: DataFile, _ remedy: String) throws(DatasetError) -> Content {
    let wanted = Set(parts + [textFile])
    let isGzipped = try file.bytes(0..<min(file.count, 2)) == [0x1f, 0x8b]
    let found =
      isGzipped
      ? try members(of: TarReader(path: file.path, try GzipStream(file)), wanted)
      : try members(of: TarReader(path: file.path, PlainStream(file)), wanted)
    var pieces: [(path: String, bytes: [UInt8])] = []
    for part in parts {
      guard let bytes = found[part] else {
        throw .missing(what: "\(part) in \(file.path)", looked: [file.path], remedy: remedy)
      }
      pieces.append(("\(file.path): \(part)", bytes))
    }
    return (pieces, found[textFile])
  }

  private func members<Stream: ByteStream>(
    of reader: TarReader<Stream>, _ wanted: Set<String>
  ) throws(DatasetError) -> [String: [UInt8]] {
    var (reader, found) = (reader, [String: [UInt8]]())
    while found.count < wanted.count, let member = try reader.next() {
      let name = String(
        decoding: member.name.split(separator: UInt8(ascii: "/")).last ?? [], as: UTF8.self)
      if member.isFile, wanted.contains(name), member.size <= PictureLimit.fileSize {
        found[name] = try reader.content(member)
      }
    }
    return found
  }
}
