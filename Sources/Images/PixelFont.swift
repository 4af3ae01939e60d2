/// Letters of 5×7 pixels for the labels of a grid: digits, capitals, a few signs. What has
/// no glyph is an empty box.
package enum PixelFont {
  package static let height = 7
  static let letterWidth = 5

  /// Pixels from the first letter's left edge to the last one's right edge, at scale 1.
  package static func width(of text: String) -> Int {
    text.isEmpty ? 0 : text.count * (letterWidth + 1) - 1
  }

  /// Pixels outside the picture are left out.
  package static func draw(
    _ text: String, on raster: inout Raster, left: Int, top: Int, scale: Int, ink: UInt8
  ) {
    for (position, letter) in text.enumerated() {
      let rows = glyphs[letter] ?? box
      for (row, bits) in rows.enumerated() {
        for column in 0..<letterWidth where bits & (0b10000 >> column) != 0 {
          let x = left + (position * (letterWidth + 1) + column) * scale
          fillSquare(on: &raster, x: x, y: top + row * scale, side: scale, ink: ink)
        }
      }
    }
  }

  private static func fillSquare(on raster: inout Raster, x: Int, y: Int, side: Int, ink: UInt8) {
    for row in y..<(y + side) where row >= 0 && row < raster.height {
      for column in x..<(x + side) where column >= 0 && column < raster.width {
        let start = (row * raster.width + column) * raster.channels
        for channel in 0..<raster.channels { raster.pixels[start + channel] = ink }
      }
    }
  }

  private static let box: [UInt8] = [31, 17, 17, 17, 17, 17, 31]

  /// Seven rows from the top, five bits each, the leftmost pixel highest.
  private static let glyphs: [Character: [UInt8]] = [
    "0": [14, 17, 19, 21, 25, 17, 14], "1": [4, 12, 4, 4, 4, 4, 14],
    "2": [14, 17, 1, 2, 4, 8, 31], "3": [31, 2, 4, 2, 1, 17, 14],
    "4": [2, 6, 10, 18, 31, 2, 2], "5": [31, 16, 30, 1, 1, 17, 14],
    "6": [6, 8, 16, 30, 17, 17, 14], "7": [31, 1, 2, 4, 8, 8, 8],
    "8": [14, 17, 17, 14, 17, 17, 14], "9": [14, 17, 17, 15, 1, 2, 12],
    "A": [14, 17, 17, 31, 17, 17, 17], "B": [30, 17, 17, 30, 17, 17, 30],
    "C": [14, 17, 16, 16, 16, 17, 14], "D": [28, 18, 17, 17, 17, 18, 28],
    "E": [31, 16, 16, 30, 16, 16, 31], "F": [31, 16, 16, 30, 16, 16, 16],
    "G": [14, 17, 16, 23, 17, 17, 15], "H": [17, 17, 17, 31, 17, 17, 17],
    "I": [14, 4, 4, 4, 4, 4, 14], "J": [7, 2, 2, 2, 2, 18, 12],
    "K": [17, 18, 20, 24, 20, 18, 17], "L": [16, 16, 16, 16, 16, 16, 31],
    "M": [17, 27, 21, 21, 17, 17, 17], "N": [17, 17, 25, 21, 19, 17, 17],
    "O": [14, 17, 17, 17, 17, 17, 14], "P": [30, 17, 17, 30, 16, 16, 16],
    "Q": [14, 17, 17, 17, 21, 18, 13], "R": [30, 17, 17, 30, 20, 18, 17],
    "S": [15, 16, 16, 14, 1, 1, 30], "T": [31, 4, 4, 4, 4, 4, 4],
    "U": [17, 17, 17, 17, 17, 17, 14], "V": [17, 17, 17, 17, 17, 10, 4],
    "W": [17, 17, 17, 21, 21, 21, 10], "X": [17, 17, 10, 4, 10, 17, 17],
    "Y": [17, 17, 17, 10, 4, 4, 4], "Z": [31, 1, 2, 4, 8, 16, 31],
    " ": [0, 0, 0, 0, 0, 0, 0], "-": [0, 0, 0, 31, 0, 0, 0],
    "_": [0, 0, 0, 0, 0, 0, 31], ".": [0, 0, 0, 0, 0, 12, 12],
    ":": [0, 12, 12, 0, 12, 12, 0], "/": [0, 1, 2, 4, 8, 16, 0],
    "+": [0, 4, 4, 31, 4, 4, 0], "=": [0, 0, 31, 0, 31, 0, 0],
    "%": [24, 25, 2, 4, 8, 19, 3], "(": [2, 4, 8, 8, 8, 4, 2],
    ")": [8, 4, 2, 2, 2, 4, 8], ",": [0, 0, 0, 0, 12, 4, 8],
  ]
}
