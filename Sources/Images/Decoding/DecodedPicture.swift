import CDecoders
import Digests

/// The samples of a JPEG, PNG or WebP file as the library gives them, before anything is made of them.
struct DecodedPicture {
  enum Colour { case grey, greyAlpha, rgb, rgba, cmyk }

  let width: Int
  let height: Int
  let colour: Colour
  /// `[height, width, samples]`.
  let samples: [UInt8]

  /// What a file says of its picture, within the limits.
  struct Header {
    fileprivate let reader: Reader
    let kind: PictureKind
    fileprivate var content = gan_picture()

    var width: Int { Int(content.width) }
    var height: Int { Int(content.height) }
    /// Bytes that are held at most while it is decoded: its samples, its colours, and these turned.
    var decodingBytes: Int { width * height * (gan_samples(content.colour) + 2 * 3) }
    var isGrey: Bool { content.colour == GAN_GREY || content.colour == GAN_GREY_ALPHA }

    /// By what `bytes` say they are, whatever the file is called.
    init(_ bytes: [UInt8]) throws(ImageFault) {
      guard let found = PictureKind(bytes) else {
        throw ImageFault(reason: DecodedPicture.unknown(bytes))
      }
      switch found {
      case .jpeg: reader = unsafe Reader(call: gan_read_jpeg)
      case .png: reader = unsafe Reader(call: gan_read_png)
      case .webp: reader = unsafe Reader(call: gan_read_webp)
      case .gif, .bmp, .tiff, .heif, .avif, .jpegXL, .jpeg2000, .netpbm, .photoshop:
        throw ImageFault(
          reason: "a picture of the kind \(found.rawValue), which is not read: save it as PNG")
      }
      kind = found
      try unsafe reader(bytes, &content, nil, 0)
      guard width > 0, height > 0 else { throw ImageFault(reason: "\(width)×\(height) pixels") }
      guard width <= PictureLimit.side, height <= PictureLimit.side,
        width * height <= PictureLimit.pixels
      else {
        throw ImageFault(
          reason: "\(width)×\(height), the limit is \(PictureLimit.side) a side and "
            + "\(PictureLimit.pixels / 1_000_000) million pixels")
      }
      // A row of the shallowest depth is an eighth of a byte a pixel, and deflate gains 1032 to 1 at
      // most: a header that promises more lies, and nothing is allocated for it.
      guard kind != .png || width * height / 8 / InflateStream.largestRatio <= bytes.count else {
        throw ImageFault(reason: "\(width)×\(height) pixels cannot come from \(bytes.count) bytes")
      }
    }
  }

  init(_ bytes: [UInt8]) throws(ImageFault) {
    var header = try Header(bytes)
    (width, height) = (header.width, header.height)
    let (colour, channels) = try Self.colour(of: header.content)
    var fault: ImageFault?
    let size = width * height * channels
    samples = unsafe [UInt8](unsafeUninitializedCapacity: size) { output, filled in
      do throws(ImageFault) {
        try unsafe header.reader(bytes, &header.content, output.baseAddress, size)
        filled = size
      } catch {
        fault = error
      }
    }
    self.colour = colour
    if let fault { throw fault }
  }

  /// One of the libraries.
  @safe fileprivate struct Reader {
    let call:
      @convention(c) (
        UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<gan_picture>?,
        UnsafeMutablePointer<UInt8>?, Int, UnsafeMutablePointer<CChar>?
      ) -> Int32

    /// Reads the header, and the samples if there is an `output` for them.
    func callAsFunction(
      _ bytes: [UInt8], _ header: inout gan_picture, _ output: UnsafeMutablePointer<UInt8>?,
      _ room: Int
    ) throws(ImageFault) {
      var reason = [CChar](repeating: 0, count: Int(GAN_REASON_SIZE))
      let isRead = unsafe bytes.withUnsafeBufferPointer { input in
        unsafe reason.withUnsafeMutableBufferPointer { reason in
          unsafe call(
            input.baseAddress, input.count, &header, output, room, reason.baseAddress) != 0
        }
      }
      if isRead { return }
      let words = reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
      throw ImageFault(reason: String(decoding: words, as: UTF8.self))
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
    case GAN_CMYK: (.cmyk, 4)
    default: throw ImageFault(reason: "a colour space that is not known")
    }
  }

  private static func unknown(_ bytes: [UInt8]) -> String {
    if bytes.isEmpty { return "an empty file" }
    let start = bytes.prefix(16)
    let isText = start.allSatisfy { (0x20...0x7e).contains($0) || $0 == 0x0a || $0 == 0x0d }
    let shown =
      isText
      ? "the text `\(String(decoding: start.prefix { $0 >= 0x20 }, as: UTF8.self))`"
      : "the bytes \(hexadecimal(start.prefix(8)))"
    return "neither JPEG, PNG nor WebP: it begins with \(shown)"
  }
}
