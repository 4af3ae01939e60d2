/// What shows through where a picture is transparent.
package enum Background: String, CaseIterable, Sendable {
  case black, white, grey

  var level: UInt8 {
    switch self {
    case .black: 0
    case .white: 255
    case .grey: 128
    }
  }
}

extension DecodedPicture {
  /// The picture as 8-bit grey or RGB, with the roundings of Pillow: what is transparent is laid on
  /// `background` (`alpha_composite`), CMYK becomes RGB, and colours become grey by
  /// `(19595 R + 38470 G + 7471 B + 2¹⁵) >> 16` (`convert("L")`).
  ///
  /// - Parameter channels: 1 or 3; nil: grey stays grey, everything else is RGB.
  func raster(channels: Int? = nil, background: Background = .black) -> Raster {
    let native = flattened(on: background.level)
    switch (channels ?? native.channels, native.channels) {
    case (1, 3): return native.grey
    case (3, 1): return native.repeated
    default: return native
    }
  }

  private func flattened(on level: UInt8) -> Raster {
    let count = width * height
    func raster(_ channels: Int, _ pixels: [UInt8]) -> Raster {
      Raster(width: width, height: height, channels: channels, pixels: pixels)
    }
    func laid(_ value: UInt8, _ alpha: UInt8) -> UInt8 {
      let sum = 128 * (Int(value) * Int(alpha) + Int(level) * (255 - Int(alpha))) + 128 * 128
      return UInt8(truncatingIfNeeded: (((sum >> 8) + sum) >> 8) >> 7)
    }
    switch colour {
    case .grey: return raster(1, samples)
    case .rgb: return raster(3, samples)
    case .greyAlpha:
      return raster(1, (0..<count).map { laid(samples[2 * $0], samples[2 * $0 + 1]) })
    case .rgba:
      var pixels = [UInt8](repeating: 0, count: 3 * count)
      for i in 0..<count {
        let alpha = samples[4 * i + 3]
        for channel in 0..<3 { pixels[3 * i + channel] = laid(samples[4 * i + channel], alpha) }
      }
      return raster(3, pixels)
    case .cmyk:
      var pixels = [UInt8](repeating: 0, count: 3 * count)
      for i in 0..<count {
        let light = Int(samples[4 * i + 3])
        for channel in 0..<3 {
          let product = (255 - Int(samples[4 * i + channel])) * light + 128
          pixels[3 * i + channel] = UInt8(max(0, light - ((product >> 8) + product) >> 8))
        }
      }
      return raster(3, pixels)
    }
  }
}

extension Raster {
  fileprivate var grey: Raster {
    let grey = (0..<(width * height)).map { i in
      let (r, g, b) = (Int(pixels[3 * i]), Int(pixels[3 * i + 1]), Int(pixels[3 * i + 2]))
      return UInt8((r * 19595 + g * 38470 + b * 7471 + 0x8000) >> 16)
    }
    return Raster(width: width, height: height, channels: 1, pixels: grey)
  }

  fileprivate var repeated: Raster {
    var pixels = [UInt8](repeating: 0, count: 3 * width * height)
    for (i, value) in self.pixels.enumerated() {
      for channel in 0..<3 { pixels[3 * i + channel] = value }
    }
    return Raster(width: width, height: height, channels: 3, pixels: pixels)
  }
}
