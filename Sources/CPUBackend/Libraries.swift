import CKernels
import COneDNN

extension CPUBackend {
  /// What the numbers depend on besides this program and the number of threads.
  package static var libraries: [(name: String, version: String)] {
    var result: [(name: String, version: String)] = []
    if let version = unsafe dnnl_version() {
      let (major, minor, patch) = unsafe (
        version.pointee.major, version.pointee.minor, version.pointee.patch
      )
      result.append(("oneDNN", "\(major).\(minor).\(patch)"))
    }
    let sets = ["baseline", "avx2", "avx512"]
    return result + [("vector instructions", sets[Int(gan_instruction_set())])]
  }
}
