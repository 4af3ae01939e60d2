/// Text in a PDF, in Helvetica, which every reader has: in the encoding of Windows (WinAnsiEncoding), with the
/// widths that Adobe gives for its core fonts.
enum PDFText {
  /// A text as bytes, and how many of its characters the font lacks: those are question marks.
  static func encoded(_ text: String) -> (bytes: [UInt8], missing: Int) {
    var bytes: [UInt8] = []
    var missing = 0
    for scalar in text.unicodeScalars {
      if let byte = byte(scalar) {
        bytes.append(byte)
      } else if scalar.properties.generalCategory != .nonspacingMark {
        bytes.append(UInt8(ascii: "?"))
        missing += 1
      }
    }
    return (bytes, missing)
  }

  private static func byte(_ scalar: Unicode.Scalar) -> UInt8? {
    switch scalar.value {
    case 0x20...0x7E, 0xA1...0xFF: return UInt8(scalar.value)
    case 0x09, 0x0A, 0x0D, 0xA0: return 0x20
    case _: return special[scalar]
    }
  }

  /// What stands between 0x80 and 0x9F, and the minus, which the font has as a dash.
  private static let special: [Unicode.Scalar: UInt8] = [
    "€": 0x80, "‚": 0x82, "ƒ": 0x83, "„": 0x84, "…": 0x85, "†": 0x86, "‡": 0x87, "ˆ": 0x88,
    "‰": 0x89, "Š": 0x8A, "‹": 0x8B, "Œ": 0x8C, "Ž": 0x8E, "‘": 0x91, "’": 0x92, "“": 0x93,
    "”": 0x94, "•": 0x95, "–": 0x96, "—": 0x97, "˜": 0x98, "™": 0x99, "š": 0x9A, "›": 0x9B,
    "œ": 0x9C, "ž": 0x9E, "Ÿ": 0x9F, "−": 0x96,
  ]

  /// In thousandths of the font's size.
  static func width(_ bytes: [UInt8], isBold: Bool) -> Int {
    let widths = isBold ? bold : plain
    return bytes.reduce(0) { sum, byte in
      let index = Int(byte) - 32
      // What lies beyond ASCII is about as wide as a small letter.
      return sum + (widths.indices.contains(index) ? widths[index] : 556)
    }
  }

  /// Of Helvetica, from the space on (Adobe Core14 AFM).
  private static let plain = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
    611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667,
    667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500,
    222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
  ]

  /// Of Helvetica-Bold.
  private static let bold = [
    278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 333, 333, 584, 584, 584, 611, 975, 722, 722, 722, 722, 667,
    611, 778, 722, 278, 556, 722, 611, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667,
    667, 611, 333, 278, 333, 584, 556, 333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556,
    278, 889, 611, 611, 611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584,
  ]

  /// As a string of PDF.
  static func literal(_ bytes: [UInt8]) -> [UInt8] {
    var text = [UInt8(ascii: "(")]
    for byte in bytes {
      if [UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "\\")].contains(byte) {
        text.append(UInt8(ascii: "\\"))
      }
      text.append(byte)
    }
    return text + [UInt8(ascii: ")")]
  }
}
