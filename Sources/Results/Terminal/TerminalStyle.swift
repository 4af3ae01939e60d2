/// What a terminal can show.
package struct TerminalStyle: Sendable {
  package let width: Int
  /// 256 colours and half blocks; else plain ASCII.
  package let hasColour: Bool

  package init(width: Int, hasColour: Bool) {
    (self.width, self.hasColour) = (min(max(width, 20), 400), hasColour)
  }

  /// - Parameters:
  ///   - isTerminal: whether it is one at all.
  ///   - columns: as the terminal says; nil where it does not.
  package init(isTerminal: Bool, columns: Int?, environment: [String: String]) {
    let said = columns ?? environment["COLUMNS"].flatMap { Int($0) }
    self.init(
      width: said.flatMap { $0 > 0 ? $0 : nil } ?? 80,
      hasColour: isTerminal && (environment["NO_COLOR"] ?? "").isEmpty
        && environment["TERM"] != "dumb")
  }
}

/// An index into the 256 colours of terminals.
struct TerminalColour: Sendable, Hashable {
  let index: UInt8

  /// The nearest of 24 greys, black and white, or of the 6×6×6 cube.
  init(red: UInt8, green: UInt8, blue: UInt8) {
    let spread = Int(max(red, green, blue)) - Int(min(red, green, blue))
    if spread < 12 {
      let sum = Int(red) + Int(green) + Int(blue)
      self.init(grey: UInt8(sum / 3))
      return
    }
    func level(_ value: UInt8) -> Int {
      value < 48 ? 0 : value < 115 ? 1 : (Int(value) - 35) / 40
    }
    self.init(index: UInt8(16 + 36 * level(red) + 6 * level(green) + level(blue)))
  }

  /// The greys of the ramp are 8, 18 … 238.
  init(grey: UInt8) {
    let value = Int(grey)
    self.init(
      index: value < 4 ? 16 : value > 246 ? 231 : UInt8(232 + min(23, max(0, (value - 3) / 10))))
  }

  init(index: UInt8) { self.index = index }
}

/// Cells of two pixels each, one above the other.
struct HalfBlocks {
  let width: Int
  let height: Int
  /// nil: the terminal's own background.
  private var pixels: [TerminalColour?]

  init(width: Int, height: Int) {
    (self.width, self.height) = (width, height)
    pixels = Array(repeating: nil, count: width * height)
  }

  subscript(x: Int, y: Int) -> TerminalColour? {
    get { pixels[y * width + x] }
    set { pixels[y * width + x] = newValue }
  }

  /// One text a line of cells, colours reset at its end.
  var lines: [String] {
    stride(from: 0, to: height, by: 2).map { y in
      var line = ""
      var state: (TerminalColour?, TerminalColour?) = (nil, nil)
      var isPlain = true
      for x in 0..<width {
        let upper = self[x, y]
        let lower = y + 1 < height ? self[x, y + 1] : nil
        switch (upper, lower) {
        case (nil, nil):
          if !isPlain { line += "\u{1B}[0m" }
          isPlain = true
          line += " "
        case (let upper?, nil):
          line += "\u{1B}[0;38;5;\(upper.index)m▀"
          isPlain = false
          state = (nil, nil)
        case (nil, let lower?):
          line += "\u{1B}[0;38;5;\(lower.index)m▄"
          isPlain = false
          state = (nil, nil)
        case (let upper?, let lower?):
          if isPlain || state.0 != upper || state.1 != lower {
            line += "\u{1B}[38;5;\(upper.index);48;5;\(lower.index)m"
          }
          line += "▀"
          state = (upper, lower)
          isPlain = false
        }
        if isPlain { state = (nil, nil) }
      }
      return isPlain ? line : line + "\u{1B}[0m"
    }
  }
}
