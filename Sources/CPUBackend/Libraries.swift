import COneDNN

extension CPUBackend {
  /// What its numbers depend on besides this program.
  package static var libraries: [(name: String, version: String)] {
    let version = unsafe dnnl_version()
    guard let version = unsafe version?.pointee else { return [] }
    return [("oneDNN", "\(version.major).\(version.minor).\(version.patch)")]
  }
}
