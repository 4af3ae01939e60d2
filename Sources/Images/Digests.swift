import Crypto

/// The MD5, in hex, of the pieces one after the other: what publishers of old data sets state.
func md5Hexadecimal(_ pieces: [UInt8]...) -> String {
  var hash = Insecure.MD5()
  for piece in pieces { unsafe piece.withUnsafeBytes { unsafe hash.update(bufferPointer: $0) } }
  return hexadecimal(hash.finalize())
}

/// Bytes in lower-case hex, two digits each.
func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
  let digits = Array("0123456789abcdef".utf8)
  return String(
    decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}
