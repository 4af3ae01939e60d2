/// How a camera was held, as EXIF numbers it: what has to be done so that up is up.
enum Orientation: Int {
  case upright = 1
  case mirrored, halfTurn, flipped, transposed, quarterTurnRight, transversed, quarterTurnLeft

  var swapsSides: Bool { rawValue >= 5 }

  /// The picture upright, as Pillow's `ImageOps.exif_transpose` makes it.
  func applied(to raster: Raster) -> Raster {
    if self == .upright { return raster }
    let (w, h, channels) = (raster.width, raster.height, raster.channels)
    let (width, height) = swapsSides ? (h, w) : (w, h)
    var pixels = [UInt8](repeating: 0, count: raster.pixels.count)
    for y in 0..<height {
      for x in 0..<width {
        let from =
          switch self {
          case .upright: y * w + x
          case .mirrored: y * w + (w - 1 - x)
          case .halfTurn: (h - 1 - y) * w + (w - 1 - x)
          case .flipped: (h - 1 - y) * w + x
          case .transposed: x * w + y
          case .quarterTurnRight: (h - 1 - x) * w + y
          case .transversed: (h - 1 - x) * w + (w - 1 - y)
          case .quarterTurnLeft: x * w + (w - 1 - y)
          }
        for channel in 0..<channels {
          pixels[(y * width + x) * channels + channel] = raster.pixels[from * channels + channel]
        }
      }
    }
    return Raster(width: width, height: height, channels: channels, pixels: pixels)
  }

  /// What a file says of itself; upright where it says nothing, or nonsense.
  init(ofFile bytes: [UInt8]) {
    let block: ArraySlice<UInt8>? =
      switch PictureKind(bytes) {
      case .jpeg: Self.exifOfJPEG(bytes)
      case .webp: Self.exifOfWebP(bytes)
      case .png: Self.exifOfPNG(bytes)
      case nil, .gif, .bmp, .tiff, .heif, .avif, .jpegXL, .jpeg2000, .netpbm, .photoshop: nil
      }
    self = block.flatMap(Self.init(ofExif:)) ?? .upright
  }

  /// The block of EXIF in an APP1 segment before the image data.
  private static func exifOfJPEG(_ bytes: [UInt8]) -> ArraySlice<UInt8>? {
    var position = 2
    while position + 4 <= bytes.count, bytes[position] == 0xff {
      let marker = bytes[position + 1]
      if marker == 0xff {
        position += 1
        continue
      }
      // Start of scan, end of image; restarts and such have no length and do not stand here.
      guard marker != 0xda, marker != 0xd9, !(0xd0...0xd8).contains(marker), marker != 0x01 else {
        return nil
      }
      let length = Int(bytes[position + 2]) << 8 | Int(bytes[position + 3])
      let end = position + 2 + length
      guard length >= 2, end <= bytes.count else { return nil }
      let segment = bytes[(position + 4)..<end]
      if marker == 0xe1, segment.starts(with: Array("Exif\0\0".utf8)) {
        return segment.dropFirst(6)
      }
      position = end
    }
    return nil
  }

  /// The block of EXIF in an eXIf chunk.
  private static func exifOfPNG(_ bytes: [UInt8]) -> ArraySlice<UInt8>? {
    var position = 8
    while position + 12 <= bytes.count {
      let length = bytes[position..<(position + 4)].reduce(0) { $0 << 8 | Int($1) }
      let start = position + 8
      guard length <= bytes.count - start - 4 else { return nil }
      if bytes[(position + 4)..<start].elementsEqual("eXIf".utf8) {
        return bytes[start..<(start + length)]
      }
      position = start + length + 4
    }
    return nil
  }

  /// The chunk EXIF; some writers put before it what a JPEG has there.
  private static func exifOfWebP(_ bytes: [UInt8]) -> ArraySlice<UInt8>? {
    var position = 12
    while position + 8 <= bytes.count {
      let length = bytes[(position + 4)..<(position + 8)].reversed().reduce(0) { $0 << 8 | Int($1) }
      let start = position + 8
      guard length <= bytes.count - start else { return nil }
      if bytes[position..<(position + 4)].elementsEqual("EXIF".utf8) {
        let block = bytes[start..<(start + length)]
        return block.starts(with: Array("Exif\0\0".utf8)) ? block.dropFirst(6) : block
      }
      position = start + length + length % 2
    }
    return nil
  }

  /// From a block in the form of TIFF: tag 0x0112 of the first directory, a short.
  private init?(ofExif block: ArraySlice<UInt8>) {
    let bytes = Array(block)
    let isLittle: Bool
    switch bytes.prefix(4) {
    case [0x49, 0x49, 42, 0]: isLittle = true
    case [0x4d, 0x4d, 0, 42]: isLittle = false
    default: return nil
    }
    func number(_ at: Int, _ size: Int) -> Int? {
      guard at >= 0, at + size <= bytes.count else { return nil }
      let digits = bytes[at..<(at + size)]
      return (isLittle ? digits.reversed() : Array(digits)).reduce(0) { $0 << 8 | Int($1) }
    }
    guard let directory = number(4, 4), let count = number(directory, 2) else { return nil }
    for entry in 0..<count {
      let at = directory + 2 + 12 * entry
      guard let tag = number(at, 2) else { return nil }
      guard tag == 0x0112 else { continue }
      guard number(at + 2, 2) == 3, let value = number(at + 8, 2) else { return nil }
      self.init(rawValue: value)
      return
    }
    return nil
  }
}
