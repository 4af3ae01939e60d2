import CDecoders
import CPNG
import CTransfer
import CZlib

/// The C libraries of this room, with the versions that are there now.
package var imageLibraries: [(name: String, version: String)] {
  var found: [(name: String, version: String)] = []
  if let version = unsafe png_get_libpng_ver(nil) {
    found.append(("libpng", unsafe String(cString: version)))
  }
  if let version = unsafe zlibVersion() { found.append(("zlib", unsafe String(cString: version))) }
  let webp = Int(gan_webp_version())
  found.append(("libwebp", "\(webp >> 16).\(webp >> 8 & 255).\(webp & 255)"))
  return found
}

/// What keeps libcurl, which `data get` opens, from being used; nil if nothing does.
package var transferProblem: String? {
  unsafe transfer_missing().map { unsafe String(cString: $0) }
}
