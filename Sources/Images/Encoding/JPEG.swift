import CDecoders

/// The picture as a JPEG of high quality, its colours at full size: for papers whose pages are to stay small.
/// Sharp edges get a faint fringe; a PNG has none.
func encodeJPEG(_ raster: Raster, quality: Int = 95) throws(EncodingError) -> [UInt8] {
  var reason = [CChar](repeating: 0, count: Int(GAN_REASON_SIZE))
  var size = 0
  let written = unsafe raster.pixels.withUnsafeBufferPointer { pixels in
    unsafe reason.withUnsafeMutableBufferPointer { reason in
      unsafe gan_write_jpeg(
        pixels.baseAddress, UInt32(raster.width), UInt32(raster.height), Int32(raster.channels),
        Int32(quality), &size, reason.baseAddress)
    }
  }
  guard let written = unsafe written else {
    let words = reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    throw EncodingError(reason: String(decoding: words, as: UTF8.self))
  }
  defer { unsafe gan_free(written) }
  return unsafe Array(UnsafeBufferPointer(start: written, count: size))
}
