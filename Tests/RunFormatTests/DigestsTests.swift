import Digests
import Testing

@Suite struct DigestsTests {
  /// The examples of FIPS 180-2, appendix B; a digest that was asked for goes on.
  @Test func sha256IsThatOfFIPS180() {
    #expect(
      sha256(Array("abc".utf8))
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    var hash = SHA256()
    #expect(
      hash.hexadecimal == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    let thousand = [UInt8](repeating: UInt8(ascii: "a"), count: 1000)
    for _ in 0..<999 { hash.update(thousand) }
    _ = hash.hexadecimal
    thousand.withUnsafeBytes { hash.update($0) }
    #expect(
      hash.hexadecimal == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  /// An example of RFC 1321, section A.5.
  @Test func md5IsThatOfRFC1321() {
    #expect(
      md5Hexadecimal(Array("mess".utf8), Array("age digest".utf8))
        == "f96b697d7cb7938d525a2f31aaf161d0")
  }
}
