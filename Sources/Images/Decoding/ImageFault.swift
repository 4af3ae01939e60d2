/// Why a file is no picture to learn from, in a few words.
package struct ImageFault: Error, Hashable, Sendable, CustomStringConvertible {
  package let reason: String
  package init(reason: String) { self.reason = reason }
  package var description: String { reason }
}

/// How large a picture may be before any memory is asked for.
package enum PictureLimit {
  /// Width and height.
  package static let side = 32_768
  package static let pixels = 100_000_000
  /// Bytes of the file.
  package static let fileSize = 256 << 20
}
