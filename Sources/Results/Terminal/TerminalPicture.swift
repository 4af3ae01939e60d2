import Images

/// A picture drawn with characters.
package struct TerminalPicture {
  private static let ramp = Array(" .:-=+*#%@")

  /// - Parameter maxLines: at most so many lines of text.
  package static func lines(
    of picture: Raster, style: TerminalStyle, maxLines: Int = 40
  ) -> [String] {
    // A character is about twice as high as wide.
    let limit = style.hasColour ? maxLines * 2 : maxLines
    let shape = style.hasColour ? 1.0 : 2.0
    var width = min(style.width, picture.width)
    var height = Double(picture.height) * Double(width) / Double(picture.width) / shape
    if height > Double(limit) {
      width = max(1, Int(Double(width) * Double(limit) / height))
      height = Double(limit)
    }
    let rows = max(1, Int(height.rounded()))
    let small = shrunk(picture, width: width, height: rows)
    guard style.hasColour else {
      return (0..<rows).map { y in
        String(
          (0..<width).map { x in
            let colour = small[y * width + x]
            let light = (299 * Int(colour.0) + 587 * Int(colour.1) + 114 * Int(colour.2)) / 1000
            return ramp[light * ramp.count / 256]
          })
      }
    }
    var blocks = HalfBlocks(width: width, height: rows)
    for y in 0..<rows {
      for x in 0..<width {
        let (red, green, blue) = small[y * width + x]
        blocks[x, y] = TerminalColour(red: red, green: green, blue: blue)
      }
    }
    return blocks.lines
  }

  /// The mean of the pixels that fall into each target.
  private static func shrunk(
    _ picture: Raster, width: Int, height: Int
  ) -> [(UInt8, UInt8, UInt8)] {
    (0..<height * width).map { index in
      let (x, y) = (index % width, index / width)
      let columns = range(x, width, picture.width)
      let rows = range(y, height, picture.height)
      var sums = (0, 0, 0)
      for row in rows {
        for column in columns {
          let base = (row * picture.width + column) * picture.channels
          sums.0 += Int(picture.pixels[base])
          sums.1 += Int(picture.pixels[base + picture.channels / 2])
          sums.2 += Int(picture.pixels[base + picture.channels - 1])
        }
      }
      let count = rows.count * columns.count
      return (UInt8(sums.0 / count), UInt8(sums.1 / count), UInt8(sums.2 / count))
    }
  }

  private static func range(_ index: Int, _ count: Int, _ size: Int) -> Range<Int> {
    let start = min(size - 1, index * size / count)
    return start..<min(size, max(start + 1, (index + 1) * size / count))
  }
}
