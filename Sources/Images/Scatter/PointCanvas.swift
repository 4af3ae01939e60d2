/// A colour picture on which discs and lines are laid over one another with soft edges.
struct PointCanvas {
  struct Colour: Sendable, Equatable {
    let red, green, blue: Float

    init(_ red: Int, _ green: Int, _ blue: Int) {
      (self.red, self.green, self.blue) = (Float(red), Float(green), Float(blue))
    }
  }

  let width: Int
  let height: Int
  /// 0 to 255, three a pixel.
  private var values: [Float]

  init(width: Int, height: Int, background: Colour) {
    precondition(width > 0 && height > 0)
    (self.width, self.height) = (width, height)
    values = (0..<width * height).flatMap { _ in
      [background.red, background.green, background.blue]
    }
  }

  /// A disc around (x, y), in pixels from the left and upper edges; pixel centres lie at halves. A pixel
  /// that its edge crosses is covered in part.
  mutating func disc(x: Float, y: Float, radius: Float, _ colour: Colour, opacity: Float) {
    let reach = radius + 0.5
    for row in Self.pixels(y - reach, y + reach, height) {
      for column in Self.pixels(x - reach, x + reach, width) {
        let (dx, dy) = (Float(column) + 0.5 - x, Float(row) + 0.5 - y)
        let coverage = min(1, max(0, reach - (dx * dx + dy * dy).squareRoot()))
        lay(colour, opacity * coverage, at: row * width + column)
      }
    }
  }

  /// Whole pixels, those outside left out.
  mutating func rectangle(
    columns: Range<Int>, rows: Range<Int>, _ colour: Colour, opacity: Float = 1
  ) {
    for row in rows.clamped(to: 0..<height) {
      for column in columns.clamped(to: 0..<width) {
        lay(colour, opacity, at: row * width + column)
      }
    }
  }

  private mutating func lay(_ colour: Colour, _ opacity: Float, at pixel: Int) {
    let place = pixel * 3
    values[place] += (colour.red - values[place]) * opacity
    values[place + 1] += (colour.green - values[place + 1]) * opacity
    values[place + 2] += (colour.blue - values[place + 2]) * opacity
  }

  private static func pixels(_ low: Float, _ high: Float, _ limit: Int) -> Range<Int> {
    let first = max(0, min(limit, Int(low.rounded(.down))))
    return first..<max(first, min(limit, Int(high.rounded(.up))))
  }

  var raster: Raster {
    Raster(width: width, height: height, channels: 3, pixels: values.map { UInt8($0 + 0.5) })
  }
}
