import CZlib

/// The picture as a PDF of one page, its pixels as they are (PDF 1.4, ISO 32000-1, section 8.9), packed
/// without loss. A pixel is three quarters of a point, and stays sharp where it is enlarged.
func encodePDF(_ raster: Raster) throws(EncodingError) -> [UInt8] {
  let packed = try deflated(raster.pixels)
  func points(_ pixels: Int) -> String {
    let (whole, rest) = (pixels * 3).quotientAndRemainder(dividingBy: 4)
    return ["\(whole)", "\(whole).25", "\(whole).5", "\(whole).75"][rest]
  }
  let (width, height) = (points(raster.width), points(raster.height))
  let content = Array("\(width) 0 0 \(height) 0 0 cm /I Do\n".utf8)
  let space = raster.channels == 1 ? "DeviceGray" : "DeviceRGB"
  var file = Array("%PDF-1.4\n%\u{E9}\u{E9}\n".utf8)
  var places: [Int] = []
  func add(_ object: String, stream: [UInt8]? = nil) {
    places.append(file.count)
    file += Array("\(places.count) 0 obj\n\(object)\n".utf8)
    if let stream { file += Array("stream\n".utf8) + stream + Array("\nendstream\n".utf8) }
    file += Array("endobj\n".utf8)
  }
  add("<< /Type /Catalog /Pages 2 0 R >>")
  add("<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
  add(
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 \(width) \(height)] /Contents 4 0 R "
      + "/Resources << /XObject << /I 5 0 R >> >> >>")
  add("<< /Length \(content.count) >>", stream: content)
  add(
    "<< /Type /XObject /Subtype /Image /Width \(raster.width) /Height \(raster.height) "
      + "/ColorSpace /\(space) /BitsPerComponent 8 /Interpolate false /Filter /FlateDecode "
      + "/Length \(packed.count) >>", stream: packed)
  let start = file.count
  let entries = places.map { place in
    let digits = String(place)
    return String(repeating: "0", count: 10 - digits.count) + digits + " 00000 n \n"
  }
  return file
    + Array(
      ("xref\n0 \(places.count + 1)\n0000000000 65535 f \n" + entries.joined()
        + "trailer\n<< /Size \(places.count + 1) /Root 1 0 R >>\nstartxref\n\(start)\n%%EOF\n")
        .utf8)
}

/// In zlib's form.
private func deflated(_ bytes: [UInt8]) throws(EncodingError) -> [UInt8] {
  var size = compressBound(uLong(bytes.count))
  var packed = [UInt8](repeating: 0, count: Int(size))
  let code = unsafe packed.withUnsafeMutableBufferPointer { output in
    unsafe bytes.withUnsafeBufferPointer { input in
      unsafe compress2(
        output.baseAddress, &size, input.baseAddress, uLong(input.count), Z_BEST_COMPRESSION)
    }
  }
  guard code == Z_OK else { throw EncodingError(reason: "zlib: error \(code)") }
  packed.removeSubrange(Int(size)...)
  return packed
}
