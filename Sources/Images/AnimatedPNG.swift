import CZlib

/// Pictures one after the other as one animated PNG (APNG 1.0, part of the third edition of PNG), which
/// repeats for ever. A program that knows no animation shows the first. The same pictures give the same
/// bytes.
///
/// - Parameters:
///   - frames: at least one, all of one width, height and number of channels.
///   - delay: milliseconds that each frame is shown, 1 to 65,535.
///   - lastDelay: those of the last one.
/// - Throws: when a frame cannot be encoded.
package func encodeAnimatedPNG(
  _ frames: [Raster], delay: Int, lastDelay: Int
) throws(PNGError) -> [UInt8] {
  precondition(!frames.isEmpty && (1...65_535).contains(delay) && (1...65_535).contains(lastDelay))
  let first = frames[0]
  precondition(
    frames.allSatisfy {
      $0.width == first.width && $0.height == first.height && $0.channels == first.channels
    })
  var file: [UInt8] = []
  var sequence: UInt32 = 0
  func counted() -> [UInt8] {
    defer { sequence += 1 }
    return bigEndian(sequence)
  }
  for (index, frame) in frames.enumerated() {
    let encoded = try encodePNG(frame)
    if index == 0 {
      file += encoded.prefix(8)
      for chunk in chunks(of: encoded).prefix(while: { $0.kind != "IDAT" }) { file += chunk.bytes }
      // How many frames, and how often: 0 is without end.
      file += Chunk("acTL", bigEndian(UInt32(frames.count)) + bigEndian(0)).bytes
    }
    let shown = index == frames.count - 1 ? lastDelay : delay
    // Number, width, height, left, top, delay as a fraction of a second; it replaces what was there.
    file +=
      Chunk(
        "fcTL",
        counted() + bigEndian(UInt32(frame.width)) + bigEndian(UInt32(frame.height))
          + bigEndian(0) + bigEndian(0) + [UInt8(shown >> 8), UInt8(shown & 255), 0x03, 0xe8, 0, 0]
      ).bytes
    for chunk in chunks(of: encoded) where chunk.kind == "IDAT" {
      file += index == 0 ? chunk.bytes : Chunk("fdAT", counted() + chunk.content).bytes
    }
  }
  return file + Chunk("IEND", []).bytes
}

/// A part of a PNG file: a length, four letters, content, and a checksum over letters and content.
private struct Chunk {
  let kind: String
  let content: [UInt8]

  init(_ kind: String, _ content: [UInt8]) { (self.kind, self.content) = (kind, content) }

  var bytes: [UInt8] {
    let checked = Array(kind.utf8) + content
    let sum = unsafe checked.withUnsafeBytes { buffer in
      unsafe crc32_z(0, buffer.baseAddress?.assumingMemoryBound(to: UInt8.self), buffer.count)
    }
    return bigEndian(UInt32(content.count)) + checked + bigEndian(UInt32(truncatingIfNeeded: sum))
  }
}

/// Those of a file that libpng has just written.
private func chunks(of file: [UInt8]) -> [Chunk] {
  var found: [Chunk] = []
  var position = 8
  while position + 12 <= file.count {
    let length = file[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
    let kind = String(decoding: file[position + 4..<position + 8], as: UTF8.self)
    found.append(Chunk(kind, Array(file[position + 8..<position + 8 + length])))
    position += 12 + length
  }
  return found
}

private func bigEndian(_ value: UInt32) -> [UInt8] {
  [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
}
