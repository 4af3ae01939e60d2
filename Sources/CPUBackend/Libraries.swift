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

  /// Keeps the kernels of this process to an instruction set (2 AVX-512, 1 AVX2, 0 baseline) or the
  /// best below it; returns the one in use.
  static func use(instructionSet: Int) -> Int {
    Int(gan_use_instruction_set(Int32(instructionSet)))
  }

  /// Bytes that the C heap has handed out.
  static var heapByteCount: Int { Int(gan_heap_bytes()) }
}
