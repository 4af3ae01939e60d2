/// What kind of picture a file is by its first bytes, whatever it is called.
package enum PictureKind: String, CaseIterable, Sendable {
  case jpeg = "JPEG"
  case png = "PNG"
  case webp = "WebP"
  case gif = "GIF"
  case bmp = "BMP"
  case tiff = "TIFF"
  case heif = "HEIF"
  case avif = "AVIF"
  case jpegXL = "JPEG XL"
  case jpeg2000 = "JPEG 2000"
  case netpbm = "Netpbm"
  case photoshop = "Photoshop"

  /// So many bytes of a file are enough to tell.
  static let headSize = 32

  /// Whether its pictures are read here; the others are named, so that nobody misses them unawares.
  package var isRead: Bool {
    switch self {
    case .jpeg, .png, .webp: true
    case .gif, .bmp, .tiff, .heif, .avif, .jpegXL, .jpeg2000, .netpbm, .photoshop: false
    }
  }

  /// Nil for what is no picture that is known.
  init?(_ bytes: [UInt8]) {
    func has(_ text: String, at start: Int = 0) -> Bool {
      bytes.dropFirst(start).starts(with: text.utf8)
    }
    func begins(_ start: UInt8...) -> Bool { bytes.starts(with: start) }
    if begins(0xff, 0xd8, 0xff) {
      self = .jpeg
    } else if begins(0x89, 0x50, 0x4e, 0x47) {
      self = .png
    } else if has("RIFF"), has("WEBP", at: 8) {
      self = .webp
    } else if has("GIF87a") || has("GIF89a") {
      self = .gif
    } else if has("BM"), bytes.count >= 18, bytes[6..<10].allSatisfy({ $0 == 0 }),
      [12, 40, 52, 56, 64, 108, 124].contains(bytes[14])
    {
      self = .bmp
    } else if begins(0x49, 0x49, 42, 0) || begins(0x4d, 0x4d, 0, 42) || begins(0x49, 0x49, 43, 0) {
      self = .tiff
    } else if has("ftyp", at: 4), has("avif", at: 8) || has("avis", at: 8) {
      self = .avif
    } else if has("ftyp", at: 4),
      ["heic", "heix", "heim", "heis", "hevc", "mif1", "msf1"].contains(where: { has($0, at: 8) })
    {
      self = .heif
    } else if begins(0xff, 0x0a) || has("JXL ", at: 4) {
      self = .jpegXL
    } else if has("jP  ", at: 4) || begins(0xff, 0x4f, 0xff, 0x51) {
      self = .jpeg2000
    } else if bytes.count > 2, bytes[0] == UInt8(ascii: "P"),
      (UInt8(ascii: "1")...UInt8(ascii: "7")).contains(bytes[1]),
      [0x09, 0x0a, 0x0d, 0x20].contains(bytes[2])
    {
      self = .netpbm
    } else if has("8BPS") {
      self = .photoshop
    } else {
      return nil
    }
  }
}
