import CDecoders

/// The samples of a JPEG or PNG file as the library gives them, before anything is made of them.
struct DecodedPicture {
  enum Colour { case grey, greyAlpha, rgb, rgba, cmyk(isInverted: Bool) }

  let width: Int
  let height: Int
  let colour: Colour
  /// `[height, width, samples]`.
  let samples: [UInt8]

  /// Reads what `bytes` say they are, whatever the file is called.
  init(_ bytes: [UInt8]) throws(ImageFault) {
    if bytes.starts(with: [0xff, 0xd8, 0xff]) {
      self = try unsafe Self.read(bytes, gan_read_jpeg)
    } else if bytes.starts(with: [0x89, 0x50, 0x4e, 0x47]) {
      self = try unsafe Self.read(bytes, gan_read_png, gainAtMost: 1032 * 8)
    } else {
      throw ImageFault(reason: Self.unknown(bytes))
    }
  }

  private init(width: Int, height: Int, colour: Colour, samples: [UInt8]) {
    (self.width, self.height, self.colour, self.samples) = (width, height, colour, samples)
  }

  private typealias Reader = (
    UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<gan_picture>?, UnsafeMutablePointer<UInt8>?,
    Int, UnsafeMutablePointer<CChar>?
  ) -> Int32

  /// - Parameter gainAtMost: pixels that a byte of the file can hold, where there is a limit: a
  ///   header that promises more lies, and nothing is allocated for it.
  private static func read(
    _ bytes: [UInt8], _ reader: Reader, gainAtMost: Int? = nil
  ) throws(ImageFault) -> DecodedPicture {
    var header = gan_picture()
    var reason = [CChar](repeating: 0, count: Int(GAN_REASON_SIZE))
    guard unsafe call(reader, bytes, &header, nil, 0, &reason) else {
      throw ImageFault(reason: text(reason))
    }
    let (width, height) = (Int(header.width), Int(header.height))
    guard width > 0, height > 0 else { throw ImageFault(reason: "\(width)×\(height) pixels") }
    guard width <= PictureLimit.side, height <= PictureLimit.side,
      width * height <= PictureLimit.pixels
    else {
      throw ImageFault(
        reason: "\(width)×\(height), the limit is \(PictureLimit.side) a side and "
          + "\(PictureLimit.pixels / 1_000_000) million pixels")
    }
    if let gainAtMost {
      guard width * height / gainAtMost <= bytes.count else {
        throw ImageFault(
          reason: "\(width)×\(height) pixels cannot come from \(bytes.count) bytes")
      }
    }
    let (colour, channels) = try colour(of: header)
    var isRead = false
    let size = width * height * channels
    let samples = unsafe [UInt8](unsafeUninitializedCapacity: size) { output, filled in
      isRead = unsafe call(reader, bytes, &header, output.baseAddress, size, &reason)
      filled = isRead ? size : 0
    }
    guard isRead else { throw ImageFault(reason: text(reason)) }
    return DecodedPicture(width: width, height: height, colour: colour, samples: samples)
  }

  private static func call(
    _ reader: Reader, _ bytes: [UInt8], _ header: inout gan_picture,
    _ output: UnsafeMutablePointer<UInt8>?, _ room: Int, _ reason: inout [CChar]
  ) -> Bool {
    unsafe bytes.withUnsafeBufferPointer { input in
      unsafe reason.withUnsafeMutableBufferPointer { reason in
        unsafe reader(input.baseAddress, input.count, &header, output, room, reason.baseAddress)
          != 0
      }
    }
  }

  private static func colour(
    of header: gan_picture
  ) throws(ImageFault) -> (Colour, samples: Int) {
    switch header.colour {
    case GAN_GREY: (.grey, 1)
    case GAN_GREY_ALPHA: (.greyAlpha, 2)
    case GAN_RGB: (.rgb, 3)
    case GAN_RGBA: (.rgba, 4)
    case GAN_CMYK: (.cmyk(isInverted: header.is_inverted != 0), 4)
    default: throw ImageFault(reason: "a colour space that is not known")
    }
  }

  private static func text(_ reason: [CChar]) -> String {
    String(decoding: reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private static func unknown(_ bytes: [UInt8]) -> String {
    if bytes.isEmpty { return "an empty file" }
    let start = bytes.prefix(16)
    let isText = start.allSatisfy { (0x20...0x7e).contains($0) || $0 == 0x0a || $0 == 0x0d }
    let shown =
      isText
      ? "the text `\(String(decoding: start.prefix { $0 >= 0x20 }, as: UTF8.self))`"
      : "the bytes \(hexadecimal(start.prefix(8)))"
    return "neither JPEG nor PNG: it begins with \(shown)"
  }
}
