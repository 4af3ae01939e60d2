import Crypto

/// SHA-256 in hex.
package func sha256(_ bytes: [UInt8]) -> String {
  hexadecimal(SHA256.hash(data: bytes))
}

/// Bytes in lower-case hex, two digits each.
package func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
  let digits = Array("0123456789abcdef".utf8)
  return String(
    decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}
