import CPNG

/// Why bytes are not a PNG picture that is read here, in libpng's words.
package struct PNGError: Error, Equatable, Sendable, CustomStringConvertible {
  package let reason: String
  package var description: String { "not a readable PNG: \(reason)" }
}

/// The picture as a PNG file, 8 bits a channel. The same picture gives the same bytes.
package func encodePNG(_ raster: Raster) throws(PNGError) -> [UInt8] {
  var image = unsafe png_image()
  unsafe image.version = png_uint_32(PNG_IMAGE_VERSION)
  unsafe image.width = png_uint_32(raster.width)
  unsafe image.height = png_uint_32(raster.height)
  unsafe image.format = raster.channels == 3 ? colour : grey
  defer { unsafe png_image_free(&image) }

  // libpng states the size of a file only when it writes one; this bound is its own macro's.
  var size = pngSizeBound(raster)
  var bytes = [UInt8](repeating: 0, count: size)
  let written = unsafe bytes.withUnsafeMutableBytes { output in
    unsafe raster.pixels.withUnsafeBytes { pixels in
      unsafe png_image_write_to_memory(
        &image, output.baseAddress, &size, 0, pixels.baseAddress, 0, nil)
    }
  }
  guard written != 0 else { throw unsafe PNGError(reason: message(&image)) }
  bytes.removeSubrange(size...)
  return bytes
}

/// A PNG file of any kind as 8-bit grey or RGB; what is transparent is laid on black.
package func decodePNG(_ bytes: [UInt8]) throws(PNGError) -> Raster {
  guard bytes.starts(with: [0x89, 0x50, 0x4e, 0x47]) else {
    throw PNGError(reason: "Not a PNG file")
  }
  do throws(ImageFault) {
    return try DecodedPicture(bytes).raster()
  } catch {
    throw PNGError(reason: error.reason)
  }
}

private let colour = png_uint_32(PNG_FORMAT_FLAG_COLOR)
private let grey = png_uint_32(0)

private func pngSizeBound(_ raster: Raster) -> Int {
  let data = (raster.width * raster.channels + 1) * raster.height
  let deflated = data + (data >> 12) + (data >> 14) + (data >> 25) + 32
  return deflated + 4096
}

private func message(_ image: inout png_image) -> String {
  unsafe withUnsafeBytes(of: &image.message) { text in
    unsafe String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
  }
}
