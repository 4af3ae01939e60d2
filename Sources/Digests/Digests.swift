import CNettle

/// The SHA-256 of bytes as they come.
///
/// Source: FIPS 180-4, section 6.2; computed by nettle.
package struct SHA256: Sendable {
  private var context = sha256_ctx()

  package init() { unsafe nettle_sha256_init(&context) }

  package mutating func update(_ bytes: [UInt8]) {
    unsafe bytes.withUnsafeBytes { unsafe update($0) }
  }

  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.baseAddress else { return }
    unsafe nettle_sha256_update(
      &context, bytes.count, start.assumingMemoryBound(to: UInt8.self))
  }

  /// Of all that came, in hex.
  package var hexadecimal: String {
    var (context, digest) = (context, [UInt8](repeating: 0, count: Int(SHA256_DIGEST_SIZE)))
    unsafe finish_sha256(&context, &digest)
    return Digests.hexadecimal(digest)
  }
}

/// SHA-256 in hex.
package func sha256(_ bytes: [UInt8]) -> String {
  var hash = SHA256()
  hash.update(bytes)
  return hash.hexadecimal
}

/// The MD5, in hex, of the pieces one after the other: what publishers of old data sets state.
///
/// Source: RFC 1321; computed by nettle.
package func md5Hexadecimal(_ pieces: [UInt8]...) -> String {
  var (context, digest) = (md5_ctx(), [UInt8](repeating: 0, count: Int(MD5_DIGEST_SIZE)))
  unsafe nettle_md5_init(&context)
  for piece in pieces { unsafe nettle_md5_update(&context, piece.count, piece) }
  unsafe finish_md5(&context, &digest)
  return hexadecimal(digest)
}

/// Bytes in lower-case hex, two digits each.
package func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
  let digits = Array("0123456789abcdef".utf8)
  return String(
    decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}
