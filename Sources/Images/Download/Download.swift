import Digests

/// Brings the files of a data set from a mirror, or from a copy at hand, to a folder.
///
/// A file is taken as published only when the MD5 of its uncompressed content says so, and it appears
/// under its name in one rename. What a cut connection leaves is kept as `NAME.part` and continued by
/// the next attempt, this time or another.
package struct Download: Sendable {
  package enum Origin: Sendable, Equatable {
    /// Addresses to which a file's name is appended, tried in order.
    case mirrors([String])
    case folder(String)
  }

  package struct Progress: Sendable, Equatable {
    package let file: String
    /// The address or path it comes from.
    package let source: String
    /// Bytes at hand, with those of an earlier attempt.
    package let received: Int
    /// Nil when the server does not say.
    package let total: Int?
  }

  package let published: Published
  package let origin: Origin
  /// Seconds without a byte after which a connection counts as cut.
  package let patience: Double

  package init(_ published: Published, origin: Origin, patience: Double = 30) {
    self.published = published
    self.origin = origin
    self.patience = patience
  }

  /// `from` is what follows `--from`: an address, a folder, or nil for the mirrors.
  package init(_ published: Published, from: String?) {
    let isAddress = from.map { $0.hasPrefix("http://") || $0.hasPrefix("https://") } ?? false
    switch from {
    case let address? where isAddress: self.init(published, origin: .mirrors([address]))
    case let folder?: self.init(published, origin: .folder(folder))
    case nil: self.init(published, origin: .mirrors(published.mirrors))
    }
  }

  /// Puts every file that is not there yet into `folder`, which is created, and returns their paths.
  ///
  /// `progress` is called for every piece that arrives.
  package func run(
    into folder: String, progress: @escaping @Sendable (Progress) -> Void
  ) throws(DatasetError) -> [String] {
    try FileBytes.createDirectory(folder)
    var paths: [String] = []
    for file in published.files {
      let present = FileSearch(folders: [folder]).find([file.plainName]).found
      if let present, (try? check(present, file)) != nil {
        paths.append(present)
        continue
      }
      let path =
        switch origin {
        case .mirrors(let mirrors):
          try fetch(file, to: folder, mirrors: mirrors, progress: progress)
        case .folder(let source):
          try copy(file, to: folder, from: source, progress: progress)
        }
      // A damaged file under the other name would be found before the good one.
      if let present, present != path { try FileBytes.move(present, to: present + ".damaged") }
      paths.append(path)
    }
    return paths
  }

  private var remedy: String {
    "try again later, give a mirror with --from URL, or the folder of a copy with --from DIR"
  }

  /// The bytes of a file that is there; throws when its content is not the published one.
  private func check(_ path: String, _ file: Published.File) throws(DatasetError) -> [UInt8] {
    let bytes = try FileBytes.readIfPresent(path) ?? []
    try file.verify(bytes, path: path, remedy: remedy)
    return bytes
  }

  /// Named after what is in it: a copy or a server may have the file unpacked.
  private func publish(
    _ part: PartialFile, _ bytes: [UInt8], of file: Published.File, in folder: String
  ) throws(DatasetError) -> String {
    let path = joined(folder, Gzip.isGzip(bytes) ? file.name : file.plainName)
    try part.publish(as: path)
    return path
  }

  private func copy(
    _ file: Published.File, to folder: String, from source: String,
    progress: @Sendable (Progress) -> Void
  ) throws(DatasetError) -> String {
    let folders = [source, joined(source, published.name), joined(source, "MNIST/raw")]
    let (found, looked) = FileSearch(folders: folders).find([file.plainName])
    guard let found else { throw .missing(what: file.name, looked: looked, remedy: remedy) }
    let bytes = try check(found, file)
    let part = try PartialFile(path: joined(folder, file.name))
    try part.restart()
    try part.append(bytes)
    progress(Progress(file: file.name, source: found, received: bytes.count, total: bytes.count))
    return try publish(part, bytes, of: file, in: folder)
  }

  private func fetch(
    _ file: Published.File, to folder: String, mirrors: [String],
    progress: @escaping @Sendable (Progress) -> Void
  ) throws(DatasetError) -> String {
    let part = try PartialFile(path: joined(folder, file.name))
    var attempts: [String] = []
    for mirror in mirrors {
      let address = joined(mirror, file.name)
      // A connection that is cut after some bytes is worth another try; so is a file that was
      // continued from what another server had sent. Neither goes on for ever.
      for _ in 0..<5 {
        let before = part.size
        var transfer = HTTPTransfer(address: address, patience: patience, limit: file.fetchLimit)
        transfer.progress = { received, total in
          progress(
            Progress(file: file.name, source: address, received: received, total: total))
        }
        switch try transfer.run(into: part) {
        case .complete:
          let bytes = try FileBytes.readIfPresent(part.temporaryPath) ?? []
          let verdict = Result { () throws(DatasetError) in
            try file.verify(bytes, path: address, remedy: remedy)
          }
          switch verdict {
          case .success:
            return try publish(part, bytes, of: file, in: folder)
          case .failure(let error):
            attempts.append("\(address): \(error.summary)")
            try part.restart()
            if before > 0 { continue }
          }
        case .cut(let reason):
          attempts.append("\(address): cut after \(part.size) bytes: \(reason)")
          if part.size > before { continue }
        case .restarted(let reason):
          attempts.append("\(address): \(reason)")
          if before > 0 { continue }
        case .refused(let reason):
          attempts.append("\(address): \(reason)")
        }
        break
      }
    }
    throw .unavailable(file: file.name, attempts: attempts, remedy: remedy)
  }
}

extension Published.File {
  /// The name of the file unpacked.
  var plainName: String {
    !isArchive && name.hasSuffix(".gz") ? String(name.dropLast(3)) : name
  }

  private var isArchive: Bool {
    if case .ofArchive = digest { true } else { false }
  }

  /// Gzip adds a few bytes to what it cannot compress.
  var fetchLimit: Int { size + size / 1000 + 4096 }

  /// Throws unless `bytes`, gzipped or not, are the published file, as far as its publisher says.
  func verify(_ bytes: [UInt8], path: String, remedy: String) throws(DatasetError) {
    var content = bytes
    if !isArchive, Gzip.isGzip(bytes) {
      do { content = try Gzip.content(of: bytes, limit: size) } catch {
        throw .malformed(
          path: path, offset: error.offset, expected: "gzip of \(size) bytes", found: error.reason,
          remedy: remedy)
      }
    }
    guard content.count == size else {
      throw .malformed(
        path: path, offset: nil,
        expected: isArchive ? "\(size) bytes" : "\(size) bytes of content",
        found: "\(content.count) bytes", remedy: remedy)
    }
    let (expected, found): (String, String)
    switch digest {
    case .ofContent(let md5), .ofArchive(let md5):
      (expected, found) = (md5, md5Hexadecimal(content))
    case .ofPacked(let md5):
      guard Gzip.isGzip(bytes) else { return }
      (expected, found) = (md5, md5Hexadecimal(bytes))
    }
    guard found == expected else {
      throw .wrongDigest(
        path: path, algorithm: "MD5", expected: expected, found: found, remedy: remedy)
    }
  }
}
