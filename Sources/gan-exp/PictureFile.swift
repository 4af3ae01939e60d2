import Images
import RunFormat

/// Writes a picture as what the ending of its path says: a PNG, a JPEG or a PDF.
func writePictureFile(_ picture: Raster, to path: String) throws {
  let kind = OutputKind.chosen(by: path, among: [.png, .jpeg, .pdf])
  try kind.check(path)
  let bytes: [UInt8]
  do throws(EncodingError) {
    bytes = try picture.encoded(as: PictureFormat(ofFile: path) ?? .png)
  } catch {
    throw Failure(status: .internalError, message: "error: \(path): \(error)")
  }
  try writeOutput(bytes, to: path, as: kind)
}
