import CLibrary

/// Where the text of a spec comes from.
struct SpecFiles: Sendable {
  /// The bytes of a file, or the system's words for why there are none.
  let read: @Sendable (_ path: String) -> Result<[UInt8], ReadError>

  struct ReadError: Error { let words: String }

  static let disk = SpecFiles { path in
    guard let file = unsafe fopen(path, "rb") else {
      return .failure(ReadError(words: unsafe String(cString: strerror(errno))))
    }
    defer { unsafe fclose(file) }
    var bytes: [UInt8] = []
    let chunk = 65_536
    // One chunk beyond the limit is enough to know that the file is too large.
    while bytes.count <= TextCheck.maxBytes {
      let part = unsafe [UInt8](unsafeUninitializedCapacity: chunk) { buffer, count in
        count = unsafe fread(buffer.baseAddress, 1, chunk, file)
      }
      bytes += part
      if part.count < chunk { break }
    }
    guard unsafe ferror(file) == 0 else {
      return .failure(ReadError(words: unsafe String(cString: strerror(errno))))
    }
    return .success(bytes)
  }

  static func memory(_ texts: [String: [UInt8]]) -> SpecFiles {
    SpecFiles { path in
      texts[path].map { .success($0) } ?? .failure(ReadError(words: "No such file or directory"))
    }
  }

  /// `base` as written in the file at `path`: relative to that file, `.` and `..` taken out.
  static func resolve(_ base: String, from path: String) -> String {
    let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    let joined = base.hasPrefix("/") ? base : (folder + [Substring(base)]).joined(separator: "/")
    var parts: [Substring] = []
    for part in joined.split(separator: "/") where part != "." {
      if part == "..", let last = parts.last, last != ".." {
        parts.removeLast()
      } else {
        parts.append(part)
      }
    }
    return (joined.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
  }
}
