/// Pictures one after the other as an animated GIF (GIF89a), which repeats for ever. Up to 256 colours of all
/// pictures together are kept as they are; of more, the nearest of 256 that stand for them. The same pictures
/// give the same bytes.
///
/// - Parameters:
///   - frames: at least one, all of one width and height, at most 65,535 a side.
///   - delay: hundredths of a second that each frame is shown, from 2 on.
///   - lastDelay: those of the last one.
/// - Returns: the file, and whether colours were lost.
package func encodeGIF(
  _ frames: [Raster], delay: Int, lastDelay: Int
) -> (bytes: [UInt8], isReduced: Bool) {
  precondition(!frames.isEmpty && (2...65_535).contains(delay) && (2...65_535).contains(lastDelay))
  let (width, height) = (frames[0].width, frames[0].height)
  precondition(frames.allSatisfy { $0.width == width && $0.height == height })
  precondition(width <= 65_535 && height <= 65_535)
  var palette = ColourPalette(of: frames)
  // The number of bits of an index, at least 2 for the packing.
  let bits = max(2, (1...8).first { 1 << $0 >= palette.colours.count } ?? 8)
  var file = Array("GIF89a".utf8) + little(width) + little(height)
  file += [0xF0 | UInt8(bits - 1), 0, 0]
  for index in 0..<1 << bits {
    let colour = index < palette.colours.count ? palette.colours[index] : 0
    file += [16, 8, 0].map { UInt8(truncatingIfNeeded: colour >> $0) }
  }
  file += [0x21, 0xFF, 11] + Array("NETSCAPE2.0".utf8) + [3, 1, 0, 0, 0]
  for (index, frame) in frames.enumerated() {
    file += [0x21, 0xF9, 4, 0x04] + little(index == frames.count - 1 ? lastDelay : delay) + [0, 0]
    file += [0x2C, 0, 0, 0, 0] + little(width) + little(height) + [0]
    file.append(UInt8(bits))
    let packed = PackedIndices(palette.indices(of: frame), bits: bits).bytes
    for start in stride(from: 0, to: packed.count, by: 255) {
      let part = packed[start..<min(start + 255, packed.count)]
      file.append(UInt8(part.count))
      file += part
    }
    file.append(0)
  }
  return (file + [0x3B], palette.isReduced)
}

private func little(_ value: Int) -> [UInt8] {
  [UInt8(value & 255), UInt8(value >> 8 & 255)]
}

extension Raster {
  /// Red, green and blue of each pixel in one number.
  fileprivate var colours: [Int] {
    (0..<width * height).map { place in
      let start = place * channels
      let parts = channels == 1 ? [0, 0, 0] : [0, 1, 2]
      return parts.reduce(0) { $0 << 8 | Int(pixels[start + $1]) }
    }
  }
}

/// The colours of some pictures, 256 at most.
private struct ColourPalette {
  private(set) var colours: [Int]
  let isReduced: Bool
  private var places: [Int: UInt8] = [:]

  init(of frames: [Raster]) {
    var counts: [Int: Int] = [:]
    for frame in frames { for colour in frame.colours { counts[colour, default: 0] += 1 } }
    isReduced = counts.count > 256
    colours = isReduced ? Self.cut(counts) : counts.keys.sorted()
    for (index, colour) in colours.enumerated() { places[colour] = UInt8(index) }
  }

  mutating func indices(of frame: Raster) -> [UInt8] {
    frame.colours.map { colour in
      if let known = places[colour] { return known }
      let nearest = UInt8(nearest(to: colour))
      places[colour] = nearest
      return nearest
    }
  }

  private func nearest(to colour: Int) -> Int {
    func distance(_ other: Int) -> Int {
      [16, 8, 0].reduce(0) { sum, shift in
        let difference = (colour >> shift & 255) - (other >> shift & 255)
        return sum + difference * difference
      }
    }
    return colours.indices.min { distance(colours[$0]) < distance(colours[$1]) } ?? 0
  }

  /// Median cut (Heckbert 1982): the box of colours that is widest in one part, weighed by how many pixels
  /// it has, is halved along it until there are 256; each becomes its mean.
  private static func cut(_ counts: [Int: Int]) -> [Int] {
    struct Box {
      var colours: [(colour: Int, count: Int)]
      let shift: Int
      let weight: Int

      init(_ colours: [(colour: Int, count: Int)]) {
        self.colours = colours
        var (widest, span) = (16, -1)
        for shift in [16, 8, 0] {
          let values = colours.lazy.map { $0.colour >> shift & 255 }
          let range = (values.max() ?? 0) - (values.min() ?? 0)
          if range > span { (widest, span) = (shift, range) }
        }
        (shift, weight) = (widest, span * colours.reduce(0) { $0 + $1.count })
      }

      var halves: [Box] {
        let sorted = colours.sorted {
          ($0.colour >> shift & 255, $0.colour) < ($1.colour >> shift & 255, $1.colour)
        }
        let total = sorted.reduce(0) { $0 + $1.count }
        var (sum, middle) = (0, 0)
        while middle < sorted.count - 1, sum + sorted[middle].count <= total / 2 || middle == 0 {
          sum += sorted[middle].count
          middle += 1
        }
        return [Box(Array(sorted[..<middle])), Box(Array(sorted[middle...]))]
      }

      var mean: Int {
        let total = colours.reduce(0) { $0 + $1.count }
        return [16, 8, 0].reduce(0) { mean, shift in
          let sum = colours.reduce(0) { $0 + ($1.colour >> shift & 255) * $1.count }
          return mean << 8 | (sum + total / 2) / total
        }
      }
    }
    var boxes = [Box(counts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })]
    while boxes.count < 256 {
      guard
        let place = boxes.indices.filter({ boxes[$0].colours.count > 1 })
          .max(by: { boxes[$0].weight < boxes[$1].weight })
      else { break }
      boxes.replaceSubrange(place...place, with: boxes[place].halves)
    }
    return Array(Set(boxes.map(\.mean))).sorted()
  }
}

/// Indices packed by GIF's variant of LZW (Welch 1984): codes grow from `bits + 1` to 12 bits, then the table
/// begins anew.
private struct PackedIndices {
  private(set) var bytes: [UInt8] = []
  private var pending = 0
  private var pendingBits = 0

  init(_ indices: [UInt8], bits: Int) {
    let clear = 1 << bits
    var width = bits + 1
    // A code by what it goes on from and the index behind it.
    var table: [Int: Int] = [:]
    var next = clear + 2
    write(clear, width)
    var code: Int?
    for index in indices.lazy.map(Int.init) {
      guard let before = code else {
        code = index
        continue
      }
      let key = before << 8 | index
      if let known = table[key] {
        code = known
        continue
      }
      write(before, width)
      if next < 4096 {
        table[key] = next
        if next == 1 << width { width += 1 }
        next += 1
      } else {
        write(clear, width)
        table = [:]
        (next, width) = (clear + 2, bits + 1)
      }
      code = index
    }
    if let code { write(code, width) }
    // The reader has made one more entry by now.
    if next == 1 << width, width < 12 { width += 1 }
    write(clear + 1, width)
    if pendingBits > 0 { bytes.append(UInt8(pending & 255)) }
  }

  private mutating func write(_ code: Int, _ width: Int) {
    pending |= code << pendingBits
    pendingBits += width
    while pendingBits >= 8 {
      bytes.append(UInt8(pending & 255))
      pending >>= 8
      pendingBits -= 8
    }
  }
}
