/// What a picture is written as, by the ending of its file.
package enum PictureFormat: String, Sendable, CaseIterable {
  case png, jpeg, pdf

  /// nil for an ending that none of them has; a name without an ending is a PNG.
  package init?(ofFile name: String) {
    let file = name.split(separator: "/").last ?? ""
    guard let dot = file.lastIndex(of: "."), dot != file.startIndex else {
      self = .png
      return
    }
    switch file[file.index(after: dot)...].lowercased() {
    case "png": self = .png
    case "jpg", "jpeg": self = .jpeg
    case "pdf": self = .pdf
    case _: return nil
    }
  }
}

/// Why a picture cannot be written, in a library's words.
package struct EncodingError: Error, Sendable, Hashable, CustomStringConvertible {
  package let reason: String
  package var description: String { reason }
}

extension Raster {
  /// The picture as a file. The same picture gives the same bytes.
  package func encoded(as format: PictureFormat) throws(EncodingError) -> [UInt8] {
    switch format {
    case .png:
      do throws(PNGError) { return try encodePNG(self) } catch {
        throw EncodingError(reason: error.reason)
      }
    case .jpeg: return try encodeJPEG(self)
    case .pdf: return try encodePDF(self)
    }
  }

  /// Each pixel `factor` times as wide and as high, with sharp edges.
  package func enlarged(by factor: Int) -> Raster {
    precondition(factor >= 1)
    if factor == 1 { return self }
    var larger: [UInt8] = []
    larger.reserveCapacity(pixels.count * factor * factor)
    for row in 0..<height {
      var line: [UInt8] = []
      line.reserveCapacity(width * factor * channels)
      for column in 0..<width {
        let start = (row * width + column) * channels
        for _ in 0..<factor { line += pixels[start..<start + channels] }
      }
      for _ in 0..<factor { larger += line }
    }
    return Raster(
      width: width * factor, height: height * factor, channels: channels, pixels: larger)
  }
}
